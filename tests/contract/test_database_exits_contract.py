"""Sessions that were ended stay ended, for as long as they would have lasted."""

from __future__ import annotations

from tests.contract.databases import Subject


def test_a_session_is_ended_once_and_for_all(subject: Subject) -> None:
    exits = subject.database.exits
    assert not exits.ended("one")
    exits.end("one", 60)
    exits.end("one", 60)
    assert exits.ended("one")
    assert not exits.ended("two")


def test_what_is_over_of_itself_is_forgotten(subject: Subject) -> None:
    exits = subject.database.exits
    exits.end("old", -1)
    exits.end("new", 60)
    exits.end("newer", 60)
    assert [exits.ended(name) for name in ("old", "new", "newer")] == [False, True, True]
