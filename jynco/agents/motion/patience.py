"""How often a vendor is asked about an order, and for how long in vain.

It stands in the attempt's details, so it holds for every worker and for all jobs that wait for the same order.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

NEXT: Final = "nextLook"  # nobody asks before
MISSED: Final = "missed"  # looks and downloads in a row that came to nothing
QUEUED: Final = "queuedAt"  # when the vendor last said that the order waits in its own queue
MOST: Final = 12  # times the usual pause, at most, between two looks
QUEUES: Final = 10  # times as long as a vendor may work at an order, it may keep it waiting

Details = Mapping[str, str]


def rest(details: Details, now: datetime) -> float:
    """Seconds until the vendor may be asked again, 0 or less where it may be now."""
    until = _moment(details.get(NEXT))
    return (until - now).total_seconds() if until else 0.0


def looked(
    details: Details, now: datetime, poll: float, *, missed: bool, queued: bool, asked: float | None
) -> Details:
    """The details after a look: each one that is missed doubles the pause, up to twelve times ``poll`` seconds.

    ``asked``: seconds that the vendor wants to be left alone.
    """
    misses = int(details.get(MISSED, "0")) + 1 if missed else 0
    pause = max(poll * min(2.0 ** max(misses - 1, 0), MOST), asked or 0.0)
    notes = {NEXT: (now + timedelta(seconds=pause)).isoformat(), MISSED: str(misses)}
    return {**details, **notes, **({QUEUED: now.isoformat()} if queued else {})}


def forgotten(details: Details) -> dict[str, str]:
    """The details once it is made: what comes next is another thing to be patient with."""
    return {name: word for name, word in details.items() if name not in (NEXT, MISSED)}


def late(seconds: float) -> float:
    """A little more, so that not all who wait come back at once, and none too early."""
    return seconds * random.uniform(1.02, 1.12)


def worn_out(details: Details, began: datetime, now: datetime, give_up: float) -> bool:
    """Whether it has gone on for too long: ``give_up`` seconds since it left the vendor's own queue, or ten times
    as long with the time it stood there."""
    left = max(began, _moment(details.get(QUEUED)) or began)
    return (now - left).total_seconds() > give_up or (now - began).total_seconds() > QUEUES * give_up


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
