"""The ledger: one attempt at a time per cache key, one owner at a time per attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from jynco.adapters.database.memory.store import Attempt, Store, alone
from jynco.adapters.database.steps import lost, refuse_step, shot_of
from jynco.adapters.database.text import storable
from jynco.errors import Conflict
from jynco.model.ids import CacheKey, ProjectId
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.motion import Ticket
from jynco.model.states import GenerationState


class MemoryLedger:
    """The twin of the ``generations`` table."""

    def __init__(self, store: Store, tenant: str | None = None) -> None:
        self.store = store
        self._tenant = tenant

    @alone
    def take(self, key: CacheKey, job: Job, owner: str, seconds: float) -> Generation | None:
        """The live attempt for ``key``, or a fresh one; None while somebody else holds it."""
        live = self._live(key)
        if live is None:
            return self._begin(key, job, owner, seconds)
        own = (live.generation.owner, live.job_id) == (owner, job.job_id)
        if not own and not self.store.free(live.lease_until):
            return None
        live.generation = replace(live.generation, owner=owner, fence=live.generation.fence + 1, fresh=False)
        live.job_id, live.lease_until = job.job_id, self.store.now(seconds)
        return live.generation

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
        kept.generation = _learned(
            replace(kept.generation, state=state, fresh=False), ticket, actual_usd, failure
        )
        kept.lease_until = kept.lease_until if state.live else None
        return kept.generation

    @alone
    def beat(self, generation: Generation, seconds: float) -> None:
        """Hold the attempt for ``seconds`` more, whatever state it has come to meanwhile. LeaseLost."""
        kept = self._held(generation)
        kept.lease_until = self.store.now(seconds) if kept.generation.state.live else None

    @alone
    def release(self, generation: Generation) -> None:
        """Let somebody else go on with this attempt. LeaseLost when somebody does already."""
        self._held(generation).lease_until = None

    @alone
    def unknown(self, key: CacheKey) -> Generation | None:
        """The latest attempt for ``key`` when nobody knows whether it was billed."""
        attempts = [kept.generation for kept in self.store.attempts if kept.generation.cache_key == key]
        unknown = bool(attempts) and attempts[-1].state is GenerationState.UNKNOWN
        return attempts[-1] if unknown else None

    @alone
    def history(self, project_id: ProjectId) -> Sequence[Generation]:
        """Every attempt ever made for the project, deleted or not, the newest first."""
        if self._tenant is not None and not self.store.owns(self._tenant, project_id):
            return []
        newest = (replace(kept.generation, fresh=False) for kept in reversed(self.store.attempts))
        return [generation for generation in newest if generation.project_id == project_id]

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

    def _begin(self, key: CacheKey, job: Job, owner: str, seconds: float) -> Generation:
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
            created_at=self.store.now(),
        )
        self.store.attempts.append(Attempt(made, job.job_id, self.store.now(seconds)))
        return made


def _learned(
    generation: Generation, ticket: Ticket | None, actual_usd: Decimal | None, failure: Failure | None
) -> Generation:
    """Only what is new; what is known already stays."""
    if ticket is not None:
        known = replace(generation, task_id=ticket.task_id, details=dict(ticket.details))
        generation = replace(known, estimated_usd=ticket.estimated_usd)
    if actual_usd is not None:
        generation = replace(generation, actual_usd=actual_usd)
    if failure is not None:
        words = storable(failure.message)
        generation = replace(generation, error_code=failure.code, error_message=words)
    return generation
