"""States, and the one table of steps each may take. Nothing ever leaves a terminal state."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ClipStatus(StrEnum):
    """What the document shows for a clip."""

    PENDING = "pending"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


class JobState(StrEnum):
    """The life of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether the job has ended."""
        return not JOB_STEPS[self]


JOB_STEPS: Final[dict[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.QUEUED, JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


class GenerationState(StrEnum):
    """The life of one attempt in the ledger; every arrow is committed before the next thing is done."""

    INTENT = "intent"  # about to ask the provider
    SUBMITTED = "submitted"  # the provider has it, by the task id in the row
    SUCCEEDED = "succeeded"  # the provider has made it; not fetched yet
    DONE = "done"  # verified and in the cache
    FAILED = "failed"  # ended without a clip, and known to have ended
    UNKNOWN = "unknown"  # may be billed, and nobody has the clip; never sent again without consent

    @property
    def live(self) -> bool:
        """Whether this attempt may still produce the clip."""
        return self in {GenerationState.INTENT, GenerationState.SUBMITTED, GenerationState.SUCCEEDED}


GENERATION_STEPS: Final[dict[GenerationState, frozenset[GenerationState]]] = {
    GenerationState.INTENT: frozenset(
        {GenerationState.SUBMITTED, GenerationState.FAILED, GenerationState.UNKNOWN}
    ),
    GenerationState.SUBMITTED: frozenset(
        {GenerationState.SUCCEEDED, GenerationState.FAILED, GenerationState.UNKNOWN}
    ),
    GenerationState.SUCCEEDED: frozenset(
        {GenerationState.DONE, GenerationState.FAILED, GenerationState.UNKNOWN}
    ),
    GenerationState.DONE: frozenset(),
    GenerationState.FAILED: frozenset(),
    GenerationState.UNKNOWN: frozenset({GenerationState.SUBMITTED, GenerationState.FAILED}),
}


class JobKind(StrEnum):
    """Which kind of worker a job is for."""

    MOTION = "motion"
    RENDER = "render"


class Lane(StrEnum):
    """How urgent a job is."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Purpose(StrEnum):
    """What was asked for: a quick look, the film, or only its clips."""

    PREVIEW = "preview"
    FINAL = "final"
    CLIPS = "clips"


class OnMissing(StrEnum):
    """What a film does about a clip that could not be made."""

    BLOCK = "block"  # no film
    HOLD = "hold"  # the last good frame stands still
    SLATE = "slate"  # a card that names the clip
    SKIP = "skip"  # the clip is left out


class Made(StrEnum):
    """How a clip of a film came about, for the receipt."""

    GENERATED = "generated"
    CACHED = "cached"
    FOOTAGE = "footage"
    STAND_IN = "stand-in"
    MISSING = "missing"
