"""What the tests of the migrations may ask for."""

from tests.postgres_server import empty_database_url, other_database_url, postgres_server

__all__ = ["empty_database_url", "other_database_url", "postgres_server"]
