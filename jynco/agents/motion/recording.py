"""What a vendor answered to an order is written down, also where the database is away just then.

Nobody else knows that answer. Who went with it would leave an attempt of which nobody can tell whether it was billed,
so the worker stays with it and writes again and again, also while it is told to end, for as long as it lives.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from jynco.agents.motion.held import Held
from jynco.agents.motion.outcomes import failure
from jynco.errors import Busy, JyncoError, LeaseLost, ProviderError, ServiceAway
from jynco.model.jobs import Generation
from jynco.model.motion import Ticket
from jynco.model.states import GenerationState

PAUSE: Final = 0.2  # seconds between two tries; before anybody else has heard that the database is back
log: Final = logging.getLogger("jynco.motion")


def accepted(held: Held, ticket: Ticket) -> None:
    """The vendor has it. LeaseLost: it is written down, for whoever has the attempt now; ServiceAway: given up."""
    _surely(held, f"accepted {ticket.task_id}", lambda: _accepted(held, ticket))


def refused(held: Held, error: JyncoError) -> None:
    """Nothing was ordered. LeaseLost, ServiceAway as above."""
    _surely(held, "was not given the order", lambda: _refused(held, error))


def _surely(held: Held, answer: str, write: Callable[[], None]) -> None:
    """``write``, as soon as the database answers, for as long as a vendor may take as well."""
    ends, tries = time.monotonic() + held.tools.give_up, 0
    while True:
        try:
            return write()
        except ServiceAway as away:
            last, tries = time.monotonic() > ends, tries + 1
            if last or tries == 1:
                till = "it is given up" if last else "it is tried again"
                log.error(
                    "%s %s, which cannot be written down, %s: %s", held.row.provider, answer, till, away
                )
            if last:
                raise
        time.sleep(PAUSE)


def _accepted(held: Held, ticket: Ticket) -> None:
    try:
        held.accepted(ticket)
    except LeaseLost:
        row = _standing(held, news=True)
        if row is None or row.task_id != ticket.task_id:
            _accepted_late(held, row, ticket)
            raise
        _believe(held, row)


def _accepted_late(held: Held, row: Generation | None, ticket: Ticket) -> None:
    """Somebody gave this attempt up as unknown while we asked: now it is known, and a retry will find it."""
    if row is not None and row.state is GenerationState.UNKNOWN:
        held.tools.ledger.advance(row, GenerationState.SUBMITTED, ticket=ticket)
    else:
        log.error("%s accepted %s too late to be used", held.row.provider, ticket.task_id)


def _refused(held: Held, error: JyncoError) -> None:
    try:
        held.end(GenerationState.FAILED, failure(error))
    except LeaseLost:
        news = isinstance(error, ProviderError)
        row = _standing(held, news=news)
        if row is None or row.state is not GenerationState.FAILED:
            if row is not None and row.state is GenerationState.UNKNOWN and news:
                held.tools.ledger.advance(row, GenerationState.FAILED, failure=failure(error))
            raise
        _believe(held, row)


def _standing(held: Held, *, news: bool) -> Generation | None:
    """How our attempt stands, who ever has it; None: there is a newer one.

    ``news``: there is something to tell of it, so Busy while somebody looks what became of it.
    """
    row = held.tools.ledger.latest(held.shot.key)
    if row is None or row.generation_id != held.row.generation_id:
        return None
    if row.state is GenerationState.INTENT and held.billable and news:
        raise Busy(
            f"{row.owner} looks what became of attempt {row.attempt}; wait until that is written down."
        )
    return row


def _believe(held: Held, row: Generation) -> None:
    """It is there: either our own write, of which only the answer was lost, or, LeaseLost, somebody else's."""
    if (row.owner, row.fence) != (held.row.owner, held.row.fence):
        raise LeaseLost(f"{row.owner} goes on with attempt {row.attempt}; nothing more is done here.")
    held.row = row
