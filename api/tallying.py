"""Requests by route, method and status, and how long their answers took to begin.

Counted in this process, for nobody should wait for a row, and put with what others have counted every few seconds: what
a scrape tells is the same whichever process answers. A process that is killed takes its last seconds' counts with it.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterable
from typing import Final

from flask import Flask, Response, g, request

from jynco.errors import JyncoError
from jynco.model.metrics import HTTP_REQUESTS, HTTP_SECONDS, Tally
from jynco.ports import Metrics
from workers.house import house

EVERY: Final = 5.0  # seconds
BEGIN: Final = "jynco_counting"  # the extension's name, by which the process that serves has it begin
VARIABLE: Final = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")  # as Flask writes the changing parts of a path
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
log: Final = logging.getLogger("jynco.metrics")
_Kind = tuple[str, tuple[str, ...], int]


class Requests:
    """What was asked of this process and is in no row yet. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: dict[_Kind, tuple[int, float]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one; nobody waits for anything."""
        self._add(
            (
                HTTP_REQUESTS.tally(method, route, str(status)),
                HTTP_SECONDS.tally(method, route, amount=seconds),
            )
        )

    def flush(self, metrics: Metrics) -> None:
        """Put it with what the others have counted; what cannot be put there now stays for the next time."""
        with self._lock:
            told, self._new = self._new, {}
        tallies = [Tally(*kind, times=times, amount=amount) for kind, (times, amount) in told.items()]
        try:
            if tallies:
                metrics.count(*tallies)
        except JyncoError as fault:
            log.warning("requests are counted later: %s", fault.message)
            self._add(tallies)

    def keep_on(self) -> None:
        """Flush every few seconds, for as long as the process lives."""
        threading.Thread(target=self._run, name="requests", daemon=True).start()

    def end(self) -> None:
        """The rest, before the process ends."""
        self.flush(house().database.metrics)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            try:
                self.flush(house().database.metrics)
            except Exception:  # or nothing would be counted any more
                log.exception("requests were not counted")

    def _add(self, tallies: Iterable[Tally]) -> None:
        with self._lock:
            for tally in tallies:
                kind = (tally.metric, tally.labels, tally.bucket)
                times, amount = self._new.get(kind, (0, 0.0))
                self._new[kind] = (times + tally.times, amount + tally.amount)


requests: Final = Requests()


def register(app: Flask) -> None:
    """Count from the moment a request comes in: before anybody else has a word in it."""
    app.before_request(_begin)
    app.after_request(_count)
    app.extensions[BEGIN] = requests


def _begin() -> None:
    g.came = time.monotonic()


def _count(answer: Response) -> Response:
    method = request.method if request.method in METHODS else "other"
    route = VARIABLE.sub(r"{\1}", request.url_rule.rule) if request.url_rule else "none"
    requests.answered(method, route, answer.status_code, time.monotonic() - g.get("came", time.monotonic()))
    return answer
