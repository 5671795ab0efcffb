"""Answers by Idempotency-Key. One conditional insert decides who may do what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, delete, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from jynco.adapters.database.desk import REPLY_LIFE, Reply, Turn, errand, overtaken
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import NOW, replies
from jynco.errors import ServiceAway

TRIES: Final = 5  # while the key is released between our two looks

MADE: Final = "made"  # among the headers of what has no answer yet: ids

_old = replies.c.created_at < NOW - REPLY_LIFE


class PostgresReplies:
    """The ``replies`` table."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def begin(self, tenant: str, key: str, request: str, owner: str, seconds: float) -> Turn:
        """The asker's turn, the answer that was given, or somebody else's turn."""
        lease = {"owner": owner, "lease_until": NOW + timedelta(seconds=seconds)}
        new = insert(replies).values(tenant=tenant, key=key, request=request, **lease)
        # Who died at it leaves an unanswered row whose lease runs out: the same request may then be done again.
        left = and_(
            replies.c.status.is_(None),
            replies.c.lease_until <= NOW,
            replies.c.request == new.excluded.request,
        )
        made = case((_old, null()), else_=replies.c.headers)  # what was made is not made again
        fresh = {"request": request, "status": None, "headers": made, "body": None, "created_at": NOW}
        mine = new.on_conflict_do_update(
            index_elements=["tenant", "key"], set_={**lease, **fresh}, where=or_(_old, left)
        ).returning(replies.c.headers)
        for _ in range(TRIES):
            with self._gate.transaction() as connection:
                taken = connection.execute(mine).one_or_none()
                if taken is not None:
                    return Turn(request, mine=True, made=tuple((taken.headers or {}).get(MADE, ())))
                there = connection.execute(select(replies).where(_named(tenant, key)))
                row = there.mappings().one_or_none()
            if row is not None:
                return Turn(row["request"], mine=False, reply=_reply(row))
        raise ServiceAway("This Idempotency-Key is used by many at once: try again.", retry_after=1.0)

    def finish(self, tenant: str, key: str, owner: str, reply: Reply) -> None:
        """Keep the answer, unless somebody else has taken over since."""
        kept = {"status": reply.status, "headers": dict(reply.headers), "body": reply.body}
        with self._gate.autocommit() as connection:
            connection.execute(update(replies).where(_held(tenant, key, owner)).values(kept))

    def release(self, tenant: str, key: str, owner: str) -> None:
        """Let the same request be done again; forget it, unless something was made."""
        mine, nothing = _held(tenant, key, owner), replies.c.headers.is_(None)
        with self._gate.transaction() as connection:
            connection.execute(delete(replies).where(mine, nothing))
            connection.execute(update(replies).where(mine).values(lease_until=NOW))

    def sweep(self) -> int:
        """Forget what is older than a day; returns how many there were."""
        with self._gate.transaction() as connection:
            return connection.execute(delete(replies).where(_old)).rowcount


def note(connection: Connection, made: Sequence[str]) -> None:
    """Write the ids of what is made in this transaction to the errand it is made on. Busy when that was overtaken."""
    on = errand()
    if on is None or not made:
        return
    noted = update(replies).where(_held(on.tenant, on.key, on.owner)).values(headers={MADE: list(made)})
    if not connection.execute(noted).rowcount:
        raise overtaken()


def _named(tenant: str, key: str) -> ColumnElement[bool]:
    return and_(replies.c.tenant == tenant, replies.c.key == key)


def _held(tenant: str, key: str, owner: str) -> ColumnElement[bool]:
    return and_(_named(tenant, key), replies.c.owner == owner, replies.c.status.is_(None))


def _reply(row: RowMapping) -> Reply | None:
    return None if row["status"] is None else Reply(row["status"], row["headers"], bytes(row["body"]))
