"""Receivers of webhooks, and what each is owed: the outbox and the log in one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from jynco.adapters.database.postgres.tables import DOCUMENT, MOMENT, NAME, Words, metadata

_NOW: Final = text("statement_timestamp()")

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", NAME, primary_key=True),
    Column("tenant", NAME, nullable=False),
    Column("url", Words, nullable=False),
    Column("topics", DOCUMENT, nullable=False, server_default=text("'[]'")),  # none: all
    Column("description", Words, nullable=False, server_default=text("''")),
    Column("secret", Words, nullable=False),
    Column("old_secret", Words),
    Column("old_until", MOMENT),
    Column("created_at", MOMENT, nullable=False, server_default=_NOW),
    Column("failing_since", MOMENT),
    Column("disabled_at", MOMENT),
    Column("disabled_reason", Words),
    CheckConstraint("(old_secret IS NULL) = (old_until IS NULL)", name="rotation"),
    CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", name="disabled"),
    Index("ix_webhooks_tenant", "tenant", "webhook_id"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("delivery_id", NAME, primary_key=True),
    Column("ordinal", BigInteger, Identity(always=True), nullable=False),
    Column("webhook_id", NAME, ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False),
    Column("topic", NAME, nullable=False),
    Column("payload", DOCUMENT, nullable=False),
    Column("state", NAME, nullable=False, server_default=text("'pending'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("log", DOCUMENT, nullable=False, server_default=text("'[]'")),
    Column("due_at", MOMENT, nullable=False, server_default=_NOW),
    Column("owner", NAME),
    Column("lease_until", MOMENT),
    Column("created_at", MOMENT, nullable=False, server_default=_NOW),
    Column("ended_at", MOMENT),
    CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="state"),
    CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended"),
    CheckConstraint("(owner IS NULL) = (lease_until IS NULL)", name="lease"),
    UniqueConstraint("ordinal"),
    Index("ix_webhook_deliveries_webhook", "webhook_id", "ordinal"),
    Index("ix_webhook_deliveries_due", "webhook_id", "due_at", postgresql_where=text("state = 'pending'")),
    Index("ix_webhook_deliveries_ended_at", "ended_at"),
)
