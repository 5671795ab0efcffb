"""Coalesced mirror writes: however many clips end at once, a project's document is written twice a second at most.

What a crash leaves unwritten the sweeper writes; nothing here is needed for correctness.
"""

from __future__ import annotations

import logging
import os
import threading

from jynco.errors import JyncoError, NotFound
from jynco.model.ids import ProjectId
from jynco.ports import tracing
from workers.house import house

log = logging.getLogger("jynco.workers")


class Mirror:
    """A thread that publishes the projects named to it, started on first use in each process."""

    def __init__(self, pause: float = 0.5) -> None:
        self._pause = pause
        self._lock = threading.Lock()
        self._late: dict[ProjectId, str | None] = {}  # and in whose trace: of several, the first one's
        self._pid = 0

    def changed(self, project_id: ProjectId, place: str | None = None) -> None:
        """Publish this project soon. ``place``: in which trace, unless it is this thread's own."""
        with self._lock:
            self._late.setdefault(project_id, place or tracing.here())
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="mirror", daemon=True).start()

    def flush(self) -> None:
        """Publish everything named so far."""
        with self._lock:
            late, self._late = self._late, {}
        for project_id, place in late.items():
            try:
                with tracing.span("storyboard.publish", place, project_id=project_id):
                    house().storyboard.publish(project_id)
            except NotFound:  # deleted meanwhile
                continue
            except JyncoError as fault:
                log.warning("a mirror is behind: %s", fault.message, extra={"project_id": project_id})
            except Exception:  # the next project's turn comes all the same
                log.exception("a mirror stays behind", extra={"project_id": project_id})

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self.flush()
            pause.wait(self._pause)


mirror = Mirror()
