"""What the twin remembers. Whoever reads or writes holds the one lock, as a transaction would."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import update_wrapper
from threading import RLock
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from jynco.adapters.database import payloads
from jynco.adapters.database.desk import Reply, errand, overtaken
from jynco.adapters.database.text import copied, storable
from jynco.errors import NotFound
from jynco.model.admission import Gate
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId
from jynco.model.jobs import ClipRow, Event, Generation, Job, Project
from jynco.model.metrics import Tally
from jynco.model.money import Budget
from jynco.model.states import JobState, Lane
from jynco.model.storyboard import Document, Json
from jynco.model.uploads import Asset, Upload
from jynco.model.versions import Version
from jynco.model.webhooks import Delivery, News, Webhook
from jynco.ports import Clock


@dataclass(slots=True)
class JobRow:
    """A job and its lease."""

    job: Job
    due_at: datetime
    owner: str | None = None
    fence: int = 0
    lease_until: datetime | None = None


@dataclass(slots=True)
class Attempt:
    """A row of the ledger and its lease."""

    generation: Generation
    job_id: JobId
    lease_until: datetime | None


@dataclass(slots=True)
class DeliveryRow:
    """A delivery and its lease."""

    delivery: Delivery
    owner: str | None = None
    lease_until: datetime | None = None


@dataclass(slots=True)
class ReplyRow:
    """What there is under an Idempotency-Key, and its lease."""

    request: str
    owner: str
    lease_until: datetime
    created_at: datetime
    made: tuple[str, ...] = ()
    reply: Reply | None = None


@dataclass(slots=True)
class AdmissionRow:
    """A job before a vendor's gate; with ``admitted_at``, inside."""

    gate: Gate
    key: CacheKey
    job_id: JobId
    project_id: ProjectId
    tenant: str
    lane: Lane
    asked_at: datetime
    until: datetime
    admitted_at: datetime | None = None


class Store:
    """The rows, and what every change of them has in common."""

    def __init__(self, clock: Clock) -> None:
        self.lock = RLock()
        self.projects: dict[ProjectId, Project] = {}
        self.clips: dict[tuple[ProjectId, ClipId], ClipRow] = {}
        self.jobs: dict[JobId, JobRow] = {}  # in the order they came in
        self.attempts: list[Attempt] = []
        self.project_budgets: dict[ProjectId, Budget] = {}
        self.versions: dict[ProjectId, list[tuple[Version, Document]]] = {}  # the oldest first
        self.tenant_budgets: dict[str, Budget] = {}
        self.pauses: dict[str, datetime] = {}  # what people hold back, and since when
        self.admissions: list[AdmissionRow] = []  # in the order they were asked for
        self.webhooks: dict[str, Webhook] = {}
        self.deliveries: dict[str, DeliveryRow] = {}  # in the order they came in
        self.assets: dict[tuple[ProjectId, str], Asset] = {}  # by content
        self.uploads: dict[str, Upload] = {}
        self.ordinals = itertools.count(1)  # of deliveries
        self.replies: dict[tuple[str, str], ReplyRow] = {}
        self.events: list[Event] = []
        self.totals: dict[tuple[str, tuple[str, ...], int], tuple[int, float]] = {}  # how often, and how much
        self._event_ids = 0
        self._clock = clock

    def now(self, later: float = 0.0) -> datetime:
        """The time in ``later`` seconds."""
        return self._clock.now() + timedelta(seconds=later)

    def errand(self) -> ReplyRow | None:
        """The row of the errand that something is about to be made on. Busy when that was overtaken."""
        on = errand()
        if on is None:
            return None
        row = self.replies.get((on.tenant, on.key))
        if row is None or row.owner != on.owner or row.reply is not None:
            raise overtaken()
        return row

    def free(self, lease_until: datetime | None) -> bool:
        """Whether a lease was handed back or has run out."""
        return lease_until is None or lease_until <= self.now()

    def project(self, project_id: ProjectId) -> Project:
        """The project as it is kept. NotFound."""
        if project_id not in self.projects:
            raise missing_project(project_id)
        return self.projects[project_id]

    def owns(self, tenant: str | None, project_id: ProjectId) -> bool:
        """Whether the project is there for this tenant; None sees everybody's."""
        project = self.projects.get(project_id)
        return project is not None and tenant in {None, project.tenant}

    def refuse_foreign(self, tenant: str | None, project_id: ProjectId) -> None:
        """NotFound for a project that is not the tenant's."""
        if not self.owns(tenant, project_id):
            raise missing_project(project_id)

    def job(self, job_id: JobId) -> JobRow:
        """The job as it is kept. NotFound."""
        if job_id not in self.jobs:
            raise missing_job(job_id)
        return self.jobs[job_id]

    def touch(self, project_id: ProjectId) -> None:
        """Count one more change, for the mirror to catch up with. NotFound."""
        project = self.project(project_id)
        self.projects[project_id] = replace(project, changes=project.changes + 1, updated_at=self.now())

    def tell(self, project_id: ProjectId, kind: str, payload: Mapping[str, Json]) -> None:
        """Write an event."""
        self._event_ids += 1
        self.events.append(Event(self._event_ids, project_id, kind, payload, self.now()))

    def count(self, *tallies: Tally) -> None:
        """Add to what was counted."""
        for tally in tallies:
            kind = (tally.metric, tally.labels, tally.bucket)
            number, amount = self.totals.get(kind, (0, 0.0))
            self.totals[kind] = (number + tally.times, amount + tally.amount)

    def tell_job(self, job: Job, state: JobState) -> None:
        """Say that the job has come to ``state``."""
        self.tell(job.project_id, "job", payloads.of_job(job.job_id, state))

    def owe(self, project_id: ProjectId, *told: News | None) -> None:
        """Owe the news to those of the project's tenant who want it; what is owed already is not owed twice."""
        receivers = [each for each in self.webhooks.values() if self.owns(each.tenant, project_id)]
        for webhook, news in ((webhook, news) for webhook in receivers for news in told if news is not None):
            named = news.delivery_id(webhook.webhook_id)
            if webhook.wants(news.topic) and named not in self.deliveries:
                payload = copied(payloads.of_news(news, self.now()))
                self.deliveries[named] = DeliveryRow(
                    Delivery(
                        named,
                        webhook.webhook_id,
                        next(self.ordinals),
                        news.topic,
                        payload,
                        due_at=self.now(),
                        created_at=self.now(),
                    )
                )

    def put_clip(self, clip: ClipRow) -> None:
        """Keep a clip's row and say so."""
        words = clip.error_message
        kept = replace(clip, error_message=None if words is None else storable(words))
        self.clips[clip.project_id, clip.clip_id] = kept
        self.tell(clip.project_id, "clip", payloads.of_clip(kept))


def missing_project(project_id: ProjectId) -> NotFound:
    """The sentence for a project that is not there."""
    return NotFound(f"There is no project {project_id}; create it first, or check its id.")


def missing_job(job_id: JobId) -> NotFound:
    """The sentence for a job that is not there."""
    return NotFound(f"There is no job {job_id}; check its id, or whether its project was deleted.")


def shown_project(project: Project) -> Project:
    """The project with a document of the caller's own, as if it had been read from a row."""
    return replace(project, document=copied(project.document))


def shown_job(row: JobRow) -> Job:
    """The job with a document and options of the caller's own."""
    made = {"document": copied(row.job.document), "options": copied(dict(row.job.options))}
    return replace(row.job, **made, steps=row.fence, held=row.owner is not None)


class HasStore(Protocol):
    """Whatever works on a store."""

    store: Store


_Self = TypeVar("_Self", bound=HasStore)
_Words = ParamSpec("_Words")
_Answer = TypeVar("_Answer")


def alone(
    method: Callable[Concatenate[_Self, _Words], _Answer],
) -> Callable[Concatenate[_Self, _Words], _Answer]:
    """A method that nobody else runs between: the twin of a transaction."""

    def locked(self: _Self, /, *args: _Words.args, **kwargs: _Words.kwargs) -> _Answer:
        with self.store.lock:
            return method(self, *args, **kwargs)

    update_wrapper(locked, method)
    return locked
