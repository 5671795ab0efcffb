"""``Prefer: wait=10`` (RFC 7240): who would rather wait for a job's end than ask for it again and again.

Whoever waits keeps a thread, and no connection between two looks; so they are few, and none waits for long. Those who
cannot wait are answered at once, as the preference allows.
"""

from __future__ import annotations

import re
import threading
import time
from typing import Final

from flask import after_this_request, request
from werkzeug import Response
from werkzeug.http import parse_list_header

from api import quotas
from jynco.model.jobs import Job
from workers.house import house

HEADER: Final = "Prefer"
LONGEST: Final = 30  # seconds; proxies and clients end what is silent for a minute
PAUSE: Final = 0.2  # seconds between two looks
_WAIT: Final = re.compile(r'wait\s*=\s*"?(\d{1,9})"?\s*', re.ASCII | re.IGNORECASE)
_places: Final = threading.BoundedSemaphore(100)  # of one process; the other requests need threads, too


def awaited(job: Job) -> Job:
    """The job as it is when it has ended, or when as long as was asked for has passed."""
    seconds = min(_asked(), LONGEST)
    if not seconds or job.state.terminal or not _places.acquire(blocking=False):
        return job
    quotas.turn_over()  # what is counted is committed
    try:
        after_this_request(lambda answer: _applied(answer, seconds))
        return _looked_after(job, time.monotonic() + seconds)
    finally:
        _places.release()


def _looked_after(job: Job, end: float) -> Job:
    while not job.state.terminal and time.monotonic() < end:
        time.sleep(PAUSE)
        job = house().database.jobs.get(job.job_id)
    return job


def _asked() -> int:
    """Seconds; 0 where none are asked for. A preference that nobody understands is none."""
    found = (_WAIT.fullmatch(each) for each in parse_list_header(", ".join(request.headers.getlist(HEADER))))
    return next((int(each[1]) for each in found if each), 0)


def _applied(answer: Response, seconds: int) -> Response:
    answer.headers["Preference-Applied"] = f"wait={seconds}"
    return answer
