"""Chores of one round, each by itself: one that fails keeps none of the others from being done."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable

from jynco.errors import JyncoError, ServiceAway

Chore = tuple[str, Callable[[], int | None]]  # its name, and doing it: how often there was something to do
log = logging.getLogger("jynco.upkeep")


def done(chores: Iterable[Chore], ping: Callable[[], None]) -> Counter[str]:
    """Do them one after the other; how often each did something. What failed is logged and has done nothing.

    ServiceAway where ``ping`` says that the database itself is away: each of the others would wait for it in vain.
    """
    times: Counter[str] = Counter()
    for name, chore in chores:
        times[name] += _done(name, chore, ping)
    return times


def _done(name: str, chore: Callable[[], int | None], ping: Callable[[], None]) -> int:
    try:
        return chore() or 0
    except JyncoError as fault:
        log.warning("a chore is put off: %s", fault.message, extra={"chore": name})
        if isinstance(fault, ServiceAway):
            ping()
    except Exception:
        log.exception("a chore failed", extra={"chore": name})
    return 0
