"""The tables of the vendors' door: who waits there, which vendors keep failing, and what people hold back."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, Table, text

from jynco.adapters.database.postgres.tables import MOMENT, NAME, Words, lane_check, metadata

NOW_DEFAULT: Final = text("statement_timestamp()")
WAITING: Final = text("admitted_at IS NULL")
__all__ = ["admissions", "breakers", "metadata", "pauses"]

# A request to begin an attempt: it waits, or was let in. Rows stay for a day, for rates and daily limits.
admissions = Table(
    "admissions",
    metadata,
    Column("admission_id", BigInteger, Identity(always=True), primary_key=True),
    Column("provider", NAME, nullable=False),
    Column("model", NAME, nullable=False),
    Column("account", NAME, nullable=False),  # a digest of the vendor's key
    Column("cache_key", NAME, nullable=False),
    Column("job_id", NAME, nullable=False),
    Column("project_id", NAME, nullable=False),
    Column("tenant", NAME, nullable=False),
    Column("lane", NAME, nullable=False),
    Column("asked_at", MOMENT, nullable=False, server_default=NOW_DEFAULT),
    Column("until", MOMENT, nullable=False),  # nobody came back by then: it waits, or holds a place, no more
    Column("admitted_at", MOMENT),
    lane_check(),
    Index("uq_admissions_waiting", "job_id", unique=True, postgresql_where=WAITING),
    Index("ix_admissions_line", "provider", "account", postgresql_where=WAITING),
    Index("ix_admissions_admitted", "provider", "account", "admitted_at"),
    Index("ix_admissions_cache_key", "cache_key"),
)

# A model that failed lately. No row: all is well.
breakers = Table(
    "breakers",
    metadata,
    Column("provider", NAME, primary_key=True),
    Column("model", NAME, primary_key=True),
    Column("account", NAME, primary_key=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),  # in a row
    Column("trips", Integer, nullable=False, server_default=text("0")),  # pauses in a row
    Column("reason", Words),
    Column("open_until", MOMENT),
    Column("probe_job", NAME),  # the one that may ask now
    Column("probe_until", MOMENT),
    Column("updated_at", MOMENT, nullable=False, server_default=NOW_DEFAULT),
)

# What people hold back: a queue by its name, a provider as "provider:runway" or "provider:runway:gen4.5".
pauses = Table(
    "pauses",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("since", MOMENT, nullable=False, server_default=NOW_DEFAULT),
)
