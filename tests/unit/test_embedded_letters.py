"""Locks and letters: who is here, and what they wish for."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest

from jynco.embedded.locks import Lock, until
from jynco.embedded.wishes import Answer, Box, Letter, Wish
from jynco.errors import ServiceAway, StorageFull

WISH = Wish("/root", {"web": "serve"}, {}, ("workers.app",), {"KEY": "secret", "ODD": os.fsdecode(b"\xff")})


def test_a_lock_is_shared_or_owned(tmp_path: Path) -> None:
    one, two = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert one.share()
    assert two.share()
    assert not one.own()
    two.close()
    assert one.own()
    one.close()


def test_a_lock_lives_with_its_last_descriptor(tmp_path: Path) -> None:
    one, other = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert one.own()
    heir = Lock(tmp_path / "lock", descriptor=os.dup(one.fd))
    one.close()
    assert not other.own()
    heir.close()
    assert other.own()
    other.close()


def test_until_asks_again_and_gives_up() -> None:
    numbers = count()
    assert until(lambda: next(numbers) == 2, 5, 0)
    assert not until(lambda: False, 0.02, 0.01)


def test_a_wish_arrives_whole_and_is_answered_once(tmp_path: Path) -> None:
    letter, box = Letter(tmp_path, WISH), Box(tmp_path)
    ((name, wish),) = box.wishes().items()
    assert (wish.processes, wish.environment) == (WISH.processes, WISH.environment)
    assert letter.answer() is None
    box.answer(name, Answer("postgresql://", "unix://"))
    assert letter.answer() == Answer("postgresql://", "unix://")
    assert box.wishes() == {}
    letter.withdraw()
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_can_read_a_wish(tmp_path: Path) -> None:
    letter = Letter(tmp_path, WISH)
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]
    letter.withdraw()


def test_a_dead_command_s_wish_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "0123.wish").write_text('{"root": "')
    assert Box(tmp_path).wishes() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_new_supervisor_sweeps_old_answers_and_keeps_wishes(tmp_path: Path) -> None:
    letter, box = Letter(tmp_path, WISH), Box(tmp_path)
    for name in ("0123.answer", "0123.answer.new"):
        (tmp_path / name).write_text("{")
    box.sweep()
    assert [path.suffix for path in tmp_path.iterdir()] == [".wish"]
    letter.withdraw()


@pytest.mark.parametrize("error", [ServiceAway("It is away."), StorageFull("It is full.")])
def test_an_error_crosses_over_as_it_is(error: ServiceAway) -> None:
    found = Answer.of(error).error()
    assert (type(found), found.message) == (type(error), error.message)
