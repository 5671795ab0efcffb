"""The sweeper's chores: one that fails keeps none of the others from being done, and is told in the log."""

from __future__ import annotations

import logging

import pytest

from jynco.errors import ServiceAway, StorageFull
from workers.chores import done


def full() -> int:
    raise StorageFull("No space left.")


def wrong() -> int:
    raise RuntimeError("a fault of ours")


def there() -> None:
    """The database answers."""


def test_one_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "jynco.upkeep"):
        times = done([("bury", full), ("a", lambda: 2), ("b", wrong), ("a", lambda: 1)], there)
    assert dict(times) == {"bury": 0, "a": 3, "b": 0}
    assert [record.__dict__["chore"] for record in caplog.records] == ["bury", "b"]


def test_without_a_database_there_is_nothing_to_be_done() -> None:
    did: list[str] = []

    def away() -> None:
        raise ServiceAway("The database is away.")

    with pytest.raises(ServiceAway, match="The database"):
        done([("a", full), ("b", lambda: did.append("b"))], away)
    assert not did
