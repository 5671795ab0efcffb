"""What the tests of joined parts may ask for."""

from tests.postgres_server import database_url, empty_database_url, migrated_database, postgres_server

__all__ = ["database_url", "empty_database_url", "migrated_database", "postgres_server"]
