"""Files that people send: what came, and what is still on its way."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Table, text

from jynco.adapters.database.postgres.tables import MOMENT, NAME, Words, metadata


def _project(*, primary_key: bool = False) -> Column[str]:
    owner = ForeignKey("projects.project_id", ondelete="CASCADE")
    return Column("project_id", NAME, owner, nullable=False, primary_key=primary_key)


assets = Table(
    "assets",
    metadata,
    _project(primary_key=True),
    Column("sha256", NAME, primary_key=True),
    Column("path", Words, nullable=False),
    Column("media_type", NAME, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration", Double),
    Column("created_at", MOMENT, nullable=False, server_default=text("statement_timestamp()")),
)

uploads = Table(
    "uploads",
    metadata,
    Column("upload_id", NAME, primary_key=True),
    _project(),
    Column("name", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", NAME),  # as it was announced
    Column("media_type", NAME),  # as well
    Column("asset", NAME),  # the content that it turned out to be
    Column("expires_at", MOMENT, nullable=False),
    Index("ix_uploads_project_id", "project_id"),
    Index("ix_uploads_expires_at", "expires_at"),
)
