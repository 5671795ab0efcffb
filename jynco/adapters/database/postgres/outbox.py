"""What webhooks are owed, written in the transaction of the change they tell of: neither is ever there alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from jynco.adapters.database import payloads
from jynco.adapters.database.postgres import rows
from jynco.adapters.database.postgres.tables import NOW, clips, projects
from jynco.adapters.database.postgres.webhook_tables import webhook_deliveries, webhooks
from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import ClipRow
from jynco.model.webhooks import News


def owe(connection: Connection, project_id: ProjectId, *told: News | None) -> None:
    """Owe the news to those of the project's tenant who want it. What is owed already is not owed twice."""
    news = [each for each in told if each is not None]
    if not news:
        return
    tenant = select(projects.c.tenant).where(projects.c.project_id == project_id).scalar_subquery()
    # Held until the end: a receiver that is deleted meanwhile must not take the job's end down with it.
    wanting = select(webhooks.c.webhook_id, webhooks.c.topics, NOW.label("now")).where(
        webhooks.c.tenant == tenant, webhooks.c.disabled_at.is_(None)
    )
    owed = [
        {
            "delivery_id": each.delivery_id(row["webhook_id"]),
            "webhook_id": row["webhook_id"],
            "topic": each.topic,
            "payload": payloads.of_news(each, row["now"]),
        }
        for row in connection.execute(wanting.with_for_update(read=True, key_share=True)).mappings()
        for each in news
        if not row["topics"] or each.topic in row["topics"]
    ]
    if owed:
        connection.execute(insert(webhook_deliveries).on_conflict_do_nothing(), owed)


def before(connection: Connection, changed: Sequence[ClipRow]) -> Mapping[ClipId, ClipRow]:
    """The clips of one project as they are, for those that are about to change."""
    if not changed:
        return {}
    named = clips.c.clip_id.in_([clip.clip_id for clip in changed])
    found = select(clips).where(clips.c.project_id == changed[0].project_id, named)
    return {row.clip_id: row for row in map(rows.to_clip, connection.execute(found).mappings().all())}
