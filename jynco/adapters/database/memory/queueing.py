"""The twin of the line before a limited gate: who is next, and how much room there is behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from jynco.adapters.database import sentences
from jynco.adapters.database.memory.store import AdmissionRow, JobRow, Store
from jynco.model.admission import LATE, Ask, Gate, Limits, Place, Verdict, Why, room
from jynco.model.ids import CacheKey, JobId
from jynco.model.jobs import Job
from jynco.model.states import Lane

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
NEVER: Final = datetime.min.replace(tzinfo=UTC)
URGENCY: Final = (Lane.HIGH, Lane.NORMAL, Lane.LOW)


class Line:
    """Admissions in the order they were asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def join(self, places: Sequence[Place]) -> None:
        """Stand in line before anybody asks."""
        for place in places:
            if not any(_waits(row, place.job_id) for row in self._store.admissions):
                job = self._store.job(place.job_id).job
                self._append(place.gate, place.key, job, place.seconds)

    def step_aside(self, job_id: JobId) -> None:
        """Keep nobody waiting until a worker asks for the job again: another vendor's turn has come."""
        for row in self._store.admissions:
            if _waits(row, job_id):
                row.until = self._store.now()

    def ask(self, ask: Ask) -> Verdict:
        """Stand in line; ADMITTED when it is this job's turn and there is room, else FULL."""
        before = next(
            (row for row in self._store.admissions if self._unused(row) and self._of(row, ask)), None
        )
        if before is not None:
            before.until = self._store.now(ask.lease)
            return Verdict(Why.ADMITTED)
        mine = self._stand(ask)
        place = self._order(ask.gate).index(mine)
        free, seconds, rate = self._room(ask.gate, ask.whole, ask.model)
        if free is None or place < free:
            mine.admitted_at, mine.until = self._store.now(), self._store.now(ask.lease)
            return Verdict(Why.ADMITTED)
        return Verdict(Why.FULL, seconds, place - max(free, 0), sentences.full(ask.gate), rate=rate)

    def call(self, gate: Gate, whole: Limits, model: Limits) -> Sequence[Job]:
        """Those for whom there is room and who would come late; they are due from now on."""
        free, _, _ = self._room(gate, whole, model)
        now = self._store.now()
        places = self._order(gate)[: max(free or 0, 0)]
        late = [kept for kept in (self._store.job(row.job_id) for row in places) if self._late(kept, now)]
        for kept in late:
            kept.due_at = now
        return [kept.job for kept in late]

    def _late(self, kept: JobRow, now: datetime) -> bool:
        return self._store.free(kept.lease_until) and abs(kept.due_at - now) > timedelta(seconds=LATE)

    def leave(self, job_id: JobId) -> None:
        """Stand in no line any more."""
        self._store.admissions = [
            row for row in self._store.admissions if row.job_id != job_id or row.admitted_at is not None
        ]

    def lengths(self) -> Counter[tuple[str, str]]:
        """How many wait at which model's gate."""
        rows, now = self._store.admissions, self._store.now()
        waiting = (row for row in rows if row.admitted_at is None and row.until > now and self._open(row))
        return Counter((row.gate.provider, row.gate.model) for row in waiting)

    def forget(self, past: datetime) -> int:
        """Drop what is older than ``past``; how many."""
        before = len(self._store.admissions)
        self._store.admissions = [
            row for row in self._store.admissions if (row.admitted_at or row.until) >= past
        ]
        return before - len(self._store.admissions)

    # --- who is next

    def _stand(self, ask: Ask) -> AdmissionRow:
        until = self._store.now(ask.patience)
        for row in self._store.admissions:
            if _waits(row, ask.job.job_id):
                row.gate, row.key, row.until = ask.gate, ask.key, until
                return row
        return self._append(ask.gate, ask.key, ask.job, ask.patience)

    def _append(self, gate: Gate, key: CacheKey, job: Job, seconds: float) -> AdmissionRow:
        tenant, until = self._store.project(job.project_id).tenant, self._store.now(seconds)
        names = (job.job_id, job.project_id, tenant, job.lane)
        self._store.admissions.append(AdmissionRow(gate, key, *names, self._store.now(), until))
        return self._store.admissions[-1]

    def _order(self, gate: Gate) -> list[AdmissionRow]:
        """High before normal before low; then the tenants in turn, then each tenant's projects in turn."""
        now = self._store.now()
        here = [row for row in self._store.admissions if row.gate == gate]
        waiting = [row for row in here if row.admitted_at is None and row.until > now and self._open(row)]
        waiting = [row for row in waiting if not self._held(row)]
        tenant, project = _served(here, lambda row: row.tenant), _served(here, lambda row: row.project_id)
        own = _turns(waiting, lambda row: (row.lane, row.project_id))
        waiting.sort(key=lambda row: (own[id(row)], project.get(row.project_id, NEVER), row.asked_at))
        turn = _turns(waiting, lambda row: (row.lane, row.tenant))
        waiting.sort(key=lambda row: (URGENCY.index(row.lane), turn[id(row)], tenant.get(row.tenant, NEVER)))
        return waiting

    def _open(self, row: AdmissionRow) -> bool:
        kept = self._store.jobs.get(row.job_id)
        return kept is not None and not kept.job.state.terminal

    def _held(self, row: AdmissionRow) -> bool:
        job = self._store.job(row.job_id).job
        return f"{job.kind}.{job.lane}" in self._store.pauses

    # --- how much room there is

    def _room(self, gate: Gate, whole: Limits, model: Limits) -> tuple[int | None, float, float]:
        levels = [(whole, None), (model, gate.model)]
        found = [self._space(gate, limits, name) for limits, name in levels if limits]
        free = min((space for space, _, _ in found if space is not None), default=None)
        rate = min((rate for _, _, rate in found), default=0.0)
        return free, max((seconds for _, seconds, _ in found), default=0.0), rate

    def _space(self, gate: Gate, limits: Limits, model: str | None) -> tuple[int | None, float, float]:
        now = self._store.now()
        rows = [
            row
            for row in self._store.admissions
            if _within(row.gate, gate, model) and row.admitted_at is not None
        ]
        admitted = sorted(row.admitted_at for row in rows if row.admitted_at is not None)
        minute = [moment for moment in admitted if moment > now - MINUTE]
        day = [moment for moment in admitted if moment > now - DAY]
        inside = sum(self._unused(row) for row in rows) + self._living(gate, model)
        pairs = (limits.concurrent, inside), (limits.per_minute, len(minute)), (limits.per_day, len(day))
        waits = [_wait(limits.per_minute, minute, MINUTE, now), _wait(limits.per_day, day, DAY, now)]
        age = (now - minute[0]).total_seconds() if minute else 1.0
        return room(*pairs), max(waits), len(minute) / max(age, 1.0)

    def _living(self, gate: Gate, model: str | None) -> int:
        live = (kept.generation for kept in self._store.attempts if kept.generation.state.live)
        names = [row for row in live if row.provider == gate.provider and model in {None, row.model}]
        return sum(self._account(row.cache_key, gate) == gate.account for row in names)

    def _account(self, key: CacheKey, gate: Gate) -> str:
        known = [
            row.gate.account
            for row in self._store.admissions
            if row.key == key and row.admitted_at is not None
        ]
        return known[-1] if known else gate.account

    def _unused(self, row: AdmissionRow) -> bool:
        """Let in, and not begun yet by a worker that may still live."""
        if row.admitted_at is None or row.until <= self._store.now():
            return False
        made = (kept.generation for kept in self._store.attempts if kept.generation.cache_key == row.key)
        return not any(one.created_at is not None and one.created_at >= row.admitted_at for one in made)

    def _of(self, row: AdmissionRow, ask: Ask) -> bool:
        same = (row.job_id, row.key, row.gate.provider)
        return same == (ask.job.job_id, ask.key, ask.gate.provider)


def _waits(row: AdmissionRow, job_id: JobId) -> bool:
    return row.job_id == job_id and row.admitted_at is None


def _within(gate: Gate, other: Gate, model: str | None) -> bool:
    same = (gate.provider, gate.account) == (other.provider, other.account)
    return same and model in {None, gate.model}


def _served(rows: Iterable[AdmissionRow], name: Callable[[AdmissionRow], str]) -> dict[str, datetime]:
    """When somebody was let in last, by tenant or project."""
    latest: dict[str, datetime] = {}
    for row in rows:
        if row.admitted_at is not None:
            latest[name(row)] = max(latest.get(name(row), NEVER), row.admitted_at)
    return latest


def _turns(rows: Iterable[AdmissionRow], group: Callable[[AdmissionRow], object]) -> dict[int, int]:
    """Each one's number within its group."""
    counted: Counter[object] = Counter()
    numbers: dict[int, int] = {}
    for row in rows:
        counted[group(row)] += 1
        numbers[id(row)] = counted[group(row)]
    return numbers


def _wait(limit: int | None, moments: list[datetime], span: timedelta, now: datetime) -> float:
    if limit is None or len(moments) < limit or not moments:
        return 0.0
    return (moments[0] + span - now).total_seconds()
