"""Intent to submitted: one request, never a second, and what is done where nobody heard its answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from jynco.agents.motion import recording
from jynco.agents.motion.held import Held
from jynco.errors import JyncoError, NotAccepted, OutcomeUnknown, PollFailed
from jynco.model.jobs import Generation
from jynco.model.motion import Shot, Ticket
from jynco.ports import Ledger, Provider, Watch
from jynco.ports.brink import at_the_brink
from jynco.ports.tracing import span

Picture = Callable[[], AbstractContextManager[Path | None]]


def submitted(held: Held, picture: Picture, watch: Watch) -> bool:
    """Whether the vendor has it. A worker died here before, and it may cost: then it is never sent again."""
    if not held.row.fresh and held.billable:
        return recovered(held)
    try:
        ticket = _sent(held, picture, watch)
    except OutcomeUnknown as lost:
        return recovered(held, lost)
    recording.accepted(held, ticket)
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

    The newest there may be another attempt's, of whatever key and tenant, which the ledger knows: then it is not
    this one's. PollFailed.
    """
    if row.created_at is None:
        return None
    ticket = provider.find(shot, row.created_at)
    return None if ticket is None or ledger.knows(row.provider, ticket.task_id) else ticket


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
        recording.refused(held, error)
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
