"""What happens in projects, told to everybody who listens. One thread a process reads for all of them."""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from jynco.errors import JyncoError, ServiceAway
from jynco.model.ids import ProjectId
from jynco.model.jobs import Event
from workers.house import house

MOST: Final = 200  # streams of one process: each keeps a thread, and the other requests need some too
PAUSE: Final = 0.2  # seconds between two looks: all that is between a change and who hears of it
SILENCE: Final = 15.0  # seconds; proxies close what is silent for a minute
PAGE: Final = 500
log = logging.getLogger("jynco.api")


class Listener:
    """One open stream: where it is, and what it has not been told yet."""

    def __init__(self, project_id: ProjectId, after: int) -> None:
        self.project_id = project_id
        self.after = after
        self._waiting: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def tell(self, event: Event) -> None:
        """Put an event in, unless it was told before."""
        if event.event_id > self.after:
            self.after = event.event_id
            self._waiting.put(event)

    def wait(self, seconds: float) -> Event | None:
        """The next event, or None when nothing happens for so long."""
        try:
            return self._waiting.get(timeout=seconds)
        except queue.Empty:
            return None


class Feed:
    """Everybody who listens in this process. Between two looks no stream holds a connection to the database."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._pid = 0

    @contextmanager
    def listen(self, project_id: ProjectId, after: int) -> Iterator[Listener]:
        """Be told what happens behind the event ``after``. ServiceAway when too many listen already."""
        listener = Listener(project_id, after)
        self._join(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _join(self, listener: Listener) -> None:
        with self._lock:
            if len(self._listeners) >= MOST:
                raise ServiceAway(f"{MOST} streams are open already: ask again in a while.", retry_after=5)
            self._listeners.add(listener)
            if self._pid != os.getpid():
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="feed", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._lock:
                listeners = list(self._listeners)
            for project_id in {listener.project_id for listener in listeners}:
                self._look(project_id, [one for one in listeners if one.project_id == project_id])
            pause.wait(PAUSE)

    def _look(self, project_id: ProjectId, listeners: list[Listener]) -> None:
        try:
            after = min(listener.after for listener in listeners)
            for event in house().database.projects.events(project_id, after, PAGE):
                for listener in listeners:
                    listener.tell(event)
        except JyncoError as fault:  # they are told when the database is back
            log.warning("events are late: %s", fault.message, extra={"project_id": project_id})
        except Exception:
            log.exception("events are late", extra={"project_id": project_id})


feed = Feed()


def newest(project_id: ProjectId) -> int:
    """The id of a project's last event, 0 where nothing has happened. NotFound."""
    projects = house().database.projects
    projects.get(project_id)
    last = 0
    while page := projects.events(project_id, last, PAGE):
        last = page[-1].event_id
    return last


def spoken(listener: Listener) -> Iterator[bytes]:
    """A stream as Server-Sent Events, for as long as somebody reads it."""
    yield b"retry: 2000\n\n"
    while True:
        event = listener.wait(SILENCE)
        yield b": still here\n\n" if event is None else _line(event)


def _line(event: Event) -> bytes:
    told = json.dumps({**event.payload, "projectId": event.project_id, "at": event.created_at.isoformat()})
    return f"id: {event.event_id}\nevent: {event.kind}\ndata: {told}\n\n".encode()
