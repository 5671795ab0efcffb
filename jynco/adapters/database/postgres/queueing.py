"""The queue before a limited gate: who stands in it, who is next, and how much room there is behind it.

Nothing is counted up and down. An admission takes a place while the ledger has a live attempt for its key, or until
its lease runs out where the attempt was never begun: a worker that dies takes no place with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select, text, update

from jynco.adapters.database import sentences
from jynco.adapters.database.postgres.admission_tables import admissions
from jynco.adapters.database.postgres.tables import LIVE, NOW, OPEN, jobs
from jynco.model.admission import Ask, Gate, Limits, Place, Verdict, Why, room
from jynco.model.ids import JobId

MINUTE: Final = 60.0
DAY: Final = 86400.0
_live: Final = ", ".join(f"'{state}'" for state in LIVE)
_open: Final = ", ".join(f"'{state}'" for state in OPEN)

# What is inside, and what was let in lately. An empty :model is all of them.
_USED: Final = text(f"""
WITH inside AS (
    SELECT count(*) AS number FROM generations g
    WHERE g.state IN ({_live}) AND g.provider = :provider AND (:model = '' OR g.model = :model)
        AND coalesce((SELECT a.account FROM admissions a WHERE a.cache_key = g.cache_key
            AND a.admitted_at IS NOT NULL ORDER BY a.admission_id DESC LIMIT 1), :account) = :account
), mine AS (
    SELECT a.*, EXISTS (SELECT FROM generations g WHERE g.cache_key = a.cache_key
        AND g.created_at >= a.admitted_at) AS begun FROM admissions a
    WHERE a.provider = :provider AND a.account = :account AND (:model = '' OR a.model = :model)
        AND a.admitted_at > statement_timestamp() - interval '1 day'
)
SELECT (SELECT number FROM inside) + count(*) FILTER (WHERE NOT begun AND until > statement_timestamp()) AS inside,
    count(*) FILTER (WHERE admitted_at > statement_timestamp() - interval '1 minute') AS minute,
    coalesce(extract(epoch FROM statement_timestamp() - min(admitted_at) FILTER (
        WHERE admitted_at > statement_timestamp() - interval '1 minute')), 0) AS minute_age,
    count(*) AS day, coalesce(extract(epoch FROM statement_timestamp() - min(admitted_at)), 0) AS day_age
FROM mine
""")

# High before normal before low; then the tenants in turn, then each tenant's projects in turn, the one that was
# served longest ago first. Whose lane people hold back keeps nobody waiting.
LINE: Final = f"""
WITH served AS (
    SELECT tenant, project_id, max(admitted_at) AS at FROM admissions
    WHERE provider = :provider AND model = :model AND account = :account AND admitted_at IS NOT NULL
    GROUP BY tenant, project_id
), waiting AS (
    SELECT a.*, array_position(ARRAY['high', 'normal', 'low'], a.lane::text) AS urgency, s.at AS project_served,
        (SELECT max(t.at) FROM served t WHERE t.tenant = a.tenant) AS tenant_served,
        row_number() OVER (PARTITION BY a.lane, a.project_id ORDER BY a.asked_at, a.admission_id) AS own_turn
    FROM admissions a JOIN jobs j USING (job_id) LEFT JOIN served s ON s.project_id = a.project_id
    WHERE a.provider = :provider AND a.model = :model AND a.account = :account AND a.admitted_at IS NULL
        AND a.until > statement_timestamp() AND j.state IN ({_open})
        AND NOT EXISTS (SELECT FROM pauses p WHERE p.name = j.kind || '.' || j.lane)
), tenants AS (
    SELECT *, row_number() OVER (PARTITION BY lane, tenant
        ORDER BY own_turn, project_served NULLS FIRST, asked_at, admission_id) AS turn FROM waiting
), line AS (
    SELECT job_id, row_number() OVER (ORDER BY urgency, turn, tenant_served NULLS FIRST, own_turn,
        project_served NULLS FIRST, asked_at, admission_id) - 1 AS place FROM tenants
)
"""
_PLACE: Final = text(f"{LINE} SELECT place FROM line WHERE job_id = :job_id")

# The asker's place in the line, new or kept. A job that another provider was found for stands at that one's gate.
_STAND: Final = text("""
INSERT INTO admissions (provider, model, account, cache_key, job_id, project_id, tenant, lane, until)
SELECT :provider, :model, :account, :key, :job_id, project_id, tenant, :lane, statement_timestamp() + :patience
FROM projects WHERE project_id = :project_id
ON CONFLICT (job_id) WHERE admitted_at IS NULL DO UPDATE SET provider = excluded.provider, model = excluded.model,
    account = excluded.account, cache_key = excluded.cache_key, until = excluded.until
""")


# Places of jobs that have just been accepted, in their order, however many: one statement.
_JOIN: Final = text("""
INSERT INTO admissions (provider, model, account, cache_key, job_id, project_id, tenant, lane, until)
SELECT place.provider, place.model, place.account, place.cache_key, job_id, project_id, p.tenant, j.lane,
    statement_timestamp() + place.seconds * interval '1 second'
FROM unnest(CAST(:providers AS text[]), CAST(:models AS text[]), CAST(:accounts AS text[]), CAST(:keys AS text[]),
        CAST(:jobs AS text[]), CAST(:seconds AS float[]))
    WITH ORDINALITY AS place (provider, model, account, cache_key, job_id, seconds, number)
    JOIN jobs j USING (job_id) JOIN projects p USING (project_id)
ORDER BY place.number
ON CONFLICT (job_id) WHERE admitted_at IS NULL DO NOTHING
""")


def join(connection: Connection, places: Sequence[Place]) -> None:
    """Stand in line before anybody asks."""
    if not places:
        return
    columns = {
        "providers": [place.gate.provider for place in places],
        "models": [place.gate.model for place in places],
        "accounts": [place.gate.account for place in places],
        "keys": [place.key for place in places],
        "jobs": [place.job_id for place in places],
        "seconds": [place.seconds for place in places],
    }
    connection.execute(_JOIN, columns)


def step_aside(connection: Connection, job_id: JobId) -> None:
    """Keep nobody waiting until a worker asks for the job again: another vendor's turn has come."""
    waits = (admissions.c.job_id == job_id) & admissions.c.admitted_at.is_(None)
    connection.execute(update(admissions).where(waits).values(until=NOW))


def take_turns(connection: Connection, gate: Gate) -> None:
    """One asker at a time for all models behind one key, until the transaction ends."""
    name = f"admission {gate.provider} {gate.account}"
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def ask(connection: Connection, ask: Ask) -> Verdict:
    """Stand in line; ADMITTED when it is this job's turn and there is room, else FULL."""
    if _admitted_before(connection, ask):
        return Verdict(Why.ADMITTED)
    connection.execute(_STAND, _words(ask))
    place = connection.scalar(_PLACE, _words(ask)) or 0
    free, seconds, rate = room_at(connection, ask.gate, ask.whole, ask.model)
    if free is None or place < free:
        waiting = update(admissions).where(
            admissions.c.job_id == ask.job.job_id, admissions.c.admitted_at.is_(None)
        )
        connection.execute(waiting.values(admitted_at=NOW, until=NOW + timedelta(seconds=ask.lease)))
        return Verdict(Why.ADMITTED)
    return Verdict(Why.FULL, seconds, place - max(free, 0), sentences.full(ask.gate), rate=rate)


def leave(connection: Connection, job_id: JobId) -> None:
    """Stand in no line any more."""
    connection.execute(
        delete(admissions).where(admissions.c.job_id == job_id, admissions.c.admitted_at.is_(None))
    )


def lengths(connection: Connection) -> dict[tuple[str, str], int]:
    """How many wait at which model's gate."""
    who = (admissions.c.provider, admissions.c.model)
    here = admissions.join(jobs, (jobs.c.job_id == admissions.c.job_id) & jobs.c.state.in_(OPEN))
    counted = select(*who, func.count()).select_from(here)
    waiting = counted.where(admissions.c.admitted_at.is_(None), admissions.c.until > NOW)
    return {
        (provider, model): number for provider, model, number in connection.execute(waiting.group_by(*who))
    }


def _admitted_before(connection: Connection, ask: Ask) -> bool:
    """Whether this job was let in by a worker that did not live to begin the attempt."""
    again = text("""
        UPDATE admissions a SET until = statement_timestamp() + :lease
        WHERE job_id = :job_id AND cache_key = :key AND provider = :provider AND admitted_at IS NOT NULL
            AND until > statement_timestamp() AND NOT EXISTS (
                SELECT FROM generations g WHERE g.cache_key = a.cache_key AND g.created_at >= a.admitted_at)
    """)
    return connection.execute(again, _words(ask)).rowcount > 0


def room_at(
    connection: Connection, gate: Gate, whole: Limits, model: Limits
) -> tuple[int | None, float, float]:
    """How many may pass now (None: as many as like), the seconds until somebody may where nobody may, and how many
    passed in a second lately."""
    levels = [(whole, ""), (model, gate.model)]
    found = [_space(connection, gate, limits, name) for limits, name in levels if limits]
    free = min((space for space, _, _ in found if space is not None), default=None)
    rate = min((rate for _, _, rate in found), default=0.0)
    return free, max((seconds for _, seconds, _ in found), default=0.0), rate


def _space(connection: Connection, gate: Gate, limits: Limits, model: str) -> tuple[int | None, float, float]:
    here = {"provider": gate.provider, "account": gate.account, "model": model}
    used: Row[Any] = connection.execute(_USED, here).one()
    pairs = (limits.concurrent, used.inside), (limits.per_minute, used.minute), (limits.per_day, used.day)
    minute = MINUTE - float(used.minute_age) if _full(limits.per_minute, used.minute) else 0.0
    day = DAY - float(used.day_age) if _full(limits.per_day, used.day) else 0.0
    return room(*pairs), max(minute, day), used.minute / max(float(used.minute_age), 1.0)


def _full(limit: int | None, used: int) -> bool:
    return limit is not None and used >= limit


def _words(ask: Ask) -> dict[str, object]:
    return {
        "provider": ask.gate.provider,
        "model": ask.gate.model,
        "account": ask.gate.account,
        "key": ask.key,
        "job_id": ask.job.job_id,
        "project_id": ask.job.project_id,
        "lane": str(ask.job.lane),
        "lease": timedelta(seconds=ask.lease),
        "patience": timedelta(seconds=ask.patience),
    }
