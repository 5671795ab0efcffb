"""Every adapter that a port promises, real and twin, for the tests that hold them to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.databases import Subject, in_memory, in_postgres
from tests.postgres_server import database_url, migrated_database, postgres_server
from tests.s3_server import s3, s3_server

__all__ = ["database_url", "migrated_database", "postgres_server", "s3", "s3_server", "subject"]


@pytest.fixture(params=["memory", "postgres"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """A database with nothing in it, and a way to let time pass for it."""
    if request.param == "memory":
        yield in_memory()
        return
    with in_postgres(request.getfixturevalue("database_url")) as subject:
        yield subject
