"""Unknown outcomes that somebody has looked up: their charges stop being reserved."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from jynco.adapters.database import tallies
from jynco.adapters.database.postgres import rows
from jynco.adapters.database.postgres.metrics import count
from jynco.adapters.database.postgres.tables import LARGEST, NOW, generations
from jynco.model.findings import Finding, missing
from jynco.model.jobs import Generation


def settle(connection: Connection, attempt_id: int, tenant: str | None, finding: Finding) -> Generation:
    """The attempt with what was found. NotFound, also for another tenant's; Conflict, UsageWrong."""
    wanted = generations.c.generation_id == attempt_id
    if tenant is not None:
        wanted &= generations.c.tenant == tenant
    asked = select(generations).where(wanted).with_for_update()
    row = connection.execute(asked).mappings().one_or_none() if attempt_id <= LARGEST else None
    if row is None:
        raise missing(attempt_id)
    before = rows.to_generation(row)
    found = finding.of(before)
    values = {
        "state": found.state,
        "actual_usd": found.actual_usd,
        "error_code": found.error_code,
        "error_message": found.error_message,
        "details": dict(found.details),
        "updated_at": NOW,
    }
    connection.execute(update(generations).where(wanted).values(values))
    count(connection, *tallies.of_attempt(before, found))
    return found
