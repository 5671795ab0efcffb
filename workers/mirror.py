"""Coalesced mirror writes: however many clips end at once, a project's document is written twice a second at most.

What a crash leaves unwritten the sweeper writes; nothing here is needed for correctness.
"""

from __future__ import annotations

import logging
import os
import threading

from jynco.errors import JyncoError, NotFound
from jynco.model.ids import ProjectId
from workers.house import house

log = logging.getLogger("jynco.workers")


class Mirror:
    """A thread that publishes the projects named to it, started on first use in each process."""

    def __init__(self, pause: float = 0.5) -> None:
        self._pause = pause
        self._lock = threading.Lock()
        self._late: set[ProjectId] = set()
        self._pid = 0

    def changed(self, project_id: ProjectId) -> None:
        """Publish this project soon."""
        with self._lock:
            self._late.add(project_id)
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="mirror", daemon=True).start()

    def flush(self) -> None:
        """Publish everything named so far."""
        with self._lock:
            late, self._late = self._late, set()
        for project_id in late:
            try:
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
