"""Motion: one clip. First the shelf, then a provider: submit, poll, collect; every arrow is a row before it is an act.

Each call makes the steps that are possible now and comes back, so no worker waits while a vendor works.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from jynco.agents.motion.attempt import Attempt, Tools
from jynco.agents.motion.outcomes import clip_of, completed, cost_of, failed, shot_of
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.steps import Finished, Refused, Step, Waiting
from jynco.errors import (
    Cancelled,
    Conflict,
    ConsentNeeded,
    CreditMissing,
    GaveUp,
    GenerationFailed,
    JyncoError,
    KeyRefused,
    LeaseLost,
    Moderated,
    NotAccepted,
    ProviderError,
    QualityRefused,
    RequestRejected,
    ServiceAway,
)
from jynco.model.jobs import Claim, Failure, Generation, Job
from jynco.model.motion import Shot
from jynco.model.states import GenerationState
from jynco.ports import Clock, Heart, Ledger, Provider

ENDS: Final = frozenset(
    error.code
    for error in (
        CreditMissing,
        GaveUp,
        GenerationFailed,
        KeyRefused,
        Moderated,
        ProviderError,
        QualityRefused,
        RequestRejected,
    )
)  # of a job; after others, such as a refusal, the same job goes on with another attempt


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
        self._tools = Tools(ledger, quartermaster, clock, lease, give_up)
        self._providers = providers

    def advance(self, claim: Claim, heart: Heart) -> Step:
        """Go as far as possible now. Only LeaseLost, Cancelled and ServiceAway leave as exceptions."""
        try:
            return self._advance(claim, heart)
        except (LeaseLost, Cancelled, ServiceAway):
            raise
        except NotAccepted as refused:
            return Refused(refused)
        except JyncoError as error:
            return Finished(failed(claim.job, error))

    def _advance(self, claim: Claim, heart: Heart) -> Step:
        job, shot = claim.job, shot_of(claim.job)
        left = self._left_behind(job)
        if left is not None and left.state is GenerationState.FAILED and left.error_code in ENDS:
            return Finished(failed(job, Failure(left.error_code or "", left.error_message or "")))
        if left is None or not left.state.live:
            source = self._tools.quartermaster.deliver(job.project_id, clip_of(job), shot.key)
            if source is not None:
                paid = left is not None and left.state is GenerationState.DONE
                return Finished(completed(job, source, cost_of(left) if left is not None and paid else None))
        return self._make(claim, heart, shot)

    def _make(self, claim: Claim, heart: Heart, shot: Shot) -> Step:
        provider = self._provider(shot)
        billable = provider.capabilities(shot.model).billable
        self._settle_unknown(claim.job, shot)
        heart.check()
        row = self._tools.ledger.take(shot.key, claim.job, claim.owner, self._tools.lease)
        if row is None:
            return Waiting()
        attempt = Attempt(self._tools, claim.job, row, heart, provider, billable=billable)
        try:
            with heart.tend(lambda: self._tools.ledger.beat(row, self._tools.lease)):
                return attempt.go_on()
        finally:
            attempt.let_go()

    def _left_behind(self, job: Job) -> Generation | None:
        """The latest attempt since this job was asked for, where a worker of it did not live to tell of one.

        Without this look, a worker that dies between an attempt's end and its job's end would have the job begin,
        and pay for, another.
        """
        if not job.crashes:
            return None
        key, history = shot_of(job).key, self._tools.ledger.history(job.project_id)
        return next((row for row in history if row.cache_key == key and _since(job, row)), None)

    def _settle_unknown(self, job: Job, shot: Shot) -> None:
        """What may have been billed is looked at again if the vendor gave a number, else made anew with consent only.

        Consent is for what was unknown when it was given: not for what this very job has left unknown.
        """
        unknown = self._tools.ledger.unknown(shot.key)
        if unknown is None or (job.options.get("payAgain") and not _since(job, unknown)):
            return
        if unknown.task_id is None or _since(job, unknown):
            raise ConsentNeeded(
                f"Nobody knows whether {unknown.provider} made and billed this clip{_when(unknown)}; making it "
                "again may be billed twice. Look at the provider's own list, then retry with consent (--pay-again)."
            )
        with suppress(LeaseLost, Conflict):  # another job has looked first, and goes on with it
            self._tools.ledger.advance(unknown, GenerationState.SUBMITTED)

    def _provider(self, shot: Shot) -> Provider:
        if shot.provider not in self._providers:
            raise RequestRejected(
                f"There is no provider '{shot.provider}' here: choose one of {', '.join(sorted(self._providers))}."
            )
        return self._providers[shot.provider]


def _since(job: Job, row: Generation) -> bool:
    """Whether an attempt was begun after this job was asked for; both times are the database's."""
    return job.created_at is None or row.created_at is None or row.created_at >= job.created_at


def _when(row: Generation) -> str:
    return f" on {row.created_at:%Y-%m-%d %H:%M} UTC" if row.created_at else ""
