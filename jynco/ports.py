"""What Jynco asks of the world. Agents receive these; adapters are these; nothing else connects them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from jynco.model.admission import Ask, Breaker, Gate, GateReport, Verdict
from jynco.model.census import Census
from jynco.model.findings import Finding
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId
from jynco.model.jobs import (
    Claim,
    ClipRow,
    Event,
    Failure,
    Generation,
    Job,
    Outcome,
    Project,
    Receipt,
    Remark,
)
from jynco.model.media import Command, Look, MediaInfo
from jynco.model.money import Budget, Grain, Loss, Room, Span, Spend
from jynco.model.motion import Capabilities, PollAnswer, Shot, Ticket
from jynco.model.outgoing import Answer, Fetched
from jynco.model.states import GenerationState, JobState
from jynco.model.storyboard import Document
from jynco.model.versions import Mark, Version
from jynco.model.webhooks import Attempt, Delivery, Load, Parcel, Settlement, Webhook


class Clock(Protocol):
    """The time of day (UTC) and a new name for a thing."""

    def now(self) -> datetime: ...
    def token(self) -> str: ...  # 20 characters of [a-z0-9], never twice


class Watch(Protocol):
    """A long step's tie to the outside: raises LeaseLost, Cancelled or ServiceAway (shutting down) when it must end."""

    def check(self) -> None: ...
    def progress(self, fraction: float) -> None: ...  # 0..1; cheap, may be called per frame


class Heart(Watch, Protocol):
    """A watch that also keeps leases alive while a long step runs."""

    def tend(self, beat: Callable[[], None]) -> AbstractContextManager[None]: ...  # called at every heartbeat


class Pictures(Protocol):
    """Looks at still pictures from foreign hands. Raises AssetRefused with the reason."""

    def inspect(self, path: Path) -> MediaInfo: ...


class Storage(Protocol):
    """Files by key, such as ``projects/proj_a/images/x.png``. Writes appear whole or not at all.

    Raises StorageFull, PathRefused for what cannot be a key, ServiceAway.
    """

    def put(self, key: str, source: Path) -> None: ...  # copies
    def put_bytes(self, key: str, data: bytes) -> None: ...
    def swap(self, key: str, data: bytes, seen: bytes | None) -> bool: ...  # only while it is still ``seen``
    def adopt(self, key: str, source: Path) -> None: ...  # moves a finished scratch file in
    def link(self, source_key: str, key: str) -> None: ...  # hard link or copy; NotFound
    def path(self, key: str) -> Path: ...  # a local file to read; NotFound
    def read(self, key: str) -> bytes: ...  # NotFound
    def exists(self, key: str) -> bool: ...
    def delete(self, key: str) -> None: ...  # a missing key is fine
    def delete_all(self, prefix: str) -> None: ...
    def keys(self, prefix: str) -> Iterator[str]: ...
    def scratch(self) -> AbstractContextManager[Path]: ...  # a folder that is gone afterwards
    def sweep(self) -> int: ...  # removes scratch folders whose process was killed


class Lock(Protocol):
    """One holder at a time per name, across processes; released when its process dies. Raises ServiceAway when late."""

    def hold(self, name: str, timeout: float = 30.0) -> AbstractContextManager[None]: ...


class Media(Protocol):
    """FFmpeg, for one file or one command. Raises MediaFailed, MediaTimeout; AssetRefused for foreign input."""

    def probe(self, path: Path) -> MediaInfo: ...
    def run(self, command: Command, watch: Watch, *, timeout: float) -> None: ...
    def verify(self, path: Path) -> MediaInfo: ...  # decodes every frame
    def look(self, path: Path) -> Look: ...  # as verify, and what there is to be seen
    def build(self) -> str: ...  # names the FFmpeg build, for keys


class Outgoing(Protocol):
    """Requests to addresses that strangers named. Raises AddressRefused for what is not public, AddressFailed."""

    def check(self, url: str) -> None: ...  # as it is written; nothing is looked up
    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Answer: ...
    def fetch(
        self, url: str, target: Path, *, seconds: float, most_bytes: int, redirects: int = ...
    ) -> Fetched: ...  # whole or not at all; LimitExceeded, StorageFull


class Slots(Protocol):
    """This machine's room for encoders, for all its workers. ``soon``: films that somebody waits for have their own."""

    def one(self, check: Callable[[], None], *, soon: bool) -> AbstractContextManager[None]: ...


class Provider(Protocol):
    """An image-to-video model behind five verbs, and one to get ready. Every vendor error leaves as a ProviderError."""

    @property
    def name(self) -> str: ...
    def capabilities(self, model: str | None) -> Capabilities: ...  # RequestRejected for unknown models
    def prepare(self) -> None: ...  # what takes long before a first order; sends nothing
    def submit(self, shot: Shot, image: Path | None) -> Ticket: ...
    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer: ...
    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None: ...
    def cancel(self, ticket: Ticket) -> None: ...
    def find(self, shot: Shot, since: datetime) -> Ticket | None: ...  # where the vendor lists its tasks


class Projects(Protocol):
    """Projects and what people want. Raises NotFound, Conflict, StaleRevision; ServiceAway when the database is."""

    def create(self, project_id: ProjectId, document: Document, mark: Mark = ...) -> Project: ...
    def get(self, project_id: ProjectId) -> Project: ...
    def find(self, project_id: ProjectId) -> Project | None: ...
    def page(self, after: ProjectId | None, limit: int) -> Sequence[Project]: ...  # by id
    def save(
        self, project_id: ProjectId, document: Document, expected: int | None, mark: Mark = ...
    ) -> Project: ...
    def versions(self, project_id: ProjectId) -> Sequence[Version]: ...  # the last ones, newest first
    def version(self, project_id: ProjectId, revision: int) -> Document: ...
    def delete(self, project_id: ProjectId) -> None: ...
    def mirrored(self, project_id: ProjectId, changes: int) -> None: ...  # never goes back
    def behind(self, limit: int) -> Sequence[ProjectId]: ...  # mirrored < changes
    def clips(self, project_id: ProjectId) -> Sequence[ClipRow]: ...
    def events(self, project_id: ProjectId, after: int, limit: int) -> Sequence[Event]: ...


class Jobs(Protocol):
    """Jobs, their leases and their ends, by the database's clock. Late writers get LeaseLost."""

    def accept(self, jobs: Sequence[Job], clips: Sequence[ClipRow]) -> None: ...  # one transaction
    def get(self, job_id: JobId) -> Job: ...
    def page(
        self, project_id: ProjectId | None, state: JobState | None, after: JobId | None, limit: int
    ) -> Sequence[Job]: ...
    def children(self, job_id: JobId) -> Sequence[Job]: ...
    def active(self, project_id: ProjectId) -> Sequence[Job]: ...  # render and clips jobs not yet terminal
    def made(
        self, project_id: ProjectId, clip_id: ClipId
    ) -> Sequence[Job]: ...  # the clip's films, the newest first
    def census(self) -> Census: ...  # what waits, since when; what was there already
    def claim(self, job_id: JobId, owner: str, seconds: float) -> Claim | None: ...  # None: taken or terminal
    def beat(self, claim: Claim, seconds: float, progress: float) -> None: ...
    def park(
        self, claim: Claim, seconds: float, *, refused: bool = False
    ) -> None: ...  # lease back, next step later
    def recast(
        self, claim: Claim, shot: Shot, *said: Remark
    ) -> None: ...  # another of its lineup makes the clip
    def held_back(
        self, job_id: JobId, seconds: float
    ) -> bool: ...  # has not begun, and people paused its queue
    def attend(
        self, job_id: JobId, seconds: float, progress: float
    ) -> (
        None
    ): ...  # parts of a parked job are being made: due in ``seconds``, not before; Cancelled, LeaseLost
    def finish_motion(
        self, claim: Claim, outcome: Outcome
    ) -> None: ...  # job, clip row and event in one transaction
    def finish_render(
        self, claim: Claim, *, output: str | None, receipt: Receipt | None, failure: Failure | None
    ) -> None: ...
    def cancel(self, job_id: JobId) -> Job: ...  # with the jobs below it; terminal jobs stay as they are
    def stranded(
        self, grace: float, limit: int
    ) -> Sequence[Job]: ...  # due, unleased, not terminal; resends + 1


class Ledger(Protocol):
    """Generations: at most one live attempt per cache key, one owner at a time."""

    def take(
        self, key: CacheKey, job: Job, owner: str, seconds: float, *, price: Decimal | None = ...
    ) -> (
        Generation | None
    ): ...  # made (its price reserved, or BudgetExceeded) or resumed; None: somebody else's
    def advance(
        self,
        generation: Generation,
        state: GenerationState,
        *,
        ticket: Ticket | None = None,
        actual_usd: Decimal | None = None,
        failure: Failure | None = None,
    ) -> Generation: ...
    def beat(self, generation: Generation, seconds: float) -> None: ...
    def release(
        self, generation: Generation, *, details: Mapping[str, str] | None = ...
    ) -> None: ...  # the lease, not the attempt; other details with it, where given
    def unknown(
        self, key: CacheKey
    ) -> Generation | None: ...  # the latest attempt, when nobody knows its outcome
    def latest(self, key: CacheKey) -> Generation | None: ...  # whatever became of it
    def history(self, project_id: ProjectId) -> Sequence[Generation]: ...
    def withdraw(
        self, owner: str, seconds: float, limit: int
    ) -> Sequence[Generation]: ...  # wanted by nobody


class Books(Protocol):
    """What was spent, on what and for nothing; and budgets. ``project_id`` None: the tenant's own, of this month."""

    def total(self, span: Span) -> Spend: ...
    def by(
        self, grains: Sequence[Grain], span: Span, after: Sequence[str] | None, limit: int
    ) -> Sequence[Spend]: ...  # by their words, rising
    def lost(self, span: Span) -> Spend: ...  # for nothing, in all
    def losses(self, span: Span, after: int | None, limit: int) -> Sequence[Loss]: ...  # the newest first
    def settle(self, attempt_id: int, finding: Finding) -> Generation: ...  # NotFound, Conflict, UsageWrong
    def rooms(self, project_id: ProjectId | None) -> Sequence[Room]: ...  # every budget that holds
    def budget(self, project_id: ProjectId | None) -> Budget | None: ...  # NotFound (project)
    def set_budget(self, project_id: ProjectId | None, budget: Budget | None) -> None: ...  # NotFound


class Admission(Protocol):
    """The vendors' gates: limits and pauses hold for all workers together, by the database's clock."""

    def ask(
        self, ask: Ask
    ) -> Verdict: ...  # right before an attempt begins; who is not let in stands in line
    def heard(self, gate: Gate, fault: str | None, breaker: Breaker) -> None: ...  # None: the vendor answered
    def running(self, keys: Sequence[CacheKey]) -> frozenset[CacheKey]: ...  # those with a live attempt
    def pause(self, name: str) -> None: ...  # a queue, or "provider:name[:model]"; twice is once
    def resume(self, name: str) -> None: ...
    def paused(self) -> Mapping[str, datetime]: ...  # since when, by name
    def report(self) -> Sequence[GateReport]: ...
    def sweep(self) -> int: ...  # forgets what no limit counts any more


class Webhooks(Protocol):
    """Receivers, and what each is owed: written in the transaction of the change that it tells of.

    Raises NotFound, Conflict; ServiceAway when the database is.
    """

    def add(self, webhook: Webhook) -> Webhook: ...  # Conflict: a tenant has as many as may be
    def get(self, webhook_id: str) -> Webhook: ...
    def page(self, after: str | None, limit: int) -> Sequence[Webhook]: ...  # by id
    def delete(self, webhook_id: str) -> None: ...  # with its deliveries
    def rotate(self, webhook_id: str, secret: str, seconds: float) -> Webhook: ...  # the old one signs along
    def enable(self, webhook_id: str) -> Webhook: ...
    def deliveries(
        self, webhook_id: str, after: int | None, limit: int
    ) -> Sequence[Delivery]: ...  # newest first
    def replay(self, webhook_id: str, delivery_id: str) -> Delivery: ...  # under the same id; due now
    def claim(
        self, owner: str, seconds: float, limit: int, load: Load
    ) -> Sequence[Parcel]: ...  # what is due
    def settle(
        self, parcel: Parcel, attempt: Attempt, settled: Settlement
    ) -> bool: ...  # False: not ours any more
    def next_due(self) -> float | None: ...  # seconds until something can be claimed; None: nothing is owed
    def sweep(self) -> int: ...  # forgets what ended long ago


class Database(Protocol):
    """The truth, and the seven ways to it."""

    @property
    def projects(self) -> Projects: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def books(self) -> Books: ...
    @property
    def admission(self) -> Admission: ...
    @property
    def webhooks(self) -> Webhooks: ...
    def ping(self) -> None: ...  # raises ServiceAway
    def close(self) -> None: ...


Providers = Mapping[str, Provider]
Say = Callable[[str], None]
