"""The steps from one shape of the database to the next. ``runner`` takes them."""

from typing import Final

# The newest step, by its id. Written here so that a database that is up to date needs no Alembic to know it.
HEAD: Final = "0014"
