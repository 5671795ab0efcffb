"""One attempt in the ledger, taken from wherever it stands as far as it goes now.

What ends it: an answer of the vendor, or a clip that is no good. What does not: a vendor that cannot be asked just
now, a key or an account that has to be mended, a worker that goes. Then somebody goes on with the same number later.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from jynco.agents.motion.outcomes import clip_of, completed, cost_of, failure, shot_of
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.steps import Finished, Step, Waiting
from jynco.errors import (
    AssetRefused,
    CreditMissing,
    GaveUp,
    GenerationFailed,
    JyncoError,
    KeyRefused,
    LeaseLost,
    MediaFailed,
    NotAccepted,
    OutcomeUnknown,
    PollFailed,
    ProviderError,
    QualityRefused,
    ServiceAway,
)
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.motion import PollAnswer, PollState, Ticket
from jynco.model.states import GenerationState
from jynco.ports import Clock, Heart, Ledger, Provider

log: Final = logging.getLogger("jynco.motion")


@dataclass(frozen=True, slots=True)
class Tools:
    """What every attempt works with; ``lease`` and ``give_up`` in seconds."""

    ledger: Ledger
    quartermaster: Quartermaster
    clock: Clock
    lease: float
    give_up: float


class Attempt:
    """The work on one row of the ledger, by the worker that holds its lease."""

    def __init__(
        self, tools: Tools, job: Job, row: Generation, heart: Heart, provider: Provider, *, billable: bool
    ) -> None:
        self._tools = tools
        self._job = job
        self._shot = shot_of(job)
        self._row = row
        self._heart = heart
        self._provider = provider
        self._billable = billable

    def go_on(self) -> Step:
        """As far as possible. Raises what ended the attempt or the job, and what the heart says."""
        if self._row.fresh:
            source = self._delivered()
            if source is not None:  # another worker finished it between our look at the shelf and our row
                self._end(
                    GenerationState.FAILED, Failure("made_meanwhile", "It was there; nothing was asked for.")
                )
                return Finished(completed(self._job, source, None))
        if self._row.state is GenerationState.INTENT and not self._submitted():
            return Waiting()
        if self._row.state is GenerationState.SUBMITTED and not self._made():
            return Waiting()
        return self._collect()

    def let_go(self) -> None:
        """Hand an attempt that goes on back, so that the next worker need not wait for the lease to run out."""
        if self._row.state.live:
            with suppress(LeaseLost, ServiceAway):
                self._tools.ledger.release(self._row)

    # --- intent -> submitted ---------------------------------------------------------------------------

    def _submitted(self) -> bool:
        """Whether the vendor has it. A worker died here before, and it may cost: then it is never sent again."""
        if not self._row.fresh and self._billable:
            return self._recovered()
        self._record(self._sent())
        return True

    def _sent(self) -> Ticket:
        try:
            with self._image() as image:
                self._heart.check()
                # Who slept past the lease, and was overtaken, learns it here and sends nothing.
                self._tools.ledger.beat(self._row, self._tools.lease)
                return self._provider.submit(self._shot, image)
        except OutcomeUnknown as error:
            self._end(GenerationState.UNKNOWN, failure(error))
            raise
        except JyncoError as error:
            self._end(GenerationState.FAILED, failure(error))
            raise

    def _record(self, ticket: Ticket) -> None:
        try:
            self._step(GenerationState.SUBMITTED, ticket)
        except LeaseLost:
            self._record_late(ticket)
            raise
        except ServiceAway:
            log.error("%s accepted %s, and it could not be written down", self._row.provider, ticket.task_id)
            raise

    def _record_late(self, ticket: Ticket) -> None:
        """Somebody gave this attempt up as unknown while we asked: now it is known, and a retry will find it."""
        unknown = self._tools.ledger.unknown(self._shot.key)
        if unknown is not None and unknown.generation_id == self._row.generation_id:
            self._tools.ledger.advance(unknown, GenerationState.SUBMITTED, ticket=ticket)
        else:
            log.error("%s accepted %s too late to be used", self._row.provider, ticket.task_id)

    def _recovered(self) -> bool:
        """Whether the vendor's list tells what became of a request whose answer nobody heard."""
        try:
            ticket = self._provider.find(self._shot, self._row.created_at or self._tools.clock.now())
        except (PollFailed, NotAccepted) as error:
            return self._patient(error)
        if ticket is None:
            lost = OutcomeUnknown(
                f"A worker ended while it asked {self._row.provider} for this clip, so nobody knows whether it was "
                "accepted and billed. Retry with consent to pay again (--pay-again)."
            )
            raise self._ended(lost)
        self._step(GenerationState.SUBMITTED, ticket)
        return True

    # --- submitted -> succeeded ------------------------------------------------------------------------

    def _made(self) -> bool:
        """Whether the provider has made the clip. A provider that cannot say is asked again later."""
        try:
            answer = self._provider.poll(self._shot, self._ticket())
        except (PollFailed, NotAccepted) as error:
            return self._patient(error)
        except (KeyRefused, CreditMissing):
            raise
        except ProviderError as error:
            raise self._ended(error) from None
        return self._understood(answer)

    def _understood(self, answer: PollAnswer) -> bool:
        if answer.state is PollState.FAILED:
            raise self._ended(
                answer.error or GenerationFailed(f"{self._row.provider} could not make this clip.")
            )
        if answer.state is not PollState.SUCCEEDED:
            return self._patient()
        ticket = replace(self._ticket(), details={**self._row.details, **answer.details})
        self._row = self._tools.ledger.advance(
            self._row, GenerationState.SUCCEEDED, ticket=ticket, actual_usd=answer.actual_usd
        )
        return True

    # --- succeeded -> done -----------------------------------------------------------------------------

    def _collect(self) -> Step:
        source = self._delivered()  # an earlier worker may have died right after it was shelved
        if source is None and not self._fetched():
            return Waiting()
        source = source or self._delivered()
        if source is None:
            raise ServiceAway("A clip was gone from the cache the moment it was kept: look at that disk.")
        self._step(GenerationState.DONE, None)
        return Finished(completed(self._job, source, cost_of(self._row)))

    def _fetched(self) -> bool:
        """Whether the clip is on the shelf now. A download that broke off is tried again later."""
        try:
            # Whoever bills has the picture already; only those that film here need it (again).
            with nullcontext() if self._billable else self._image() as image:
                self._fetch(image)
        except (PollFailed, NotAccepted) as error:
            return self._patient(error)
        except (KeyRefused, CreditMissing):
            raise
        except (ProviderError, AssetRefused) as error:
            raise self._ended(error) from None
        return True

    def _fetch(self, image: Path | None) -> None:
        with self._tools.quartermaster.scratch() as folder:
            target = folder / "clip.mp4"
            try:
                self._provider.collect(self._shot, image, self._ticket(), target, self._heart)
                self._tools.quartermaster.keep_clip(self._shot.key, target)
            except (MediaFailed, AssetRefused) as error:
                log.warning("a clip was refused: %s", error.message)
                raise QualityRefused(
                    f"What {self._row.provider} delivered is not a whole film: retry the clip."
                ) from error

    # --- ends ------------------------------------------------------------------------------------------

    def _patient(self, error: ProviderError | None = None) -> bool:
        """False, to come again later; GaveUp when that has gone on for too long."""
        if error is not None:
            log.warning("%s cannot be asked now: %s", self._row.provider, error.message)
        began, now = self._row.created_at, self._tools.clock.now()
        if began is None or (now - began).total_seconds() <= self._tools.give_up:
            return False
        raise self._given_up()

    def _given_up(self) -> GaveUp:
        """The row first, then the vendor: so it is asked to cancel once at most."""
        running = self._row.state is GenerationState.SUBMITTED
        maybe = "and may still bill it. Retry looks once more; with consent (--pay-again) it is made anew."
        error = GaveUp(
            f"{self._row.provider} did not deliver this clip within {self._tools.give_up:g} s"
            + (f", {maybe}" if self._billable else ": retry it, or choose another model.")
        )
        ticket = self._ticket()
        self._end(GenerationState.UNKNOWN if self._billable else GenerationState.FAILED, failure(error))
        if running:
            self._cancel(ticket)
        return error

    def _cancel(self, ticket: Ticket) -> None:
        try:
            self._provider.cancel(ticket)
        except JyncoError as fault:
            log.warning("%s could not cancel %s: %s", self._row.provider, ticket.task_id, fault.message)

    def _ended(self, error: JyncoError) -> JyncoError:
        unknown = isinstance(error, OutcomeUnknown)
        self._end(GenerationState.UNKNOWN if unknown else GenerationState.FAILED, failure(error))
        return error

    def _end(self, state: GenerationState, why: Failure) -> None:
        self._row = self._tools.ledger.advance(self._row, state, failure=why)

    def _step(self, state: GenerationState, ticket: Ticket | None) -> None:
        self._row = self._tools.ledger.advance(self._row, state, ticket=ticket)

    def _ticket(self) -> Ticket:
        return Ticket(self._row.task_id or "", self._row.details, self._row.estimated_usd)

    def _image(self) -> AbstractContextManager[Path | None]:
        if self._job.image is None:
            return nullcontext()
        return self._tools.quartermaster.pinned(
            self._job.project_id, self._job.image, self._shot.image_sha256
        )

    def _delivered(self) -> str | None:
        return self._tools.quartermaster.deliver(self._job.project_id, clip_of(self._job), self._shot.key)
