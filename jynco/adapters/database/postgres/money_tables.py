"""Budgets: the most that a project may cost in all, and a tenant in a calendar month (UTC)."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Table, text

from jynco.adapters.database.postgres.tables import MOMENT, MONEY, NAME, metadata


def _amount() -> tuple[Column[object], Column[bool], Column[object], CheckConstraint]:
    return (
        Column("usd", MONEY, nullable=False),
        Column("allow_unpriced", Boolean, nullable=False, server_default=text("false")),
        Column("updated_at", MOMENT, nullable=False, server_default=text("statement_timestamp()")),
        CheckConstraint("usd >= 0", name="usd"),
    )


project_budgets = Table(
    "project_budgets",
    metadata,
    Column("project_id", NAME, ForeignKey("projects.project_id", ondelete="CASCADE"), primary_key=True),
    *_amount(),
)

tenant_budgets = Table("tenant_budgets", metadata, Column("tenant", NAME, primary_key=True), *_amount())
