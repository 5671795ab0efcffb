"""The books: spend added up by the database, which keeps it exact, and budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    Text,
    case,
    delete,
    exists,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy import literal_column as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import KeyedColumnElement

from jynco.adapters.database.postgres import rows, settling, spending
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.money_tables import project_budgets, tenant_budgets
from jynco.adapters.database.postgres.spending import CHARGE
from jynco.adapters.database.postgres.tables import NOW, clips, generations
from jynco.adapters.database.postgres.tenants import refuse_foreign
from jynco.model.findings import Finding
from jynco.model.ids import ProjectId
from jynco.model.jobs import Generation
from jynco.model.money import FREE, Budget, Grain, Loss, Room, Span, Spend, charge, waste
from jynco.model.states import ClipStatus, GenerationState

HOUSE: Final = "local"  # the tenant of whoever asks without being one
ENDED: Final = (GenerationState.DONE, GenerationState.FAILED)
_DAY: Final = sql("to_char(generations.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')", Text)
_COLUMNS: Final = {
    Grain.TENANT: generations.c.tenant,
    Grain.PROJECT: generations.c.project_id,
    Grain.CLIP: generations.c.clip_id,
    Grain.PROVIDER: generations.c.provider,
    Grain.MODEL: generations.c.model,
    Grain.DAY: _DAY,
}
_told = (generations.c.state == GenerationState.UNKNOWN) & generations.c.actual_usd.is_not(None)
_ended = generations.c.state.in_(ENDED) | _told  # as ``model.money.settled``
_SUMS: Final = (
    func.count().label("attempts"),
    func.coalesce(func.sum(CHARGE).filter(_ended), FREE).label("settled"),
    func.coalesce(func.sum(CHARGE).filter(~_ended), FREE).label("reserved"),
    func.count().filter(CHARGE.is_(None)).label("unpriced"),
)


class PostgresBooks:
    """``generations`` in sums, and the tables of budgets."""

    def __init__(self, gate: Gate, ceiling: Budget | None = None) -> None:
        self._gate = gate
        self._ceiling = ceiling

    def total(self, span: Span) -> Spend:
        """Everything within ``span``."""
        return self._sum(self._within(span))

    def by(
        self, grains: Sequence[Grain], span: Span, after: Sequence[str] | None, limit: int
    ) -> Sequence[Spend]:
        """Up to ``limit`` sums behind ``after``, by the words of their grains."""
        columns = [_COLUMNS[grain] for grain in grains]
        asked = select(*columns, *_SUMS).where(self._within(span)).group_by(*columns).order_by(*columns)
        if after is not None:
            asked = asked.where(tuple_(*columns) > tuple_(*after))
        with self._gate.autocommit() as connection:
            found = connection.execute(asked.limit(limit)).mappings().all()
        return [_spend(row, _words(grains, row)) for row in found]

    def lost(self, span: Span) -> Spend:
        """All charges that bought nothing."""
        return self._sum(self._within(span) & _wasted())

    def losses(self, span: Span, after: int | None, limit: int) -> Sequence[Loss]:
        """Up to ``limit`` charges that bought nothing, older than the attempt ``after``."""
        asked = select(generations).where(self._within(span), _wasted())
        if after is not None:
            asked = asked.where(generations.c.generation_id < after)
        newest = asked.order_by(generations.c.generation_id.desc()).limit(limit)
        with self._gate.autocommit() as connection:
            found = [rows.to_generation(row) for row in connection.execute(newest).mappings()]
        told = [(row, waste(row, shown=False)) for row in found]
        return [Loss(row, why, charge(row)) for row, why in told if why is not None]

    def settle(self, attempt_id: int, finding: Finding) -> Generation:
        """What somebody found out about an unknown outcome. NotFound, Conflict, UsageWrong."""
        with self._gate.transaction() as connection:
            return settling.settle(connection, attempt_id, self._gate.tenant, finding)

    def rooms(self, project_id: ProjectId | None) -> Sequence[Room]:
        """Every budget that holds for the project, or for the tenant alone."""
        with self._gate.autocommit() as connection:
            if project_id is None:
                return spending.rooms_of_tenant(connection, self._tenant, self._ceiling)
            refuse_foreign(self._gate, connection, [project_id])
            return spending.rooms(connection, project_id, self._ceiling)

    def budget(self, project_id: ProjectId | None) -> Budget | None:
        """The budget that was set. NotFound (project)."""
        table, key, name = self._place(project_id)
        with self._gate.autocommit() as connection:
            self._refuse(connection, project_id)
            found = connection.execute(select(table.c.usd, table.c.allow_unpriced).where(key == name))
            row = found.one_or_none()
        return None if row is None else Budget(*row)

    def set_budget(self, project_id: ProjectId | None, budget: Budget | None) -> None:
        """Another budget, or none. What was spent already stays spent. NotFound (project)."""
        table, key, name = self._place(project_id)
        with self._gate.transaction() as connection:
            self._refuse(connection, project_id)
            if budget is None:
                connection.execute(delete(table).where(key == name))
                return
            values = {"usd": budget.usd, "allow_unpriced": budget.allow_unpriced, "updated_at": NOW}
            put = insert(table).values({key.key: name, **values})
            connection.execute(put.on_conflict_do_update(index_elements=[key.key], set_=values))

    @property
    def _tenant(self) -> str:
        return self._gate.tenant or HOUSE

    def _place(self, project_id: ProjectId | None) -> tuple[Table, KeyedColumnElement[str], str]:
        if project_id is None:
            return tenant_budgets, tenant_budgets.c.tenant, self._tenant
        return project_budgets, project_budgets.c.project_id, project_id

    def _refuse(self, connection: Connection, project_id: ProjectId | None) -> None:
        if project_id is not None:
            refuse_foreign(self._gate, connection, [project_id])

    def _within(self, span: Span) -> ColumnElement[bool]:
        wanted: ColumnElement[bool] = true()
        if self._gate.tenant is not None:
            wanted &= generations.c.tenant == self._gate.tenant
        if span.project_id is not None:
            wanted &= generations.c.project_id == span.project_id
        if span.since is not None:
            wanted &= generations.c.created_at >= span.begin
        if span.end is not None:
            wanted &= generations.c.created_at < span.end
        return wanted

    def _sum(self, wanted: ColumnElement[bool]) -> Spend:
        with self._gate.autocommit() as connection:
            return _spend(connection.execute(select(*_SUMS).where(wanted)).mappings().one())


def _spend(told: RowMapping, grains: Mapping[Grain, str] | None = None) -> Spend:
    return Spend(told["attempts"], told["settled"], told["reserved"], told["unpriced"], grains or {})


def _words(grains: Sequence[Grain], told: RowMapping) -> dict[Grain, str]:
    return {grain: str(word) for grain, word in zip(grains, told.values(), strict=False)}


def _wasted() -> ColumnElement[bool]:
    """As ``model.money.waste``: a charge, and nothing to show for it."""
    other = generations.alias("later")
    later = exists().where(
        other.c.cache_key == generations.c.cache_key,
        other.c.attempt > generations.c.attempt,
        other.c.state == GenerationState.DONE,
    )
    shown = exists().where(
        clips.c.cache_key == generations.c.cache_key, clips.c.status == ClipStatus.COMPLETED
    )
    lost = case(
        (generations.c.state.in_([GenerationState.UNKNOWN, GenerationState.FAILED]), sql("true")),
        (generations.c.state == GenerationState.DONE, ~shown | later),
        else_=sql("false"),
    )
    return lost & (CHARGE.is_(None) | (CHARGE != 0))
