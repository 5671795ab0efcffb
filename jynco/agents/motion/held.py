"""A row of the ledger under one worker's lease, and its arrows: each is written before the next thing is done."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from jynco.agents.motion import patience
from jynco.agents.motion.outcomes import failure
from jynco.agents.quartermaster import Quartermaster
from jynco.errors import Cancelled, GaveUp, JyncoError, LeaseLost, OutcomeUnknown, ProviderError, ServiceAway
from jynco.model.jobs import Failure, Generation
from jynco.model.motion import PollAnswer, Shot, Ticket
from jynco.model.states import GenerationState
from jynco.ports import Clock, Ledger, Provider
from jynco.ports.tracing import Fact

log: Final = logging.getLogger("jynco.motion")


@dataclass(frozen=True, slots=True)
class Tools:
    """What every attempt works with; ``lease``, ``give_up`` and ``poll`` (between two looks) in seconds."""

    ledger: Ledger
    quartermaster: Quartermaster
    clock: Clock
    lease: float
    give_up: float
    poll: float = 5.0


class Held:
    """The row as it stands, who makes the clip, and what may be written of it."""

    def __init__(
        self, tools: Tools, row: Generation, shot: Shot, provider: Provider, *, billable: bool
    ) -> None:
        self.tools = tools
        self.row = row
        self.shot = shot
        self.provider = provider
        self.billable = billable

    @property
    def ticket(self) -> Ticket:
        """What the vendor gave for the order."""
        return Ticket(self.row.task_id or "", self.row.details, self.row.estimated_usd)

    def beat(self) -> None:
        """Hold it for another lease. LeaseLost."""
        self.tools.ledger.beat(self.row, self.tools.lease)

    def sending(self) -> None:
        """Hold it for another lease, with the word that the vendor may have heard of it from now on. LeaseLost."""
        self.row = self.tools.ledger.sending(self.row, self.tools.lease)

    def let_go(self) -> None:
        """Hand an attempt that goes on back, so that the next worker need not wait for the lease to run out."""
        if self.row.state.live:
            with suppress(LeaseLost, ServiceAway):
                self.tools.ledger.release(self.row, details=self.row.details)

    @property
    def facts(self) -> dict[str, Fact | None]:
        """What a trace is told of it."""
        row = self.row
        price = dollars(row.estimated_usd)
        return {"provider": row.provider, "model": row.model, "attempt": row.attempt, "price_usd": price}

    @property
    def rest(self) -> float:
        """Seconds until the vendor may be asked about it again; 0 or less: now."""
        return patience.rest(self.row.details, self.tools.clock.now())

    def accepted(self, ticket: Ticket) -> None:
        """The vendor has it, under this number."""
        self.row = self.tools.ledger.advance(self.row, GenerationState.SUBMITTED, ticket=ticket)

    def made(self, answer: PollAnswer) -> None:
        """The vendor has made it, for this price."""
        ticket = replace(self.ticket, details={**patience.forgotten(self.row.details), **answer.details})
        self.row = self.tools.ledger.advance(
            self.row, GenerationState.SUCCEEDED, ticket=ticket, actual_usd=answer.actual_usd
        )

    def done(self, delivered: str | None) -> None:
        """It is in the cache; ``delivered``: what came, in words."""
        details = {**self.row.details, **({"delivered": delivered} if delivered else {})}
        ticket = replace(self.ticket, details=details)
        self.row = self.tools.ledger.advance(self.row, GenerationState.DONE, ticket=ticket)

    def end(self, state: GenerationState, why: Failure, actual_usd: Decimal | None = None) -> None:
        """It ended without a clip. Of one that nobody wanted any more, that is the reason."""
        if self.row.withdrawn_at is not None and state is GenerationState.FAILED:
            why = Failure(Cancelled.code, f"It was cancelled. {why.message}")
        self.row = self.tools.ledger.advance(self.row, state, failure=why, actual_usd=actual_usd)

    def ended(self, error: JyncoError, actual_usd: Decimal | None = None) -> JyncoError:
        """Written down as what ended it; returned, to be raised."""
        unknown = isinstance(error, OutcomeUnknown)
        self.end(GenerationState.UNKNOWN if unknown else GenerationState.FAILED, failure(error), actual_usd)
        return error

    def patient(self, error: ProviderError | None = None, *, queued: bool = False) -> bool:
        """False, to come again later; GaveUp when that has gone on for too long.

        ``error``: why a look or a download came to nothing; ``queued``: the vendor has not begun to work at it.
        """
        if error is not None:
            log.warning("%s cannot be asked now: %s", self.row.provider, error.message)
        now, asked = self.tools.clock.now(), error.retry_after if error else None
        details = patience.looked(
            self.row.details, now, self.tools.poll, missed=error is not None, queued=queued, asked=asked
        )
        self.row = replace(self.row, details=details)
        if patience.worn_out(details, self.row.created_at or now, now, self.tools.give_up):
            raise self._given_up()
        return False

    def cancel(self) -> None:
        """Ask the vendor to stop. A vendor that cannot, or does not hear, goes on, and may bill."""
        try:
            self.provider.cancel(self.ticket)
        except JyncoError as fault:
            log.warning("%s could not cancel %s: %s", self.row.provider, self.row.task_id, fault.message)

    def _given_up(self) -> GaveUp:
        """The row first, then the vendor: so it is asked to cancel once at most."""
        before = self.row
        maybe = "and may still bill it. Retry looks once more; with consent (--pay-again) it is made anew."
        error = GaveUp(
            f"{before.provider} did not deliver this clip within {self.tools.give_up:g} s"
            + (f", {maybe}" if self.billable else ": retry it, or choose another model.")
        )
        self.end(GenerationState.UNKNOWN if self.billable else GenerationState.FAILED, failure(error))
        if before.state is GenerationState.SUBMITTED and before.withdrawn_at is None:
            self.cancel()
        return error


def dollars(usd: Decimal | None) -> float | None:
    """For traces, which know no decimals."""
    return None if usd is None else float(usd)
