"""Versions: a step back and forth, across hand edits, and straight to one of them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from jynco.agents.storyboard.history import History
from jynco.errors import Conflict, NotFound, StaleRevision
from jynco.model.ids import ClipId
from jynco.model.versions import KEPT, Mark, Steps
from tests.unit.agents_kit import PROJECT, Shop, clip


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.project(clip("a", "one"))
    return shop


def say(shop: Shop, words: str, author: str = "") -> None:
    shop.keeper.edit_clip(PROJECT, ClipId("clip_a"), {"motionPrompt": words}, Mark(author))


def said(shop: Shop) -> str:
    return cast(str, shop.published()["timeline"][0]["motionPrompt"])  # type: ignore[index,call-overload]


def history(shop: Shop) -> History:
    return History(shop.keeper, shop.database.projects)


def test_steps_go_back_and_forth_and_nothing_is_lost(shop: Shop) -> None:
    say(shop, "two", "ada")
    say(shop, "three")
    told = []
    for step in ("undo", "undo", "redo", "redo"):
        getattr(history(shop), step)(PROJECT, None)
        told.append(said(shop))
    assert told == ["two", "one", "two", "three"]
    assert [version.author for version in history(shop).of(PROJECT)][-2:] == ["ada", ""]
    with pytest.raises(Conflict, match="nothing to step to"):
        history(shop).redo(PROJECT, None)


def test_a_new_edit_is_the_way_forth_from_then_on(shop: Shop) -> None:
    say(shop, "two")
    history(shop).undo(PROJECT, None)
    say(shop, "other")
    assert history(shop).steps(PROJECT).redo is None
    history(shop).undo(PROJECT, None)
    assert said(shop) == "one"
    history(shop).redo(PROJECT, None)
    assert said(shop) == "other"


def test_a_hand_edit_can_be_undone(shop: Shop) -> None:
    document = shop.published()
    document["timeline"][0]["motionPrompt"] = "by hand"  # type: ignore[index,call-overload]
    shop.write(document)
    assert history(shop).of(PROJECT)[0].author == "storyboard.json"
    history(shop).undo(PROJECT, None)
    assert said(shop) == "one"


def test_what_somebody_else_did_is_not_undone_unseen(shop: Shop) -> None:
    seen = shop.keeper.current(PROJECT).revision
    say(shop, "theirs")
    with pytest.raises(StaleRevision):
        history(shop).undo(PROJECT, seen)
    assert said(shop) == "theirs"


def test_one_version_is_restored_as_a_change_of_its_own(shop: Shop) -> None:
    first = history(shop).of(PROJECT)[0].revision
    say(shop, "two")
    say(shop, "three")
    history(shop).restore(PROJECT, first, None)
    assert said(shop) == "one"
    history(shop).undo(PROJECT, None)
    assert said(shop) == "three"
    with pytest.raises(NotFound, match="not kept"):
        history(shop).restore(PROJECT, 999, None)


def test_the_last_ones_are_kept(shop: Shop) -> None:
    for number in range(KEPT + 5):
        say(shop, f"words {number}")
    assert len(history(shop).of(PROJECT)) == KEPT
    steps = history(shop).steps(PROJECT)
    assert isinstance(steps, Steps)
    assert steps.undo is not None
