"""Alembic's entrance. ``runner`` brings a connection; else ``-x url=...`` or the settings say where."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, make_url

from jynco.adapters.database.postgres.tables import metadata


def address() -> str:
    """Where the database is: the command line's word goes before the settings'."""
    told = context.get_x_argument(as_dictionary=True).get("url")
    if told:
        return str(told)
    from config.settings import read

    return read().servers()[0]


def migrate(connection: Connection) -> None:
    """Take the steps that Alembic was asked for."""
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


def connect_and_migrate() -> None:
    """As ``migrate``, on a connection of our own."""
    url = make_url(address()).set(drivername="postgresql+psycopg")
    everybody = {"options": "-c jynco.tenant=*"}  # steps see the rows of every tenant
    with create_engine(url, poolclass=NullPool, connect_args=everybody).connect() as connection:
        migrate(connection)


brought = context.config.attributes.get("connection")
if brought is None:
    connect_and_migrate()
else:
    migrate(brought)
