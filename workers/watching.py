"""Flower, for who wants to see tasks and workers as they speak. Beyond this machine it lets in only whom it knows."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from config.guard import is_loopback
from config.settings import Settings
from workers.app import app


def watch(settings: Settings, more: Sequence[str] = ()) -> int:
    """Run Flower until it is told to end. Exit code 2 where strangers could hold workers back, or see what they do."""
    if settings.flower_auth is None and not is_loopback(settings.host):
        sys.stderr.write(
            "Flower would be open to everybody: set JYNCO_FLOWER_AUTH to name:password, or leave it out.\n"
        )
        return 2
    _guard()
    app.start(arguments(settings, more))


def _guard() -> None:
    """Flower asks nobody who reads its counts, which name tasks and workers: here it does, as for the rest."""
    from flower.views.monitor import Metrics
    from tornado.web import authenticated

    Metrics.get = authenticated(Metrics.get)


def arguments(settings: Settings, more: Sequence[str] = ()) -> list[str]:
    """Flower's command line. It is read in this process and not shown with it, so that no password is."""
    asked = [] if settings.flower_auth is None else [f"--basic-auth={settings.flower_auth}"]
    return ["flower", f"--port={settings.port}", f"--address={settings.host}", *asked, *more]
