"""Intent to submitted: one request, never a second, and what is done where nobody heard its answer."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from jynco.agents.motion.held import Held
from jynco.agents.motion.outcomes import failure
from jynco.errors import JyncoError, LeaseLost, NotAccepted, OutcomeUnknown, PollFailed, ServiceAway
from jynco.model.jobs import Generation
from jynco.model.motion import Shot, Ticket
from jynco.model.states import GenerationState
from jynco.ports import Ledger, Provider, Watch
from jynco.ports.brink import at_the_brink
from jynco.ports.tracing import span

log: Final = logging.getLogger("jynco.motion")

Picture = Callable[[], AbstractContextManager[Path | None]]


def submitted(held: Held, picture: Picture, watch: Watch) -> bool:
    """Whether the vendor has it. A worker died here before, and it may cost: then it is never sent again."""
    if not held.row.fresh and held.billable:
        return recovered(held)
    try:
        ticket = _sent(held, picture, watch)
    except OutcomeUnknown as lost:
        return recovered(held, lost)
    _record(held, ticket)
    return True


def recovered(held: Held, lost: OutcomeUnknown | None = None) -> bool:
    """Whether the vendor's list tells what became of a request whose answer nobody heard.

    ``lost``: how it was lost, where that is known; raised where no list tells.
    """
    try:
        with span("provider.find", **held.facts):
            ticket = found(held.tools.ledger, held.provider, held.row, held.shot)
    except (PollFailed, NotAccepted) as error:
        return held.patient(error)
    if ticket is None:
        died = OutcomeUnknown(
            f"A worker ended while it asked {held.row.provider} for this clip, so nobody knows whether it was "
            "accepted and billed. Retry with consent to pay again (--pay-again)."
        )
        raise held.ended(lost or died)
    held.accepted(ticket)
    return True


def found(ledger: Ledger, provider: Provider, row: Generation, shot: Shot) -> Ticket | None:
    """The order of this attempt in its vendor's list; None: it is not there, or the vendor keeps no list.

    The newest there may be another attempt's, which the ledger knows: then this one's was not taken. PollFailed.
    """
    if row.created_at is None:
        return None
    ticket = provider.find(shot, row.created_at)
    return None if ticket is None or ticket.task_id in ledger.orders(row.cache_key) else ticket


def _sent(held: Held, picture: Picture, watch: Watch) -> Ticket:
    try:
        with picture() as image:
            watch.check()
            _surely(held)
            with at_the_brink(_Brink(held).look), span("provider.submit", **held.facts):
                return held.provider.submit(held.shot, image)
    except OutcomeUnknown:
        raise
    except JyncoError as error:
        held.end(GenerationState.FAILED, failure(error))
        raise


def _surely(held: Held) -> None:
    """Say that the request goes out, known just now: who slept past the lease, and was overtaken, sends nothing.

    Who slept while it asked asks again, for the answer is as old as the sleep was long.
    """
    began = -math.inf
    while time.monotonic() - began > held.tools.lease / 3:
        began = time.monotonic()
        held.sending()


class _Brink:
    """Who slept while the order was put together and its line opened asks once more; nobody else need."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._asked = time.monotonic()

    def look(self) -> None:
        """LeaseLost where somebody has overtaken us."""
        if time.monotonic() - self._asked > self._held.tools.lease / 3:
            _surely(self._held)
            self._asked = time.monotonic()


def _record(held: Held, ticket: Ticket) -> None:
    try:
        held.accepted(ticket)
    except LeaseLost:
        _record_late(held, ticket)
        raise
    except ServiceAway:
        log.error("%s accepted %s, and it could not be written down", held.row.provider, ticket.task_id)
        raise


def _record_late(held: Held, ticket: Ticket) -> None:
    """Somebody gave this attempt up as unknown while we asked: now it is known, and a retry will find it."""
    unknown = held.tools.ledger.unknown(held.shot.key)
    if unknown is not None and unknown.generation_id == held.row.generation_id:
        held.tools.ledger.advance(unknown, GenerationState.SUBMITTED, ticket=ticket)
    else:
        log.error("%s accepted %s too late to be used", held.row.provider, ticket.task_id)
