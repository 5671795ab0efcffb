"""What attempts cost, as SQL, and the budgets that a new one must fit into.

Whoever would spend out of a budget takes its lock first, then adds up what was spent: so twenty workers at once
are let in one after the other, and never together over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, select

from jynco.adapters.database.postgres.events import missing_project
from jynco.adapters.database.postgres.money_tables import project_budgets, tenant_budgets
from jynco.adapters.database.postgres.tables import generations, projects
from jynco.adapters.database.steps import job_budget
from jynco.model.ids import ProjectId
from jynco.model.jobs import Job
from jynco.model.money import FREE, Budget, Room, admit
from jynco.model.states import GenerationState

_never_taken: Final = and_(
    generations.c.state == GenerationState.FAILED,
    generations.c.task_id.is_(None),
    generations.c.actual_usd.is_(None),
)

# As ``model.money.charge``; NULL where nobody has told.
CHARGE: Final = case(
    (_never_taken, 0), else_=func.coalesce(generations.c.actual_usd, generations.c.estimated_usd)
)
_Cap: TypeAlias = tuple[list[Budget], str, ColumnElement[bool], str]
MONTH: Final = func.date_trunc("month", func.statement_timestamp(), "UTC")


def reserve(connection: Connection, job: Job, price: Decimal | None, ceiling: Budget | None) -> None:
    """BudgetExceeded where the order has no room. The locks are kept until the attempt is committed."""
    if price == 0:
        return
    for caps, name, mine, whose in _caps(connection, job, ceiling):
        if caps:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
            spent = total(connection, mine)
            admit([Room(whose, cap, spent) for cap in caps], price)


def rooms(connection: Connection, project_id: str, ceiling: Budget | None) -> list[Room]:
    """The budgets of a project and its tenant as they stand now."""
    tenant = connection.scalar(select(projects.c.tenant).where(projects.c.project_id == project_id))
    if tenant is None:
        raise missing_project(ProjectId(project_id))
    return [
        *_rooms(connection, _of_project(connection, project_id)),
        *rooms_of_tenant(connection, tenant, ceiling),
    ]


def rooms_of_tenant(connection: Connection, tenant: str, ceiling: Budget | None) -> list[Room]:
    """The budgets of a tenant for this month as they stand now."""
    return _rooms(connection, _of_tenant(connection, tenant, ceiling))


def total(connection: Connection, mine: ColumnElement[bool]) -> Decimal:
    """What these attempts cost or may cost."""
    return connection.scalar(select(func.coalesce(func.sum(CHARGE), Decimal(0))).where(mine)) or Decimal(0)


def tenant_of(connection: Connection, job: Job) -> str:
    """Who pays for a job: whose its project is, and where that is gone, whose its clips are."""
    owner = connection.scalar(select(projects.c.tenant).where(projects.c.project_id == job.project_id))
    return owner or (job.shot.tenant if job.shot else "local")


def _rooms(connection: Connection, cap: _Cap) -> list[Room]:
    budgets, _, mine, whose = cap
    spent = total(connection, mine) if budgets else FREE
    return [Room(whose, budget, spent) for budget in budgets]


def _caps(connection: Connection, job: Job, ceiling: Budget | None) -> Iterator[_Cap]:
    """Always in this order, so that nobody waits in a circle."""
    asked = job_budget(job)
    request = generations.c.correlation_id == job.correlation_id
    yield [asked] if asked else [], f"budget request {job.correlation_id}", request, "this job's budget"
    yield _of_project(connection, job.project_id)
    yield _of_tenant(connection, tenant_of(connection, job), ceiling)


def _of_project(connection: Connection, project_id: str) -> _Cap:
    caps = _budget(connection, project_budgets, project_budgets.c.project_id == project_id)
    mine = generations.c.project_id == project_id
    return caps, f"budget project {project_id}", mine, "the project's budget"


def _of_tenant(connection: Connection, tenant: str, ceiling: Budget | None) -> _Cap:
    caps = _budget(connection, tenant_budgets, tenant_budgets.c.tenant == tenant)
    mine = (generations.c.tenant == tenant) & (generations.c.created_at >= MONTH)
    caps = [*caps, ceiling] if ceiling else caps
    return caps, f"budget tenant {tenant}", mine, f"this month's budget of '{tenant}'"


def _budget(connection: Connection, table: Table, mine: ColumnElement[bool]) -> list[Budget]:
    found = connection.execute(select(table.c.usd, table.c.allow_unpriced).where(mine)).one_or_none()
    return [] if found is None else [Budget(*found)]
