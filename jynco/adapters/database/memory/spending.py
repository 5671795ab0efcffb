"""The twin of the budgets: what was spent, and what a new attempt must fit into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from jynco.adapters.database.memory.store import Store
from jynco.adapters.database.steps import job_budget
from jynco.model.ids import ProjectId
from jynco.model.jobs import Generation, Job
from jynco.model.money import FREE, Budget, Room, admit, charge


def reserve(store: Store, job: Job, price: Decimal | None, ceiling: Budget | None) -> None:
    """BudgetExceeded where the order has no room."""
    if price == 0:
        return
    asked = job_budget(job)
    if asked is not None:
        spent = total(store, lambda row: row.correlation_id == job.correlation_id)
        admit([Room("this job's budget", asked, spent)], price)
    admit(rooms(store, tenant_of(store, job), job.project_id, ceiling), price)


def rooms(store: Store, tenant: str, project_id: ProjectId, ceiling: Budget | None) -> list[Room]:
    """The budgets of a project and its tenant as they stand now."""
    return [*_of_project(store, project_id), *rooms_of_tenant(store, tenant, ceiling)]


def rooms_of_tenant(store: Store, tenant: str, ceiling: Budget | None) -> list[Room]:
    """The budgets of a tenant for this month as they stand now."""
    return [*_of_tenant(store, tenant, ceiling)]


def total(store: Store, mine: Callable[[Generation], bool]) -> Decimal:
    """What these attempts cost or may cost."""
    return sum((charge(kept.generation) or FREE for kept in store.attempts if mine(kept.generation)), FREE)


def tenant_of(store: Store, job: Job) -> str:
    """Who pays for a job: whose its project is, and where that is gone, whose its clips are."""
    project = store.projects.get(job.project_id)
    if project is not None:
        return project.tenant
    return job.shot.tenant if job.shot else "local"


def _of_project(store: Store, project_id: ProjectId) -> Iterator[Room]:
    budget = store.project_budgets.get(project_id)
    if budget is not None:
        spent = total(store, lambda row: row.project_id == project_id)
        yield Room("the project's budget", budget, spent)


def _of_tenant(store: Store, tenant: str, ceiling: Budget | None) -> Iterator[Room]:
    caps = [cap for cap in (store.tenant_budgets.get(tenant), ceiling) if cap is not None]
    month = store.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for cap in caps:
        spent = total(
            store,
            lambda row: row.tenant == tenant and row.created_at is not None and row.created_at >= month,
        )
        yield Room(f"this month's budget of '{tenant}'", cap, spent)
