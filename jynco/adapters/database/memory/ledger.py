"""The ledger: one attempt at a time per cache key, one owner at a time per attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from jynco.adapters.database import tallies
from jynco.adapters.database.memory import spending
from jynco.adapters.database.memory.store import Attempt, Store, alone
from jynco.adapters.database.steps import lost, never_taken, refuse_step, shot_of
from jynco.adapters.database.text import storable
from jynco.errors import Conflict
from jynco.model.ids import CacheKey, JobId, ProjectId
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.money import FREE, Budget
from jynco.model.motion import Ticket
from jynco.model.states import GenerationState, JobState
from jynco.ports.money import GRACE


class MemoryLedger:
    """The twin of the ``generations`` table."""

    def __init__(self, store: Store, tenant: str | None = None, ceiling: Budget | None = None) -> None:
        self.store = store
        self._tenant = tenant
        self._ceiling = ceiling

    @alone
    def take(
        self, key: CacheKey, job: Job, owner: str, seconds: float, *, price: Decimal | None = FREE
    ) -> Generation | None:
        """The live attempt for ``key``, or a fresh one that reserves its price; None while somebody else holds it.

        BudgetExceeded where a fresh one has no room; ``price`` None: nobody publishes it.
        """
        live = self._live(key)
        if live is None:
            shot_of(job)
            spending.reserve(self.store, job, price, self._ceiling)
            return self._begin(key, job, owner, seconds, price)
        own = (live.generation.owner, live.job_id) == (owner, job.job_id)
        if live.generation.withdrawn_at or (not own and not self.store.free(live.lease_until)):
            return None
        return self._hold(live, owner, seconds, job.job_id)

    @alone
    def advance(
        self,
        generation: Generation,
        state: GenerationState,
        *,
        ticket: Ticket | None = None,
        actual_usd: Decimal | None = None,
        failure: Failure | None = None,
    ) -> Generation:
        """One arrow further. LeaseLost when somebody was faster, Conflict when there is no such arrow."""
        refuse_step(generation, state)
        kept = self._held(generation)
        if kept.generation.state is not generation.state:
            raise lost(generation)
        other = self._live(generation.cache_key)
        if state.live and other is not None and other is not kept:
            raise Conflict("It exists already; read it again before changing it.")
        again = generation.state is GenerationState.UNKNOWN  # somebody wants it again
        wanted = None if again else kept.generation.withdrawn_at
        stepped = replace(
            kept.generation, state=state, fresh=False, withdrawn_at=wanted, updated_at=self.store.now()
        )
        kept.generation = _learned(stepped, ticket, actual_usd, failure)
        self.store.count(*tallies.of_attempt(generation, kept.generation))
        kept.lease_until = kept.lease_until if state.live else None
        return kept.generation

    @alone
    def beat(self, generation: Generation, seconds: float) -> None:
        """Hold the attempt for ``seconds`` more, whatever state it has come to meanwhile. LeaseLost."""
        kept = self._held(generation)
        kept.lease_until = self.store.now(seconds) if kept.generation.state.live else None

    @alone
    def sending(self, generation: Generation, seconds: float) -> Generation:
        """Hold the intent for ``seconds`` more, and say that its request goes out now. LeaseLost: it must not."""
        kept = self._held(generation)
        if kept.generation.state is not GenerationState.INTENT:
            raise lost(generation)
        now = self.store.now()
        asked = kept.generation.asked_at or now
        kept.generation = replace(kept.generation, asked_at=asked, fresh=False, updated_at=now)
        kept.lease_until = self.store.now(seconds)
        return kept.generation

    @alone
    def release(self, generation: Generation, *, details: Mapping[str, str] | None = None) -> None:
        """Let somebody else go on with this attempt, with other ``details``. LeaseLost when somebody does already."""
        kept = self._held(generation)
        kept.lease_until = None
        if details is not None:
            kept.generation = replace(kept.generation, details=dict(details))

    @alone
    def latest(self, key: CacheKey) -> Generation | None:
        """The newest attempt for ``key``, whatever became of it."""
        mine = self._mine(key)
        return mine[-1] if mine else None

    @alone
    def knows(self, provider: str, task_id: str) -> bool:
        """Whether some attempt is this order of ``provider``, whatever its key and whosever it is."""
        rows = (kept.generation for kept in self.store.attempts)
        return any((row.provider, row.task_id) == (provider, task_id) for row in rows)

    @alone
    def unknown(self, key: CacheKey) -> Generation | None:
        """The latest attempt for ``key`` that its vendor may have taken, when nobody knows whether it was billed."""
        taken = [row for row in self._mine(key) if not never_taken(row)]
        return taken[-1] if taken and taken[-1].state is GenerationState.UNKNOWN else None

    @alone
    def history(self, project_id: ProjectId) -> Sequence[Generation]:
        """Every attempt ever made for the project, deleted or not, the newest first."""
        newest = (replace(kept.generation, fresh=False) for kept in reversed(self.store.attempts))
        return [row for row in newest if row.project_id == project_id and self._own(row)]

    @alone
    def withdraw(
        self, owner: str, seconds: float, limit: int, *, grace: float = GRACE
    ) -> Sequence[Generation]:
        """Up to ``limit`` live attempts that nobody wants any more, taken for ``seconds``.

        What a job that failed had ordered is left to whoever retries it for ``grace`` seconds. ``fresh`` for those
        that this very call has marked as withdrawn: their vendor does not know it yet.
        """
        free = (
            kept
            for kept in self.store.attempts
            if kept.generation.state.live and self.store.free(kept.lease_until)
        )
        wanted = [kept for kept in free if kept.generation.withdrawn_at or self._abandoned(kept, grace)]
        return [self._withdrawn(kept, owner, seconds) for kept in wanted[:limit]]

    def _withdrawn(self, kept: Attempt, owner: str, seconds: float) -> Generation:
        first = kept.generation.withdrawn_at is None
        held = self._hold(kept, owner, seconds, kept.job_id)
        kept.generation = replace(held, withdrawn_at=held.withdrawn_at or self.store.now())
        return replace(kept.generation, fresh=first)

    def _abandoned(self, kept: Attempt, grace: float) -> bool:
        """Its job was cancelled, is gone or ended ``grace`` seconds ago, and no clip with the same key waits for it."""
        holder = self.store.jobs.get(kept.job_id)
        if holder is not None and self._kept(holder.job, grace):
            return False
        same = (clip for clip in self.store.clips.values() if clip.cache_key == kept.generation.cache_key)
        waiting = (self.store.jobs[clip.job_id].job for clip in same if clip.job_id in self.store.jobs)
        return all(job.state.terminal for job in waiting)

    def _kept(self, job: Job, grace: float) -> bool:
        if not job.state.terminal:
            return True
        just = job.finished_at is not None and job.finished_at > self.store.now(-grace)
        return just and job.state is not JobState.CANCELLED

    def _hold(self, kept: Attempt, owner: str, seconds: float, job_id: JobId) -> Generation:
        row = kept.generation
        kept.generation = replace(
            row,
            owner=owner,
            fence=row.fence + 1,
            fresh=False,
            job_id=job_id,
            updated_at=self.store.now(),
        )
        kept.job_id, kept.lease_until = job_id, self.store.now(seconds)
        return kept.generation

    def _mine(self, key: CacheKey) -> list[Generation]:
        attempts = (kept.generation for kept in self.store.attempts if kept.generation.cache_key == key)
        return [replace(row, fresh=False) for row in attempts if self._own(row)]

    def _own(self, row: Generation) -> bool:
        return self._tenant in {None, row.tenant}

    def _live(self, key: CacheKey) -> Attempt | None:
        mine = (kept for kept in self.store.attempts if kept.generation.cache_key == key)
        return next((kept for kept in mine if kept.generation.state.live), None)

    def _held(self, generation: Generation) -> Attempt:
        for kept in self.store.attempts:
            row = kept.generation
            fenced = (row.owner, row.fence) == (generation.owner, generation.fence)
            if fenced and row.generation_id == generation.generation_id:
                return kept
        raise lost(generation)

    def _begin(
        self, key: CacheKey, job: Job, owner: str, seconds: float, price: Decimal | None
    ) -> Generation:
        clip_id, shot = shot_of(job)
        before = sum(kept.generation.cache_key == key for kept in self.store.attempts)
        made = Generation(
            generation_id=len(self.store.attempts) + 1,
            cache_key=key,
            attempt=before + 1,
            project_id=job.project_id,
            clip_id=clip_id,
            provider=shot.provider,
            model=shot.model,
            state=GenerationState.INTENT,
            owner=owner,
            fence=1,
            fresh=True,
            job_id=job.job_id,
            tenant=spending.tenant_of(self.store, job),
            correlation_id=job.correlation_id,
            shot=shot,
            estimated_usd=price,
            created_at=self.store.now(),
            updated_at=self.store.now(),
        )
        self.store.attempts.append(Attempt(made, job.job_id, self.store.now(seconds)))
        return made


def _learned(
    generation: Generation, ticket: Ticket | None, actual_usd: Decimal | None, failure: Failure | None
) -> Generation:
    """Only what is new; what is known already stays."""
    if ticket is not None:
        generation = replace(generation, task_id=ticket.task_id, details=dict(ticket.details))
        if ticket.estimated_usd is not None:
            generation = replace(generation, estimated_usd=ticket.estimated_usd)
    if actual_usd is not None:
        generation = replace(generation, actual_usd=actual_usd)
    if failure is not None:
        words = storable(failure.message)
        generation = replace(generation, error_code=failure.code, error_message=words)
    return generation
