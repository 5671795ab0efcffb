"""Browsers' sessions that were ended before their time, by the hash that stands for each."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, Index, Table, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import MOMENT, NAME, NOW, metadata

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("session", NAME, primary_key=True),
    Column("over_at", MOMENT, nullable=False),  # of itself; nobody need remember it longer
    Index("ix_ended_sessions_over_at", "over_at"),
)


class PostgresExits:
    """The ``ended_sessions`` table."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def end(self, session: str, life: float) -> None:
        """Let nobody in by this session any more, which would be over in ``life`` seconds of itself."""
        over = NOW + timedelta(seconds=life)
        with self._gate.transaction() as connection:
            connection.execute(delete(ended_sessions).where(ended_sessions.c.over_at <= NOW))
            ended = insert(ended_sessions).values(session=session, over_at=over)
            connection.execute(ended.on_conflict_do_nothing())

    def ended(self, session: str) -> bool:
        """Whether somebody has signed out of it."""
        with self._gate.autocommit() as connection:
            return bool(connection.scalar(select(exists().where(ended_sessions.c.session == session))))
