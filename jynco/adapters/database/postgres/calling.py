"""Who is next at a vendor's gate is called when a place is free, should their own message come late.

A line is strict: nobody passes before whoever is next. So a place would stay empty for as long as that one's message
lies behind a thousand others, or until a parked job comes back to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, exists, select, text, update

from jynco.adapters.database.postgres import breakers, queueing, rows
from jynco.adapters.database.postgres.admission_tables import pauses
from jynco.adapters.database.postgres.tables import NOW, jobs
from jynco.model.admission import LATE, Gate, Limits
from jynco.model.jobs import Job

# Whose message has been due for a while, or is due in a while; who has just been called is neither.
_LATE: Final = text(f"""{queueing.LINE}
SELECT j.job_id FROM line JOIN jobs j USING (job_id)
WHERE place < :free AND (j.lease_until IS NULL OR j.lease_until <= statement_timestamp())
    AND abs(extract(epoch FROM j.due_at - statement_timestamp())) > :late
ORDER BY place FOR UPDATE OF j SKIP LOCKED
""")


def call(connection: Connection, gate: Gate, whole: Limits, model: Limits) -> Sequence[Job]:
    """Those for whom there is room and who would come late; they are due from now on."""
    if _is_shut(connection, gate):
        return ()
    queueing.take_turns(connection, gate)
    free, _, _ = queueing.room_at(connection, gate, whole, model)
    if free is None or free <= 0:
        return ()
    here = {"provider": gate.provider, "model": gate.model, "account": gate.account}
    late = list(connection.scalars(_LATE, {**here, "free": free, "late": LATE}))
    called = update(jobs).where(jobs.c.job_id.in_(late)).values(due_at=NOW).returning(jobs)
    found = {row["job_id"]: rows.to_job(row) for row in connection.execute(called).mappings()}
    return [found[name] for name in late]


def _is_shut(connection: Connection, gate: Gate) -> bool:
    """Whether people hold it back, or it keeps failing: then nobody is let in who has not asked."""
    held = connection.scalar(select(exists().where(pauses.c.name.in_(gate.pauses))))
    return bool(held) or breakers.is_open(connection, gate)
