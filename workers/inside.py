"""Workers and beat as threads of this very process, for a broker that is its memory: nothing else has to run.

Meant for tests, and for machines that Valkey's wheel knows nothing of. Jobs are rows here as elsewhere: what a process
leaves behind when it ends is found by the next one's sweeper.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from celery.beat import EmbeddedService
from celery.worker import WorkController, state

from config.settings import Settings
from workers import dispatch
from workers.app import app
from workers.heartbeat import STOPPING
from workers.mirror import mirror
from workers.queues import NAMES, cores

LONGEST_GOODBYE: Final = 10.0  # seconds that work in progress gets to be handed back


@contextmanager
def everything(settings: Settings) -> Iterator[None]:
    """Every queue is served for the length of the block. The application and the house are set up already."""
    STOPPING.begin()
    app.loader.import_default_modules()
    worker = WorkController(
        app=app,
        hostname="inside@localhost",
        pool="threads",
        concurrency=4 + cores(),  # clips mostly wait; encoders take turns by themselves
        queues=list(NAMES),
        loglevel=settings.log_level,
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
    )
    serving = threading.Thread(target=worker.start, name="workers", daemon=True)
    beat: Any = EmbeddedService(app, thread=True)  # one class of two, and neither has types
    serving.start()
    beat.start()
    try:
        yield
    finally:
        STOPPING.set()
        beat.stop()
        setattr(state, "should_stop", 0)  # noqa: B010 - its types say that it is always None
        dispatch.withdraw()  # a message wakes who waits for one, up to two seconds otherwise
        serving.join(LONGEST_GOODBYE)
        state.should_stop = None
        mirror.flush()
