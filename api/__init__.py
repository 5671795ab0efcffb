"""The HTTP door: JSON under /v1, OpenAPI at /openapi.json, pages at /docs; the editor at /.

``create_app`` is what gunicorn calls. Nothing connects before the first request that needs it.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from typing import Final

from flask import Flask

from api import bodies, callers, editor, guards, limits, names, openapi, problems, reading, tallying, trace
from config.guard import refuse_unguarded
from config.settings import Settings, read
from workers import house
from workers.app import configure
from workers.mirror import mirror

CONNECTIONS: Final = 16  # to the database: most of the 320 threads wait for events, and need none

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> Flask:
    """The application of these settings (the environment's otherwise). UsageWrong where it must not start."""
    settings = settings or read()
    refuse_unguarded(settings)
    configure(settings, waited_for=True)
    house.use(settings, connections=CONNECTIONS, waited_for=True, later=mirror.changed)
    if settings.in_one_process:
        _work(settings)
    app = Flask("api")
    app.config.update(
        MAX_CONTENT_LENGTH=bodies.DOCUMENT_BYTES,  # routes that take more, or less, say so
        MAX_FORM_MEMORY_SIZE=512 * 1024,  # Werkzeug reads files in pieces of 64 KiB, which count too
        MAX_FORM_PARTS=8,
        PROPAGATE_EXCEPTIONS=False,
    )
    house.house()  # connects to nothing; a wrong setting shows now, and not to the first visitor
    tallying.register(app)  # before everybody: what is refused is counted, too
    callers.register(app, settings)  # before the rest: nobody unknown is listened to
    limits.register(app, settings)  # and nobody known too often
    for part in (trace, guards, reading, names, problems, openapi, editor):
        part.register(app)
    return app


def _work(settings: Settings) -> None:
    """Where the broker is this process's memory, nobody else hears its bells."""
    from workers.inside import everything

    until_the_end = ExitStack()
    atexit.register(until_the_end.close)
    until_the_end.enter_context(everything(settings))
