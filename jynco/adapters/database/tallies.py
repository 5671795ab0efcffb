"""What is counted when a row changes: the same words for Postgres and its twin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from jynco.model import metrics
from jynco.model.jobs import ClipRow, Generation, Job, Outcome, Receipt
from jynco.model.metrics import Tally
from jynco.model.money import charge, settled
from jynco.model.states import ClipStatus, GenerationState, JobKind, JobState
from jynco.model.storyboard import Document

RESULTS = {True: "hit", False: "miss"}


def of_order(clips: Iterable[ClipRow]) -> Iterator[Tally]:
    """The architect's order was taken; clips that were there already need no worker."""
    yield metrics.AGENT_RUNS.tally("architect", JobState.COMPLETED, "")
    found = Counter(clip.cache_hit for clip in clips if clip.status is ClipStatus.COMPLETED)
    if found[True]:
        yield metrics.CACHE_LOOKUPS.tally("clip", RESULTS[True], amount=float(found[True]))


def of_job_end(job: Job) -> Iterator[Tally]:
    """A clip or a film has ended, however."""
    failure = job.failure.code if job.failure else ""
    yield metrics.AGENT_RUNS.tally(job.kind, job.state, failure)
    if job.kind is JobKind.MOTION and job.state is not JobState.CANCELLED:
        yield metrics.QUEUE_WAIT.tally(job.lane, amount=_between(job.created_at, job.started_at))


def of_clip(outcome: Outcome) -> Tally:
    """Whether a clip's worker found it."""
    return metrics.CACHE_LOOKUPS.tally("clip", RESULTS[outcome.cache_hit])


def of_film(job: Job, receipt: Receipt | None) -> Iterator[Tally]:
    """A film is made: what it took, and how long it plays."""
    rate = _rate(job.document)
    if job.state is JobState.COMPLETED and receipt is not None and rate:
        spent = _between(job.started_at, job.finished_at)
        yield metrics.RENDER_SECONDS.tally(job.purpose, amount=spent)
        yield metrics.FILM_SECONDS.tally(job.purpose, amount=receipt.frames / rate)


def of_attempt(before: Generation, after: Generation) -> Iterator[Tally]:
    """An attempt has come further: to an end, or to a charge that is final."""
    names = (after.provider, after.model)
    if after.state is not before.state and not after.state.live:
        yield metrics.ATTEMPTS.tally(*names, after.state)
    if after.state is GenerationState.DONE and before.state is not GenerationState.DONE:
        yield metrics.GENERATION.tally(*names, amount=_between(after.created_at, after.updated_at))
    usd = charge(after)
    if usd and settled(after) and not settled(before):
        yield metrics.SPEND.tally(*names, amount=float(usd))


def of_lost_lease(job: Job) -> Tally:
    """Somebody else goes on with a job whose worker was not heard of in time."""
    return metrics.LEASES_LOST.tally(job.kind)


def _between(begin: datetime | None, end: datetime | None) -> float:
    return max(0.0, (end - begin).total_seconds()) if begin and end else 0.0


def _rate(document: Document | None) -> float:
    """Frames a second; 0 where nobody says."""
    output = (document or {}).get("outputSettings")
    fps = output.get("fps") if isinstance(output, dict) else None
    return float(fps) if isinstance(fps, int | float) else 0.0
