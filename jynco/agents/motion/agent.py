"""Motion: one clip. First the shelf, then a provider: submit, poll, collect; every arrow is a row before it is an act.

Each call makes the steps that are possible now and comes back, so no worker waits while a vendor works.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from jynco.agents.motion.attempt import Attempt, Tools
from jynco.agents.motion.door import Door
from jynco.agents.motion.outcomes import clip_of, completed, cost_of, failed, failure, shot_of
from jynco.agents.motion.understudies import Understudies, since
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.steps import Finished, Refused, Step, Waiting
from jynco.errors import (
    AssetRefused,
    Cancelled,
    CreditMissing,
    GaveUp,
    GenerationFailed,
    JyncoError,
    KeyRefused,
    LeaseLost,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    ProviderError,
    QualityRefused,
    RequestRejected,
    ServiceAway,
)
from jynco.model.admission import Rules, Verdict, Why
from jynco.model.jobs import Claim, Failure, Generation, Job
from jynco.model.motion import Shot
from jynco.model.states import GenerationState
from jynco.ports import Admission, Clock, Heart, Jobs, Ledger, Provider

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
# Ends of attempts for which the vendor was never asked, so that they say nothing of it.
NO_ORDER: Final = frozenset({"made_meanwhile", AssetRefused.code, KeyRefused.code, CreditMissing.code})


class Motion:
    """Makes one clip, and pays for it once."""

    def __init__(
        self,
        ledger: Ledger,
        quartermaster: Quartermaster,
        providers: Mapping[str, Provider],
        clock: Clock,
        jobs: Jobs,
        admission: Admission,
        *,
        lease: float,
        give_up: float,
        rules: Rules,
    ) -> None:
        self._tools = Tools(ledger, quartermaster, clock, lease, give_up, rules.poll)
        self._providers = providers
        self._door = Door(admission, rules, lease)
        self._understudies = Understudies(
            self._tools, jobs, admission, providers, moderated=rules.failover_moderated
        )

    def advance(self, claim: Claim, heart: Heart) -> Step:
        """Go as far as possible now. Only LeaseLost, Cancelled and ServiceAway leave as exceptions."""
        try:
            return self._advance(claim, heart)
        except (LeaseLost, Cancelled, ServiceAway):
            raise
        except NotAccepted as refused:
            return Refused(refused)
        except JyncoError as error:
            return self.ended(claim, failure(error))

    def ended(self, claim: Claim, why: Failure) -> Finished | Waiting:
        """What follows when nothing more is to be had from whose turn it is: the next one's, or the job's end."""
        if self._understudies.takes_over(claim, why):
            return Waiting(0.0)
        return Finished(failed(claim.job, why))

    def next(self, shot: Shot | None = None) -> Sequence[Job]:
        """Who may begin now where an attempt for ``shot`` has just ended, or anywhere, and would come late."""
        return self._door.call_all() if shot is None else self._door.call_at(shot)

    def _advance(self, claim: Claim, heart: Heart) -> Step:
        job, shot = claim.job, shot_of(claim.job)
        left = self._left_behind(job)
        if left is not None and left.state is GenerationState.FAILED and left.error_code in ENDS:
            return self.ended(claim, Failure(left.error_code or "", left.error_message or ""))
        if left is None or not left.state.live:
            source = self._tools.quartermaster.deliver(job.project_id, clip_of(job), shot.key)
            if source is not None:
                paid = left is not None and left.state is GenerationState.DONE
                return Finished(completed(job, source, cost_of(left) if left is not None and paid else None))
        return self._make(claim, heart, shot)

    def _make(self, claim: Claim, heart: Heart, shot: Shot) -> Step:
        provider = self._provider(shot)
        if self._understudies.has_moved(claim):
            return Waiting(0.0)
        heart.check()
        verdict = self._door.ask(claim.job, shot)
        if verdict.why is Why.FAILING:
            return self._without(claim, shot, verdict)
        if verdict.why not in (Why.ADMITTED, Why.RUNNING):
            return self._door.wait(verdict, shot)
        provider.prepare()
        price = provider.capabilities(shot.model).price(shot)
        row = self._tools.ledger.take(shot.key, claim.job, claim.owner, self._tools.lease, price=price)
        if row is None:
            return Waiting()
        void = _void(row, verdict)
        if void is not None:
            self._tools.ledger.advance(row, GenerationState.FAILED, failure=void)
            return Waiting(0.0)
        return self._go_on(claim, heart, shot, row, provider)

    def _go_on(self, claim: Claim, heart: Heart, shot: Shot, row: Generation, provider: Provider) -> Step:
        billable = provider.capabilities(shot.model).billable
        attempt = Attempt(self._tools, claim.job, row, heart, provider, billable=billable)
        try:
            with heart.tend(lambda: self._tools.ledger.beat(row, self._tools.lease)):
                step = attempt.go_on()
        except ProviderError as error:
            self._heard(shot, row, attempt, error)
            raise
        finally:
            attempt.let_go()
        self._heard(shot, row, attempt, None)
        return step

    def _heard(self, shot: Shot, begun: Generation, attempt: Attempt, error: ProviderError | None) -> None:
        """Tell the door how an order was answered; looks and downloads are no orders."""
        unheard = attempt.row.state is GenerationState.INTENT
        if not begun.fresh or unheard or attempt.row.error_code in NO_ORDER:
            return
        refused = isinstance(error, NotAccepted | OutcomeUnknown) and attempt.row.task_id is None
        self._door.heard(shot, error if refused else None)

    def _without(self, claim: Claim, shot: Shot, verdict: Verdict) -> Step:
        """The vendor is not asked, for it keeps failing: the next one takes over at once; else the job waits a while.

        Nobody was asked, so none of the job's tries is spent.
        """
        refused = failure(NotAccepted(verdict.reason))
        if self._understudies.takes_over(claim, refused):
            return Waiting(0.0)
        began = claim.job.started_at
        waited = (self._tools.clock.now() - began).total_seconds() if began else 0.0
        if self._door.outlasted(verdict, waited):
            return Finished(failed(claim.job, refused))
        return self._door.wait(verdict, shot)

    def _left_behind(self, job: Job) -> Generation | None:
        """The latest attempt for this clip that ended since this job was asked for, or was this job's own.

        Without this look a worker that dies between an attempt's end and its job's end would have the job begin,
        and pay for, another; and each of many jobs that wait for one attempt would pay for the same failure.
        """
        row = self._tools.ledger.latest(shot_of(job).key)
        if row is None:
            return None
        own = row.job_id == job.job_id and since(job, row)
        shared = row.state is GenerationState.FAILED and since(job, replace(row, created_at=row.updated_at))
        return row if own or shared else None

    def _provider(self, shot: Shot) -> Provider:
        if shot.provider not in self._providers:
            raise RequestRejected(
                f"There is no provider '{shot.provider}' here: choose one of {', '.join(sorted(self._providers))}."
            )
        return self._providers[shot.provider]


def _void(row: Generation, verdict: Verdict) -> Failure | None:
    """Why nothing may come of an attempt for which nothing was sent: whoever begins has to ask at the door first.

    Whoever slept over such an attempt cannot send it any more, for its fence has gone up.
    """
    if row.fresh and verdict.why is Why.RUNNING:
        return Failure("not_admitted", "What ran has ended meanwhile; nothing was asked for.")
    if row.unsent and not row.fresh:
        return Failure("not_sent", "A worker ended before it asked for this clip; nothing was sent.")
    return None
