"""Motion: one clip. First the cache, then a provider: submit, poll, collect; every arrow is a row before it is an act.

Each call makes the steps that are possible now and comes back, so no worker waits while a vendor works.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from jynco.agents.quartermaster import Quartermaster
from jynco.agents.steps import Finished, Refused, Step, Waiting
from jynco.errors import (
    ConsentNeeded,
    GaveUp,
    GenerationFailed,
    JyncoError,
    MediaFailed,
    NotAccepted,
    OutcomeUnknown,
    PollFailed,
    ProviderError,
    QualityRefused,
    RequestRejected,
)
from jynco.model.ids import ClipId
from jynco.model.jobs import Claim, Failure, Generation, Job, Outcome
from jynco.model.motion import Capabilities, PollState, Shot, Ticket
from jynco.model.states import ClipStatus, GenerationState
from jynco.ports import Clock, Heart, Ledger, Provider

log = logging.getLogger("jynco.motion")


class Motion:
    """Makes one clip, and pays for it once."""

    def __init__(
        self,
        ledger: Ledger,
        quartermaster: Quartermaster,
        providers: Mapping[str, Provider],
        clock: Clock,
        *,
        lease: float,
        give_up: float,
    ) -> None:
        self._ledger = ledger
        self._quartermaster = quartermaster
        self._providers = providers
        self._clock = clock
        self._lease = lease
        self._give_up = give_up

    def advance(self, claim: Claim, heart: Heart) -> Step:
        """Go as far as possible now. Only LeaseLost, Cancelled and ServiceAway leave as exceptions."""
        job = claim.job
        try:
            return self._advance(claim, heart)
        except NotAccepted as refused:
            return Refused(refused)
        except (ProviderError, ConsentNeeded, MediaFailed) as error:
            return Finished(failed(job, error))

    def _advance(self, claim: Claim, heart: Heart) -> Step:
        job, shot = claim.job, shot_of(claim.job)
        if self._quartermaster.find_clip(shot.key) is not None:
            return Finished(self._completed(job, hit=True))
        self._ask_consent(job, shot)
        generation = self._ledger.take(shot.key, job, claim.owner, self._lease)
        if generation is None:
            return Waiting()
        with heart.tend(lambda: self._ledger.beat(generation, self._lease)):
            return _Attempt(self, job, generation, heart).go_on()

    def _ask_consent(self, job: Job, shot: Shot) -> None:
        unknown = self._ledger.unknown(shot.key)
        if unknown is not None and not job.options.get("payAgain"):
            raise ConsentNeeded(
                f"Nobody knows whether {unknown.provider} accepted this clip on "
                f"{unknown.created_at:%Y-%m-%d %H:%M} UTC; making it again may be billed twice. "
                "Look at the provider's own list, then retry with consent (--pay-again)."
            )

    def _completed(self, job: Job, *, hit: bool, cost: Decimal = Decimal(0)) -> Outcome:
        key = shot_of(job).key
        clip_id = _clip(job)
        source = self._quartermaster.hand_over(job.project_id, clip_id, key)
        return Outcome(job.job_id, clip_id, ClipStatus.COMPLETED, key, source, cache_hit=hit, cost_usd=cost)


class _Attempt:
    """One attempt in the ledger, taken from wherever it stands as far as it goes now."""

    def __init__(self, motion: Motion, job: Job, generation: Generation, heart: Heart) -> None:
        self._m = motion
        self._job = job
        self._shot = shot_of(job)
        self._row = generation
        self._heart = heart
        self._provider = _provider(motion._providers, self._shot.provider)

    def go_on(self) -> Step:
        try:
            if self._row.fresh and self._made_meanwhile():
                return Finished(self._m._completed(self._job, hit=True))
            if self._row.state is GenerationState.INTENT:
                self._submit()
            if self._row.state is GenerationState.SUBMITTED and not self._poll():
                return self._wait()
            return self._collect()
        except PollFailed as error:  # a download that broke off is fetched again later
            log.warning("a download failed: %s", error.message)
            return self._wait()
        except OutcomeUnknown as error:
            self._end(GenerationState.UNKNOWN, error)
            raise
        except (ProviderError, MediaFailed) as error:
            self._end(GenerationState.FAILED, error)
            raise

    def _made_meanwhile(self) -> bool:
        """Between our look into the cache and our row, another worker may have finished this very clip."""
        if self._m._quartermaster.find_clip(self._shot.key) is None:
            return False
        self._row = self._m._ledger.advance(
            self._row,
            GenerationState.FAILED,
            failure=Failure("made_meanwhile", "Nothing was asked for: it was there."),
        )
        return True

    def _submit(self) -> None:
        if not self._row.fresh and self._capabilities().billable:
            self._recover()
            return
        self._heart.check()
        ticket = self._provider.submit(self._shot, self._image())
        self._step(GenerationState.SUBMITTED, ticket)

    def _recover(self) -> None:
        """A worker died between intent and answer: the vendor's list may tell, else nobody knows."""
        since = self._row.created_at or self._m._clock.now()
        ticket = self._provider.find(self._shot, since)
        if ticket is None:
            raise OutcomeUnknown(
                f"A worker ended while it asked {self._row.provider} for this clip, so nobody knows whether it was "
                "accepted and billed. Retry with consent to pay again (--pay-again)."
            )
        self._step(GenerationState.SUBMITTED, ticket)

    def _poll(self) -> bool:
        """Whether the provider has made the clip. A provider that cannot say is asked again later."""
        try:
            answer = self._provider.poll(self._shot, _ticket(self._row))
        except PollFailed as error:
            log.warning("a poll failed: %s", error.message)
            return self._in_time()
        if answer.state is PollState.SUCCEEDED:
            ticket = replace(_ticket(self._row), details={**self._row.details, **answer.details})
            self._step(GenerationState.SUCCEEDED, ticket, answer.actual_usd)
            return True
        if answer.state is PollState.FAILED:
            raise answer.error or GenerationFailed(f"{self._row.provider} could not make this clip.")
        return self._in_time()

    def _in_time(self) -> bool:
        started = self._row.created_at
        if started is not None and (self._m._clock.now() - started).total_seconds() > self._m._give_up:
            self._provider.cancel(_ticket(self._row))
            raise GaveUp(
                f"{self._row.provider} did not finish within {self._m._give_up:g} s; it may still be billed. "
                "Retry the clip, or choose another model."
            )
        return False

    def _wait(self) -> Step:
        self._m._ledger.release(self._row)
        return Waiting()

    def _collect(self) -> Step:
        with self._m._quartermaster.scratch() as folder:
            target = folder / "clip.mp4"
            self._provider.collect(self._shot, self._image(), _ticket(self._row), target, self._heart)
            try:
                self._m._quartermaster.keep_clip(self._shot.key, target)
            except MediaFailed as error:
                raise QualityRefused(
                    f"What {self._row.provider} delivered is not a whole film: retry the clip."
                ) from error
        cost = self._row.actual_usd or self._row.estimated_usd or Decimal(0)
        self._step(GenerationState.DONE, None)
        return Finished(self._m._completed(self._job, hit=False, cost=cost))

    def _step(self, state: GenerationState, ticket: Ticket | None, usd: Decimal | None = None) -> None:
        self._row = self._m._ledger.advance(self._row, state, ticket=ticket, actual_usd=usd)

    def _end(self, state: GenerationState, error: JyncoError) -> None:
        self._row = self._m._ledger.advance(self._row, state, failure=failure(error))

    def _image(self) -> Path | None:
        return self._m._quartermaster.file(self._job.project_id, self._job.image) if self._job.image else None

    def _capabilities(self) -> Capabilities:
        return self._provider.capabilities(self._shot.model)


def shot_of(job: Job) -> Shot:
    """The shot of a motion job."""
    if job.shot is None:
        raise RequestRejected(f"Job {job.job_id} asks for no shot.")
    return job.shot


def failed(job: Job, error: JyncoError) -> Outcome:
    """The outcome of a motion job that ended in ``error``."""
    return Outcome(job.job_id, _clip(job), ClipStatus.FAILED, shot_of(job).key, failure=failure(error))


def failure(error: JyncoError) -> Failure:
    """An error as rows and documents keep it."""
    return Failure(error.code, error.message, error.retryable)


def _clip(job: Job) -> ClipId:
    if job.clip_id is None:
        raise RequestRejected(f"Job {job.job_id} names no clip.")
    return job.clip_id


def _ticket(row: Generation) -> Ticket:
    return Ticket(row.task_id or "", row.details, row.estimated_usd)


def _provider(providers: Mapping[str, Provider], name: str) -> Provider:
    if name not in providers:
        raise RequestRejected(
            f"There is no provider '{name}' here: choose one of {', '.join(sorted(providers))}."
        )
    return providers[name]
