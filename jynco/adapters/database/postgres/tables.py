"""The tables. ``migrations/`` builds the same ones step by step, and a test holds the two together."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.types import TypeDecorator

from jynco.adapters.database.desk import Scope
from jynco.adapters.database.text import storable
from jynco.model.states import ClipStatus, GenerationState, JobKind, JobState, Lane, Purpose

LIVE: Final = tuple(state for state in GenerationState if state.live)
RESERVING: Final = (*LIVE, GenerationState.UNKNOWN)  # what they cost, or may, is not settled
OPEN: Final = tuple(state for state in JobState if not state.terminal)
LARGEST: Final = 2**63 - 1  # that a whole number of a row can be; Postgres refuses to look for more
# What may be forgotten one day: a job at the top that has ended, and is no take of a clip.
SPENT: Final = "finished_at IS NOT NULL AND parent_id IS NULL AND (kind <> 'motion' OR state <> 'completed')"


class Words(TypeDecorator[str]):
    """Text from anywhere. What Postgres cannot hold is replaced, so that no request ends in a DataError."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: object) -> str | None:
        """The value as it can be stored; an enumeration's member becomes its plain word."""
        return None if value is None else storable(str(value))


NAME: Final = Words(collation="C")  # sorted by code point everywhere, so that pages agree with the twin
MONEY: Final = Numeric(12, 6)  # US dollars
MOMENT: Final = DateTime(timezone=True)
DOCUMENT: Final = JSON(
    none_as_null=True
)  # json, not jsonb: jsonb loses key order, number spelling and \u0000
NOW: Final = func.statement_timestamp(type_=MOMENT)  # the database's clock, anew for each statement

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _quoted(members: tuple[StrEnum, ...]) -> str:
    return ", ".join(f"'{member}'" for member in members)


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({_quoted(tuple(words))})", name=column)


def lane_check() -> CheckConstraint:
    """That a row's lane is one of ours."""
    return _one_of("lane", Lane)


def _counter(name: str, start: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(start)))


def _moment(name: str) -> Column[object]:
    return Column(name, MOMENT, nullable=False, server_default=text("statement_timestamp()"))


def _project_key(*, primary_key: bool = False) -> Column[str]:
    owner = ForeignKey("projects.project_id", ondelete="CASCADE")
    return Column("project_id", NAME, owner, nullable=False, primary_key=primary_key)


projects = Table(
    "projects",
    metadata,
    Column("project_id", NAME, primary_key=True),
    Column("tenant", NAME, nullable=False, server_default=text("'local'")),
    Column("document", DOCUMENT, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
    Column("changes", BigInteger, nullable=False, server_default=text("1")),
    Column("mirrored", BigInteger, nullable=False, server_default=text("0")),
    _moment("created_at"),
    _moment("updated_at"),
    Index("ix_projects_tenant", "tenant", "project_id"),
    Index("ix_projects_behind", "updated_at", postgresql_where=text("mirrored < changes")),
)

clips = Table(
    "clips",
    metadata,
    _project_key(primary_key=True),
    Column("clip_id", NAME, primary_key=True),
    Column("status", NAME, nullable=False, server_default=text("'pending'")),
    Column("job_id", NAME),
    Column("cache_key", NAME),
    Column("source_file", Words),
    Column("error_code", NAME),
    Column("error_message", Words),
    _counter("attempts"),
    Column("cache_hit", Boolean, nullable=False, server_default=text("false")),
    Column("cost_usd", MONEY, nullable=False, server_default=text("0")),
    Column("provider", NAME),
    Column("model", NAME),
    _moment("updated_at"),
    _one_of("status", ClipStatus),
    Index("ix_clips_job_id", "job_id"),
    Index("ix_clips_cache_key", "cache_key"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", NAME, primary_key=True),
    Column("ordinal", BigInteger, Identity(always=True), nullable=False),  # the order they came in
    _project_key(),
    Column("kind", NAME, nullable=False),
    Column("purpose", NAME, nullable=False),
    Column("lane", NAME, nullable=False),
    Column("correlation_id", NAME, nullable=False),
    Column("state", NAME, nullable=False, server_default=text("'queued'")),
    Column("parent_id", NAME, ForeignKey("jobs.job_id", ondelete="CASCADE")),
    Column("clip_id", NAME),
    Column("shot", DOCUMENT),
    Column("image", Words),
    Column("lineup", DOCUMENT, nullable=False, server_default=text("'[]'")),  # the shot and its understudies
    Column("said", DOCUMENT, nullable=False, server_default=text("'[]'")),  # by those that did not make it
    Column("document", DOCUMENT),
    Column("options", DOCUMENT, nullable=False, server_default=text("'{}'")),
    _counter("attempts"),
    _counter("crashes"),
    _counter("resends"),
    Column("progress", Double, nullable=False, server_default=text("0")),
    Column("receipt", DOCUMENT),
    Column("failure", DOCUMENT),
    Column("waits", DOCUMENT),  # for what, where it cannot go on now
    Column("waits_since", MOMENT),
    Column("output", Words),
    Column("owner", NAME),  # who holds the lease; null when it was handed back
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    Column("lease_until", MOMENT),
    _moment("due_at"),
    _moment("created_at"),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    _one_of("kind", JobKind),
    _one_of("purpose", Purpose),
    _one_of("lane", Lane),
    _one_of("state", JobState),
    CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
    CheckConstraint("(owner IS NULL) = (lease_until IS NULL)", name="lease"),
    CheckConstraint(f"(state IN ({_quoted(OPEN)})) = (finished_at IS NULL)", name="finished"),
    UniqueConstraint("ordinal"),
    Index("ix_jobs_project", "project_id", "ordinal"),
    Index("ix_jobs_parent_id", "parent_id"),
    Index("ix_jobs_due", "due_at", postgresql_where=text(f"state IN ({_quoted(OPEN)})")),
    Index("ix_jobs_finished_at", "finished_at", "job_id", postgresql_where=text(SPENT)),
)

# No foreign key to the project: what was paid stays on record when the project is deleted.
generations = Table(
    "generations",
    metadata,
    Column("generation_id", BigInteger, Identity(always=True), primary_key=True),
    Column("cache_key", NAME, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("project_id", NAME, nullable=False),
    Column("clip_id", NAME, nullable=False),
    Column("job_id", NAME, nullable=False),
    Column("tenant", NAME, nullable=False, server_default=text("'local'")),  # who pays
    Column("correlation_id", NAME),  # of the request that began it, whose budget is shared
    Column("shot", DOCUMENT),  # what was ordered: its job may be gone before the vendor has ended
    Column("provider", NAME, nullable=False),
    Column("model", NAME, nullable=False),
    Column("state", NAME, nullable=False, server_default=text("'intent'")),
    Column("owner", NAME, nullable=False),  # who holds the lease, or held it last
    Column("fence", BigInteger, nullable=False, server_default=text("1")),
    Column("lease_until", MOMENT),
    Column("task_id", Words),
    Column("details", DOCUMENT, nullable=False, server_default=text("'{}'")),
    Column("withdrawn_at", MOMENT),  # nobody wants it any more; the vendor is told after this is written
    # Written right before the request; NULL: nothing was sent. A release that does not know this column leaves its
    # default, which says the safe thing.
    Column("asked_at", MOMENT, server_default=text("statement_timestamp()")),
    Column("estimated_usd", MONEY),  # reserved from the beginning
    Column("actual_usd", MONEY),
    Column("error_code", NAME),
    Column("error_message", Words),
    _moment("created_at"),
    _moment("updated_at"),
    _one_of("state", GenerationState),
    UniqueConstraint("cache_key", "attempt"),
    Index(
        "uq_generations_live", "cache_key", unique=True, postgresql_where=text(f"state IN ({_quoted(LIVE)})")
    ),
    Index("ix_generations_project", "project_id", "generation_id"),
    Index("ix_generations_tenant", "tenant", "created_at"),
    Index("ix_generations_correlation_id", "correlation_id"),
    Index(
        "ix_generations_reserved",
        "provider",
        "model",
        postgresql_where=text(f"state IN ({_quoted(RESERVING)})"),
    ),
)

events = Table(
    "events",
    metadata,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    _project_key(),
    Column("kind", NAME, nullable=False),
    Column("payload", DOCUMENT, nullable=False),
    _moment("created_at"),
    Index("ix_events_project", "project_id", "event_id"),
)

# What was answered to requests that carry an Idempotency-Key; without a status the request is still running.
replies = Table(
    "replies",
    metadata,
    Column("tenant", NAME, primary_key=True),
    Column("key", NAME, primary_key=True),
    Column("request", NAME, nullable=False),  # the hash of what was asked
    Column("owner", NAME, nullable=False),
    Column("lease_until", MOMENT, nullable=False),
    Column("status", Integer),
    Column("headers", DOCUMENT),
    Column("body", LargeBinary),
    _moment("created_at"),
    CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered"),
    Index("ix_replies_created_at", "created_at"),
)

# Who may come in by a key. The key itself is kept nowhere: only its hash.
api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", NAME, primary_key=True),
    Column("hash", NAME, nullable=False),
    Column("name", Words, nullable=False),
    Column("tenant", NAME, nullable=False),
    Column("scope", NAME, nullable=False),
    _moment("created_at"),
    Column("revoked_at", MOMENT),
    _one_of("scope", Scope),
    UniqueConstraint("hash"),
    Index("ix_api_keys_tenant", "tenant", "key_id"),
)
