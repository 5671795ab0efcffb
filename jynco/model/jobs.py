"""Rows of the truth: projects, clips, jobs and the ledger, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId
from jynco.model.motion import Shot
from jynco.model.states import ClipStatus, GenerationState, JobKind, JobState, Lane, Made, OnMissing, Purpose
from jynco.model.storyboard import Document, Json


@dataclass(frozen=True, slots=True)
class Project:
    """What people want (``document``), and how far the published mirror has come."""

    project_id: ProjectId
    document: Document  # people's fields only; made fields are joined in from the clip rows
    revision: int  # goes up with every edit by people
    changes: int  # goes up with every change, people's or made
    mirrored: int  # the value of ``changes`` that storyboard.json shows
    created_at: datetime
    updated_at: datetime
    tenant: str = "local"


@dataclass(frozen=True, slots=True)
class ClipRow:
    """What has been made of one clip: the row behind the made fields of the document."""

    project_id: ProjectId
    clip_id: ClipId
    status: ClipStatus = ClipStatus.PENDING
    job_id: JobId | None = None
    cache_key: CacheKey | None = None
    source_file: str | None = None  # relative to the project's folder
    error_code: str | None = None
    error_message: str | None = None
    attempts: int = 0
    cache_hit: bool = False
    cost_usd: Decimal = Decimal(0)
    provider: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job or clip failed, as shown to people."""

    code: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """How one clip of the film came about."""

    clip_id: ClipId
    made: Made
    provider: str | None = None
    model: str | None = None
    cost_usd: Decimal = Decimal(0)
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the film is made of; ``complete`` is false when it has stand-ins or missing clips."""

    lines: tuple[ReceiptLine, ...]
    frames: int
    cost_usd: Decimal = Decimal(0)

    @property
    def complete(self) -> bool:
        """Whether every clip is the real one."""
        return all(line.made not in {Made.STAND_IN, Made.MISSING} for line in self.lines)


@dataclass(frozen=True, slots=True)
class Remark:
    """Why one of a clip's providers did not make it; ``refusals``: how often it had been asked and said no."""

    provider: str
    model: str
    code: str
    message: str
    refusals: int = 0

    @property
    def words(self) -> str:
        """As people read it."""
        return f"{self.provider}:{self.model}: {self.message}"


@dataclass(frozen=True, slots=True)
class Job:
    """One unit of work. A render job has one motion job below it per clip that must be generated."""

    job_id: JobId
    project_id: ProjectId
    kind: JobKind
    purpose: Purpose
    lane: Lane
    correlation_id: str
    state: JobState = JobState.QUEUED
    parent_id: JobId | None = None
    clip_id: ClipId | None = None
    shot: Shot | None = None  # motion jobs only
    image: str | None = None  # motion jobs only: the source image, relative to the project's folder
    lineup: tuple[
        Shot, ...
    ] = ()  # motion jobs only: the shot for each provider in turn; empty: only ``shot``
    said: tuple[Remark, ...] = ()  # by those of the lineup that are out
    document: Document | None = None  # render jobs only: the document as it was planned
    options: Mapping[str, Json] = field(default_factory=dict)
    attempts: int = 0  # refused submits so far
    crashes: int = 0  # leases that ran out instead of being handed back
    resends: int = 0
    progress: float = 0.0  # 0..1
    receipt: Receipt | None = None
    failure: Failure | None = None
    waits: Failure | None = None  # what its last step met that has to pass before it can go on
    waits_since: datetime | None = None
    steps: int = field(default=0, compare=False)  # begun so far
    held: bool = field(default=False, compare=False)  # a step is under way, or its worker has died
    output: str | None = None  # storage key of the film
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def refusals(self) -> int:
        """Refused submits so far at the provider whose turn it is."""
        return self.attempts - sum(remark.refusals for remark in self.said)

    @property
    def trace(self) -> str:
        """Its place in the trace of the request it came from, as a W3C traceparent; its own if nobody listened."""
        words = sha256(self.correlation_id.encode()).hexdigest()
        return str(self.options.get("traceparent") or f"00-{words[:32]}-{words[32:48]}-01")

    @property
    def on_missing(self) -> OnMissing:
        """The film's policy for clips that could not be made."""
        return OnMissing(str(self.options.get("onMissing", OnMissing.BLOCK)))


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a job until the lease ends. Every write carries owner and fence."""

    job: Job
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class Generation:
    """One attempt in the ledger."""

    generation_id: int
    cache_key: CacheKey
    attempt: int
    project_id: ProjectId
    clip_id: ClipId
    provider: str
    model: str
    state: GenerationState
    owner: str  # who holds its lease
    fence: int
    fresh: bool = (
        False  # by this very call: made (nothing was sent for it), or withdrawn (nobody was told to stop)
    )
    job_id: JobId | None = None  # whose it was last
    tenant: str = "local"
    correlation_id: str | None = None  # of the request that began it: its budget is shared
    shot: Shot | None = None  # what was ordered; None in rows from before it was kept
    task_id: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    estimated_usd: Decimal | None = None
    actual_usd: Decimal | None = None
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    withdrawn_at: datetime | None = None  # nobody wants it any more, and the vendor is told so after this
    asked_at: datetime | None = None  # the vendor may have heard of it since; None: surely nothing was sent

    @property
    def unsent(self) -> bool:
        """Whether it was begun, and surely nothing was sent for it."""
        return self.state is GenerationState.INTENT and self.asked_at is None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a motion job ended. It is returned through the chord, never raised into it."""

    job_id: JobId
    clip_id: ClipId
    status: ClipStatus  # COMPLETED or FAILED
    cache_key: CacheKey
    source_file: str | None = None
    cache_hit: bool = False
    cost_usd: Decimal = Decimal(0)
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a project; ids only go up."""

    event_id: int
    project_id: ProjectId
    kind: str  # clip, job or storyboard
    payload: Mapping[str, Json]
    created_at: datetime
