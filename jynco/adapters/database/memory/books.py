"""The twin of the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Final, TypeVar

from jynco.adapters.database import tallies
from jynco.adapters.database.memory import spending
from jynco.adapters.database.memory.store import Store, alone
from jynco.model.findings import Finding, missing
from jynco.model.ids import ProjectId
from jynco.model.jobs import Generation
from jynco.model.money import FREE, Budget, Grain, Loss, Room, Span, Spend, charge, settled, waste
from jynco.model.states import ClipStatus, GenerationState

Name = TypeVar("Name", bound=str)
HOUSE: Final = "local"  # the tenant of whoever asks without being one


class MemoryBooks:
    """The ledger in sums, and budgets."""

    def __init__(self, store: Store, tenant: str | None = None, ceiling: Budget | None = None) -> None:
        self.store = store
        self._tenant = tenant
        self._ceiling = ceiling

    @alone
    def total(self, span: Span) -> Spend:
        """Everything within ``span``."""
        return _sum(self._within(span))

    @alone
    def by(
        self, grains: Sequence[Grain], span: Span, after: Sequence[str] | None, limit: int
    ) -> Sequence[Spend]:
        """Up to ``limit`` sums behind ``after``, by the words of their grains."""
        parts: dict[tuple[str, ...], list[Generation]] = {}
        for row in self._within(span):
            parts.setdefault(tuple(_word(grain, row) for grain in grains), []).append(row)
        words = sorted(word for word in parts if after is None or word > tuple(after))
        return [
            replace(_sum(parts[word]), grains=dict(zip(grains, word, strict=True))) for word in words[:limit]
        ]

    @alone
    def lost(self, span: Span) -> Spend:
        """All charges that bought nothing."""
        return _sum(loss.generation for loss in self._losses(span))

    @alone
    def losses(self, span: Span, after: int | None, limit: int) -> Sequence[Loss]:
        """Up to ``limit`` charges that bought nothing, older than the attempt ``after``."""
        older = (
            loss for loss in self._losses(span) if after is None or loss.generation.generation_id < after
        )
        return sorted(older, key=lambda loss: -loss.generation.generation_id)[:limit]

    @alone
    def settle(self, attempt_id: int, finding: Finding) -> Generation:
        """What somebody found out about an unknown outcome. NotFound, Conflict, UsageWrong."""
        for kept in self.store.attempts:
            row = kept.generation
            if row.generation_id == attempt_id and self._tenant in {None, row.tenant}:
                kept.generation = replace(finding.of(row), updated_at=self.store.now())
                self.store.count(*tallies.of_attempt(row, kept.generation))
                return kept.generation
        raise missing(attempt_id)

    @alone
    def rooms(self, project_id: ProjectId | None) -> Sequence[Room]:
        """Every budget that holds for the project, or for the tenant alone."""
        if project_id is None:
            return spending.rooms_of_tenant(self.store, self._tenant or HOUSE, self._ceiling)
        self.store.refuse_foreign(self._tenant, project_id)
        tenant = self.store.project(project_id).tenant
        return spending.rooms(self.store, tenant, project_id, self._ceiling)

    @alone
    def budget(self, project_id: ProjectId | None) -> Budget | None:
        """The budget that was set. NotFound (project)."""
        if project_id is None:
            return self.store.tenant_budgets.get(self._tenant or HOUSE)
        self.store.refuse_foreign(self._tenant, project_id)
        return self.store.project_budgets.get(project_id)

    @alone
    def set_budget(self, project_id: ProjectId | None, budget: Budget | None) -> None:
        """Another budget, or none. What was spent already stays spent. NotFound (project)."""
        if project_id is None:
            _put(self.store.tenant_budgets, self._tenant or HOUSE, budget)
            return
        self.store.refuse_foreign(self._tenant, project_id)
        _put(self.store.project_budgets, project_id, budget)

    def _within(self, span: Span) -> list[Generation]:
        rows = [replace(kept.generation, fresh=False) for kept in self.store.attempts]
        return [row for row in rows if self._tenant in {None, row.tenant} and _inside(row, span)]

    def _losses(self, span: Span) -> list[Loss]:
        told = [(row, waste(row, shown=self._shown(row))) for row in self._within(span)]
        return [Loss(row, why, charge(row)) for row, why in told if why is not None]

    def _shown(self, row: Generation) -> bool:
        later = any(
            kept.generation.cache_key == row.cache_key
            and kept.generation.attempt > row.attempt
            and kept.generation.state is GenerationState.DONE
            for kept in self.store.attempts
        )
        return not later and any(
            clip.cache_key == row.cache_key and clip.status is ClipStatus.COMPLETED
            for clip in self.store.clips.values()
        )


def _inside(row: Generation, span: Span) -> bool:
    moment = row.created_at
    if span.project_id not in {None, row.project_id} or moment is None:
        return False
    early = span.begin is not None and moment < span.begin
    return not early and (span.end is None or moment < span.end)


def _word(grain: Grain, row: Generation) -> str:
    words = {
        Grain.TENANT: row.tenant,
        Grain.PROJECT: row.project_id,
        Grain.CLIP: row.clip_id,
        Grain.PROVIDER: row.provider,
        Grain.MODEL: row.model,
    }
    return words.get(grain) or (row.created_at.date().isoformat() if row.created_at else "")


def _sum(rows: Iterable[Generation]) -> Spend:
    return reduce(_plus, rows, Spend())


def _plus(so_far: Spend, row: Generation) -> Spend:
    usd = charge(row)
    ended = settled(row)
    return Spend(
        so_far.attempts + 1,
        so_far.settled + ((usd or FREE) if ended else FREE),
        so_far.reserved + (FREE if ended else (usd or FREE)),
        so_far.unpriced + (usd is None),
    )


def _put(budgets: dict[Name, Budget], name: Name, budget: Budget | None) -> None:
    if budget is None:
        budgets.pop(name, None)
    else:
        budgets[name] = budget
