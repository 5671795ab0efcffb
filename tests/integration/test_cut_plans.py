"""The plan of a cut: what must be encoded and why, said before anything is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from jynco.compose.cutlist import Cutlist
from jynco.compose.reasons import FIRST, GONE
from jynco.compose.sources import Material, Slate
from jynco.model.ids import ClipId
from jynco.model.storyboard import Clip, Effects, Filter, FilterKind, Storyboard, TextLayer, TransitionKind
from tests.integration.cut_kit import Room, kept
from tests.integration.film_kit import Quiet, board, clip, numbered, source

WORDS = TextLayer("layer_t", "/layers/text/0", "words", Fraction(0), Fraction(1))
CLIPS = (clip("a", "4", leave="dissolve"), clip("b", "4"), clip("c", "4"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Material]:
    folder = tmp_path_factory.mktemp("sources")
    return {
        f"clip_{name}": kept(source(numbered(folder / f"{name}.mp4", n, 45)))
        for n, name in enumerate("abco", 1)
    }


class Planned:
    """A room in which a film was cut, and the plans of others after it."""

    def __init__(self, files: dict[str, Material], folder: Path, story: Storyboard) -> None:
        self.files = files
        self.room = Room(folder, {each.clip_id: files[each.clip_id] for each in CLIPS})
        cuts: list[Cutlist] = []
        reel = self.room.reel(story)
        (folder / "work").mkdir()
        self.room.cutting.film(
            reel, work=folder / "work", target=folder / "film.mp4", watch=Quiet(), note=cuts.append
        )
        self.before = cuts[0]

    def __call__(self, story: Storyboard, waiting: Iterable[str] = ()) -> dict[str, str]:
        """The segments to encode, each with its reason."""
        names = [ClipId(name) for name in waiting]
        reel = self.room.reel(story)
        reel = replace(reel, materials={**reel.materials, **{name: Slate(name, "waits") for name in names}})
        plan = self.room.cutting.outlook(reel, names, self.before)
        assert plan.frames == sum(each.frames for each in plan.encode)
        return {each.name: each.reason for each in plan.encode}


@pytest.fixture
def planned(files: dict[str, Material], tmp_path: Path) -> Planned:
    return Planned(files, tmp_path, board(CLIPS, text=[WORDS]))


def changed(place: int, **changes: object) -> list[Clip]:
    return [replace(each, **changes) if n == place else each for n, each in enumerate(CLIPS)]  # type: ignore[arg-type]


def test_without_a_film_before_everything_is_new(planned: Planned) -> None:
    fresh = planned.room.cutting.outlook(planned.room.reel(board([clip("c", "3")])), (), None)
    assert {each.reason for each in fresh.encode} == {FIRST}


def test_what_is_kept_is_not_planned(planned: Planned) -> None:
    assert planned(board(CLIPS, text=[WORDS])) == {}


def test_a_text_says_so(planned: Planned) -> None:
    found = planned(board(CLIPS, text=[replace(WORDS, content="other words")]))
    assert found == {"clip_a body": "text changed"}


def test_a_source_says_so(planned: Planned) -> None:
    other = planned.files["clip_o"]
    planned.room.materials = {**planned.room.materials, ClipId("clip_c"): other}
    assert set(planned(board(CLIPS, text=[WORDS])).values()) == {"source of clip_c changed"}


def test_an_effect_says_so(planned: Planned) -> None:
    looks = Effects(filters=(Filter(FilterKind.CONTRAST, 0.8),))
    assert set(planned(board(changed(2, effects=looks), text=[WORDS])).values()) == {"effects changed"}


def test_a_transition_says_so_and_its_neighbours_too(planned: Planned) -> None:
    wipe = planned(board(changed(0, effects=Effects(leave=TransitionKind.WIPE)), text=[WORDS]))
    assert wipe == {"clip_a to clip_b wipe": "transition changed"}
    cut = planned(board(changed(0, effects=Effects()), text=[WORDS]))
    assert set(cut.values()) == {"neighbours changed"}


def test_another_length_and_a_new_clip_say_so(planned: Planned) -> None:
    assert set(planned(board(changed(2, duration=Fraction(3)), text=[WORDS])).values()) == {
        "length of clip_c changed"
    }
    planned.room.materials = {**planned.room.materials, ClipId("clip_o"): planned.files["clip_o"]}
    found = planned(board([*CLIPS, clip("o", "3")], text=[WORDS]))
    assert set(found.values()) == {"new clip: clip_o"}


def test_another_beginning_says_so(planned: Planned) -> None:
    slipped = planned(board(changed(2, in_point=Fraction(1, 4)), text=[WORDS]))
    assert set(slipped.values()) == {"beginning of clip_c changed"}


def test_other_settings_say_so(planned: Planned) -> None:
    small = planned(board(CLIPS, text=[WORDS], size=(80, 46)))
    assert set(small.values()) == {"settings changed"}


def test_what_was_removed_says_so(planned: Planned) -> None:
    planned.room.shelf.forget(planned.before.entries[0].key)
    assert planned(board(CLIPS, text=[WORDS])) == {planned.before.entries[0].name: GONE}


def test_clips_that_are_not_there_are_waited_for(planned: Planned) -> None:
    found = planned(board(CLIPS, text=[WORDS]), ["clip_b"])
    assert "waits for clip_b" in found["clip_a to clip_b dissolve"]
    assert set(found.values()) == {"waits for clip_b"}
