"""An edited timeline comes back as a revision, or is refused with its place; nothing is lost either way."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jynco.compose.timeline import lay_out
from jynco.document.interchange.cut import Cut
from jynco.document.interchange.forms import Form
from jynco.document.interchange.revision import revised
from jynco.document.interchange.sequence import sequence
from jynco.document.interchange.spots import Spot, placed, spots
from jynco.document.interchange.writing import written
from jynco.document.view import storyboard
from jynco.errors import DocumentInvalid, JyncoError
from jynco.model.storyboard import Document
from tests.unit.test_interchange_writing import FILM, board, clip

Edit = Callable[[Any], object]
THREE = board(
    clip("a", 2, "fade", "dissolve"),
    clip("b", 3, "dissolve", note="kept"),
    clip("c", 2, leave="fade", transitionDuration=1),
    studio={"unknown": True},
)


def exported(document: Document, edit: Edit = lambda _: None) -> bytes:
    """The timeline of a document after somebody's edit of its track of pictures."""
    board = storyboard(document)
    text = written(Cut(board, lay_out(board, {})), Form.OTIO).decode()
    timeline = otio.adapters.read_from_string(text, "otio_json")
    edit(timeline.video_tracks()[0])
    return str(timeline.to_json_string()).encode()


def film(document: Document) -> tuple[Spot, ...]:
    return spots(lay_out(storyboard(document), {}))


def back(document: Document, edit: Edit) -> list[dict[str, Any]]:
    """The clips after an edit."""
    timeline: Any = revised(document, {}, exported(document, edit))["timeline"]
    return list(timeline)


def refused(document: Document, edit: Edit) -> list[str]:
    with pytest.raises(DocumentInvalid) as found:
        revised(document, {}, exported(document, edit))
    return [f"{fault.pointer}: {fault.detail}" for fault in found.value.faults]


def lasting(frames: float, start: float = 0) -> otio.opentime.TimeRange:
    time = otio.opentime.RationalTime
    return otio.opentime.TimeRange(time(start, 24), time(frames, 24))


def at(track: Any, name: str) -> Any:
    return next(item for item in track if item.name == name)


@pytest.mark.parametrize("document", [FILM, THREE])
def test_what_was_not_edited_is_the_very_same(document: Document) -> None:
    assert revised(document, {}, exported(document)) is document


def test_a_trimmed_end_is_a_shorter_clip_and_nothing_else() -> None:
    def shorten(track: Any) -> None:
        at(track, "clip_c").source_range = lasting(36)

    clips = back(THREE, shorten)
    assert clips[:2] == THREE["timeline"][:2]  # type: ignore[index]
    assert clips[2] == {**THREE["timeline"][2], "duration": 1.5}  # type: ignore[index, dict-item]


def test_a_trimmed_beginning_is_an_in_point_and_comes_back() -> None:
    def shorten(track: Any) -> None:
        at(track, "clip_c").source_range = lasting(36, 12)

    trimmed = revised(THREE, {}, exported(THREE, shorten))
    assert trimmed["timeline"][2] == {**THREE["timeline"][2], "inPoint": 0.5, "duration": 1.5}  # type: ignore[index, dict-item]
    assert film(trimmed)[2].first == 12
    assert revised(trimmed, {}, exported(trimmed)) is trimmed
    whole = back(trimmed, lambda track: setattr(at(track, "clip_c"), "source_range", lasting(48)))
    assert whole == THREE["timeline"]


def test_a_slipped_clip_shows_another_part_and_fast_ones_count_their_own_seconds() -> None:
    fast = board(clip("a", 4, effects={"filters": [{"type": "speed", "factor": 2}]}), clip("b", 2))

    def slip(track: Any) -> None:
        at(track, "clip_a").source_range = lasting(48, 24)
        at(track, "clip_b").source_range = lasting(48, 6)

    (a, b) = back(fast, slip)
    assert (a["inPoint"], a["duration"]) == (1, 4)
    assert (b["inPoint"], b["duration"]) == (0.25, 2)


def test_without_its_transition_a_clip_begins_where_the_cut_was() -> None:
    def cut(track: Any) -> None:
        del track[2]  # the dissolve from a to b, which had borrowed 6 frames of each

    clips = back(THREE, cut)
    assert (clips[1]["inPoint"], clips[1]["duration"]) == (0.25, 2.75)
    assert clips[0]["duration"] == 1.75


def test_another_order() -> None:
    plain = board(clip("a", 1), clip("b", 2, startTime=1), clip("c", 3))

    def turn(track: Any) -> None:
        items = [item.deepcopy() for item in track]
        track[:] = [items[2], items[0], items[1]]

    clips = back(plain, turn)
    assert [(entry["clipId"], entry["duration"]) for entry in clips] == [
        ("clip_c", 3),
        ("clip_a", 1),
        ("clip_b", 2),
    ]
    assert "startTime" not in clips[2], "it meant a place in the old order"


def test_a_removed_clip_takes_its_transitions_along() -> None:
    def remove(track: Any) -> None:
        del track[2:4]  # the dissolve, and b

    clips = back(THREE, remove)
    assert [entry["clipId"] for entry in clips] == ["clip_a", "clip_c"]
    assert clips[0]["effects"]["transitions"] == {"in": "fade", "out": "none"}
    assert clips[0]["duration"] == 1.75, "without what the dissolve had borrowed"


def test_a_new_transition_and_another_length() -> None:
    def blend(track: Any) -> None:
        track.insert(
            4,
            otio.schema.Transition(
                "", "SMPTE_Dissolve", lasting(0, 12).start_time, lasting(0, 12).start_time
            ),
        )

    seam = film(revised(THREE, {}, exported(THREE, blend)))[2].seam
    assert seam is not None
    assert (seam.kind, seam.frames) == ("dissolve", 24)

    def longer(track: Any) -> None:
        track[2].in_offset = track[2].out_offset = otio.opentime.RationalTime(12, 24)

    clips = back(THREE, longer)
    assert clips[1]["transitionDuration"] == 1
    assert clips[1]["note"] == "kept"


def test_a_gap_is_a_start_and_is_closed_again() -> None:
    def open_up(track: Any) -> None:
        track.insert(4, otio.schema.Gap(source_range=lasting(18)))

    apart = revised(THREE, {}, exported(THREE, open_up))
    assert back(apart, lambda _: None)[2]["startTime"] == 5.25

    def close(track: Any) -> None:
        del track[4]

    assert "startTime" not in back(apart, close)[2]


def test_a_clip_that_is_shown_again_is_a_copy() -> None:
    def again(track: Any) -> None:
        track.insert(4, at(track, "clip_c").deepcopy())

    clips = back(THREE, again)
    assert [entry["clipId"] for entry in clips] == ["clip_a", "clip_b", "clip_c", "clip_c-2"]
    assert clips[2]["motionPrompt"] == clips[3]["motionPrompt"]


def test_clips_are_known_without_our_marks() -> None:
    def forget(track: Any) -> None:
        for item in track:
            item.metadata.clear()
        at(track, "clip_c").name = "clip_c.mp4"
        at(track, "clip_b").name = "Renamed"
        url = "file:///somewhere/generated/clip_b-0123456789abcdef.mp4"
        track[3].media_reference = otio.schema.ExternalReference(url)
        track[5].in_offset = otio.opentime.RationalTime(24, 24)

    assert revised(THREE, {}, exported(THREE, forget)) is THREE


def test_strangers_are_refused_by_name() -> None:
    def strange(track: Any) -> None:
        track.append(otio.schema.Clip("Holiday.mov", source_range=lasting(24)))
        track.insert(4, otio.schema.Clip("Logo", source_range=lasting(24)))

    assert refused(THREE, strange) == [
        "/tracks/children/0/children/4: 'Logo' is no clip of this storyboard: add it there first",
        "/tracks/children/0/children/7: 'Holiday.mov' is no clip of this storyboard: add it there first",
    ]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (
            lambda track: setattr(at(track, "clip_c"), "source_range", lasting(24, -24)),
            "begins 24 frames before its film does",
        ),
        (lambda track: setattr(at(track, "clip_c"), "source_range", lasting(0)), "leaves clip_c no frame"),
        (lambda track: setattr(at(track, "clip_c"), "enabled", False), "is switched off"),
        (
            lambda track: at(track, "clip_c").effects.append(otio.schema.LinearTimeWarp("", time_scalar=2)),
            "at another speed",
        ),
        (lambda track: at(track, "clip_c").effects.append(otio.schema.FreezeFrame()), "at another speed"),
        (lambda track: track.append(otio.schema.Stack()), "clips, gaps and transitions only"),
        (
            lambda track: track.insert(4, otio.schema.Transition("page peel", "Custom_Transition")),
            "'page peel'",
        ),
        (lambda track: track.parent().append(track.deepcopy()), "a second track of pictures"),
        (lambda track: track.clear(), "no track of pictures"),
        (lambda track: setattr(track, "source_range", lasting(24, 24)), "cuts the whole track"),
    ],
)
def test_what_a_storyboard_cannot_say_is_refused_with_its_place(edit: Edit, why: str) -> None:
    told = refused(THREE, edit)
    assert any(why in line for line in told), told
    assert all(line.startswith("/tracks") for line in told)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"{", b'{"OTIO_SCHEMA": "Clip.1"}', b'{"OTIO_SCHEMA": 7}', b"[" * 100_000,
        b'{"OTIO_SCHEMA": "Timeline.1"}', b'{"OTIO_SCHEMA": "Timeline.1", "tracks": []}',
        b'{"OTIO_SCHEMA": "Timeline.1", "tracks": ' + b'{"children": [' * 300 + b"]}" * 300 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_timeline_is_refused(data: bytes) -> None:
    with pytest.raises(JyncoError):
        revised(THREE, {}, data)


@pytest.mark.parametrize("value", [None, "1", True, [], {}, 1e308, -1e308, -24.0, float("nan")])
@pytest.mark.parametrize("path", ["duration/value", "duration/rate", "start_time/value", "duration"])
def test_times_that_are_none_are_refused(path: str, value: object) -> None:
    timeline = json.loads(exported(THREE))
    place = timeline["tracks"]["children"][0]["children"][4]["source_range"]
    *groups, last = path.split("/")
    for name in groups:
        place = place[name]
    place[last] = value
    with pytest.raises(DocumentInvalid) as found:
        revised(THREE, {}, json.dumps(timeline).encode())
    assert found.value.faults[0].pointer.startswith("/tracks/children/0/children/4/source_range")


@pytest.mark.parametrize("url", ["http://[", "file://%00%ff", "x" * 100_000, "data:,", "//[::1", "\x00"])
def test_hostile_addresses_name_nobody(url: str) -> None:
    def strange(track: Any) -> None:
        track[4] = otio.schema.Clip("", otio.schema.ExternalReference(url), lasting(48))

    (told,) = refused(THREE, strange)
    assert "is no clip of this storyboard" in told
    assert len(told) < 200


@pytest.mark.parametrize("scalar", [1e308, -1.0, 0.0])
def test_hostile_speeds_are_refused(scalar: float) -> None:
    def race(track: Any) -> None:
        track[4].effects.extend([otio.schema.LinearTimeWarp("", time_scalar=scalar) for _ in range(3)])

    assert "at another speed" in refused(THREE, race)[0]


KINDS = st.sampled_from(["none", "none", "fade", "dissolve", "wipe"])


@st.composite
def films(draw: st.DrawFn) -> Document:
    """A storyboard of up to four clips in any order, with gaps and transitions that agree."""
    names = draw(st.permutations("abcd"))[: draw(st.integers(1, 4))]
    made, end, leave = [], Fraction(0), "none"
    for name in names:
        fields: dict[str, Any] = {}
        gap = draw(st.sampled_from([0, 0, 1]))
        enter = draw(KINDS if gap or leave == "none" else st.sampled_from(["none", leave]))
        if draw(st.booleans()):
            fields["transitionDuration"] = draw(st.sampled_from([0.25, 0.5, 0.75]))
        if draw(st.booleans()):
            fields["inPoint"] = draw(st.sampled_from([0.25, 1]))
        if gap:
            fields["startTime"] = float(end + gap)
        leave = draw(KINDS)
        seconds = draw(st.sampled_from([2, 2.5, 3]))
        made.append(clip(name, seconds, enter, leave, **fields))
        end += Fraction(seconds) + gap
    document = board(*made)
    try:
        film(document)
    except DocumentInvalid:
        assume(False)
    return document


@settings(max_examples=25, deadline=None)
@given(films())
def test_every_film_goes_out_and_comes_back(document: Document) -> None:
    laid = lay_out(storyboard(document), {})
    assert placed(sequence(laid)) == spots(laid)
    assert revised(document, {}, exported(document)) is document


@settings(max_examples=40, deadline=None)
@given(films(), films())
def test_any_film_can_be_edited_into_any_other_of_its_clips(one: Document, other: Document) -> None:
    there = {spot.clip_id for spot in film(one)}
    enough = {spot.clip_id for spot in film(other)} <= there
    before = one if enough else board(*(clip(name, 2) for name in "abcd"))
    try:
        made = revised(before, {}, exported(other))
    except DocumentInvalid as refused:
        # A gap that ends where a startTime says nothing is refused by rule, and nothing is changed.
        assume("no storyboard can say where" not in str(refused))
        raise
    assert film(made) == film(other)
