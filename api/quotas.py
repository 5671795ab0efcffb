"""How much a tenant may have.

Where a crowd could use up what is left in one moment, whoever makes more waits for its turn, and keeps it until it is
answered: what was counted then is what there is. Before that nobody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Final

from flask import Response, after_this_request, g

from api.callers import caller
from config.quotas import quotas_of
from jynco.errors import Busy, QuotaExceeded
from jynco.model.quotas import Quotas
from jynco.model.storyboard import Document
from jynco.model.uploads import Usage
from workers.house import house

GIGABYTE: Final = 10**9
CROWD: Final = 1000  # requests of one tenant at once, and more than two processes of 320 threads serve
_turns: Final[dict[str, Lock]] = {}  # by tenant
LARGE: Final = 20  # jobs that a request makes, of those that make many
PATIENCE: Final = 30.0  # seconds for one's turn


def one_more_project() -> None:
    """QuotaExceeded where the tenant has as many projects as it may."""
    most = _quotas().projects
    if most is not None and _counted(lambda usage: usage.projects, most, CROWD) >= most:
        raise QuotaExceeded(f"There are {most} projects already: delete one first.")


def one_more_job() -> None:
    """QuotaExceeded where as many jobs as may be have not ended yet."""
    most = _quotas().jobs
    if most is not None and _counted(lambda usage: usage.jobs, most, CROWD * LARGE) >= most:
        raise QuotaExceeded(f"{most} jobs have not ended yet: wait for some of them.", retry_after=10.0)


def clips(document: Document) -> None:
    """QuotaExceeded for a storyboard with more clips than may be."""
    most, timeline = _quotas().clips, document.get("timeline")
    if most is not None and isinstance(timeline, list) and len(timeline) > most:
        raise QuotaExceeded(f"The storyboard has {len(timeline)} clips; {most} are allowed: split it.")


def room_for(size: int) -> None:
    """QuotaExceeded where there is no room for a file of this size, before anybody sends or fetches it."""
    most = _quotas().gigabytes
    if most is not None:
        _check_room(_usage().stored + size, most)


def more_bytes(size: int) -> None:
    """As ``room_for``, when it is there and about to be kept."""
    most = _quotas().gigabytes
    if most is not None:
        _check_room(_counted(lambda usage: usage.stored + size, most * GIGABYTE, CROWD * GIGABYTE), most)


def _check_room(stored: int, most: int) -> None:
    if stored > most * GIGABYTE:
        raise QuotaExceeded(f"All files together may have {most} GB: delete a project first.")


def _counted(amount: Callable[[Usage], int], most: int, crowd: int) -> int:
    """What there is; counted in turn where a crowd might make more than is left."""
    found = amount(_usage())
    if found > most or most - found > crowd:
        return found
    _take_turn()
    return amount(_usage())


def _take_turn() -> None:
    """Nobody else of this tenant makes more before this request is answered."""
    if "turn" in g:
        return
    g.turn = turn = ExitStack()

    @after_this_request
    def leave(answer: Response) -> Response:
        turn.close()
        return answer

    name = f"quota-{caller().tenant}"
    turn.enter_context(here(name))
    turn.enter_context(house().ground.lock.hold(name, PATIENCE))


@contextmanager
def here(name: str) -> Iterator[None]:
    """One thread of this process for each tenant: whoever waits for the others waits with a connection."""
    turn = _turns.setdefault(name, Lock())
    if not turn.acquire(timeout=PATIENCE):
        raise Busy(f"'{name}' is busy: try again in a moment.", retry_after=5)
    try:
        yield
    finally:
        turn.release()


def turn_over() -> None:
    """Let the next one count: what this request has made is committed."""
    if "turn" in g:
        g.turn.close()


def _quotas() -> Quotas:
    return quotas_of(house().settings)


def _usage() -> Usage:
    return house().database.uploads.usage()
