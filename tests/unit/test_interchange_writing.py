"""What other editors get, read back by the same library that they read with."""

from __future__ import annotations

import itertools
import re
import warnings
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest

from jynco.compose.timeline import lay_out
from jynco.document.interchange.cut import Cut, Reel
from jynco.document.interchange.forms import Form
from jynco.document.interchange.sequence import Black, Joint, Strip, sequence
from jynco.document.interchange.writing import written
from jynco.document.view import storyboard
from jynco.errors import UsageWrong
from jynco.model.storyboard import Document, Json
from jynco.model.time import Rate


def clip(
    name: str, seconds: float, enter: str = "none", leave: str = "none", **fields: Json
) -> dict[str, Json]:
    transitions: Json = {"in": enter, "out": leave}
    return {
        "clipId": f"clip_{name}",
        "status": "pending",
        "motionPrompt": f"pan over {name}",
        "sourceImage": f"{name}.png",
        "duration": seconds,
        "effects": {"transitions": transitions},
        **fields,
    }


def board(*clips: dict[str, Json], fps: int = 24, **fields: Json) -> Document:
    output: Json = {"resolution": {"width": 64, "height": 36}, "fps": fps, "codec": "h264"}
    timeline: list[Json] = [*clips]
    return {
        "version": "1.2",
        "projectId": "proj_lake",
        "outputSettings": output,
        "timeline": timeline,
        **fields,
    }


def cut(document: Document) -> Cut:
    view = storyboard(document)
    reels = {each.clip_id: Reel(f"file:///films/{each.clip_id}.mp4", Fraction(10)) for each in view.clips}
    notes: dict[Any, Any] = {each.clip_id: {"motionPrompt": each.motion_prompt} for each in view.clips}
    sounds = {layer.source_file: Reel("file:///films/bed.wav", Fraction(60)) for layer in view.audio}
    return Cut(view, lay_out(view, {}), reels, sounds, notes)


FILM = board(
    clip("a", 2, "fade", "dissolve"),
    clip("b", 3, "dissolve", "fade", transitionDuration=0.75),
    clip("c", 2, "fade", startTime=4.25),
    clip("d", 1.5, startTime=8),
    metadata={"title": "The lake & <hills>"},
    layers={
        "audio": [{"layerId": "bed", "sourceFile": "bed.wav", "startTime": 1}],
        "text": [
            {"layerId": "one", "content": "First -->\n\n<b>& last</b>", "startTime": 0.5, "duration": 1.25},
            {"layerId": "two", "content": "To the end", "startTime": 3},
        ],
    },
)  # fmt: skip


def read(text: bytes, adapter: str, **options: Any) -> otio.schema.Timeline:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return otio.adapters.read_from_string(text.decode(), adapter, **options)


def pictures(timeline: otio.schema.Timeline) -> list[tuple[Any, ...]]:
    """What is on the first track: (name, first frame of the source, frames) or (before, after) of a transition."""
    found: list[tuple[Any, ...]] = []
    for item in timeline.video_tracks()[0]:
        if isinstance(item, otio.schema.Transition):
            found.append((item.in_offset.value, item.out_offset.value))
        else:
            found.append((item.name, item.source_range.start_time.value, item.source_range.duration.value))
    return found


def listed(timeline: otio.schema.Timeline) -> list[str]:
    """The clips of an edit list in turn. The reader calls the black after a fade by the name of its clip."""
    return [str(name) for name, _ in itertools.groupby(item.name for item in timeline.find_clips())]


def test_clips_of_a_dissolve_touch_at_its_middle() -> None:
    laid = cut(FILM).timeline
    assert sequence(laid) == (
        Joint("fade", 0, 12),
        Strip(laid.clips[0].clip_id, 0, 39),
        Joint("dissolve", 9, 9),
        Strip(laid.clips[1].clip_id, 9, 63),
        Joint("fade", 18, 12),
        Strip(laid.clips[2].clip_id, 0, 48),
        Black(192 - 150),
        Strip(laid.clips[3].clip_id, 0, 36),
    )


def test_the_timeline_is_as_long_as_the_film_and_tells_jyncos_own() -> None:
    film = cut(FILM)
    made = read(written(film, Form.OTIO), "otio_json")
    assert made.name == "The lake & <hills>"
    assert made.duration() == otio.opentime.RationalTime(film.timeline.frames, 24)
    first = made.video_tracks()[0][1]
    assert first.metadata["jynco"]["motionPrompt"] == "pan over a"
    assert first.media_reference.target_url == "file:///films/clip_a.mp4"
    assert [marker.marked_range.start_time.value for marker in made.tracks.markers] == [12, 72]
    gap, sound = made.audio_tracks()[0]
    assert (gap.duration().value, sound.duration().value) == (24, film.timeline.frames - 24)
    assert pictures(made)[:4] == [(0, 12), ("clip_a", 0, 39), (9, 9), ("clip_b", 9, 63)]


def test_final_cut_keeps_clips_cuts_and_transitions() -> None:
    film = cut(FILM)
    made = read(written(film, Form.FCP7XML), "fcp_xml")
    ours = [item for item in pictures(read(written(film, Form.OTIO), "otio_json")) if item != (18, 12)]
    theirs = [item for item in pictures(made) if item not in [(18, 0), (0, 12)]]
    assert [item for item in theirs if item[0]] == [item for item in ours if item[0]]
    assert {(18, 0), (0, 12), (9, 9)} <= set(pictures(made)), "a dip is a fade out and a fade in"
    assert len(made.audio_tracks()) == 1
    assert [marker.name for marker in made.tracks.markers][1] == "To the end"


def test_an_edit_list_has_the_pictures_at_their_moments() -> None:
    text = written(cut(FILM), Form.EDL)
    made = read(text, "cmx_3600", rate=24)
    assert listed(made) == ["clip_a", "clip_b", "clip_c", "clip_d"]
    lines = text.decode().rstrip().splitlines()
    assert b"/films/clip_b.mp4" in text
    assert lines[-3].split()[-2:] == ["00:00:08:00", "00:00:09:12"]


@pytest.mark.parametrize("fps", [12, 23, 120])
def test_what_counts_in_timecode_says_what_it_cannot_count(fps: int) -> None:
    odd = cut(board(clip("a", 1), fps=fps))
    for form in (Form.EDL, Form.FCP7XML):
        with pytest.raises(UsageWrong, match=f"no {fps} frames per second"):
            written(odd, form)
    assert read(written(odd, Form.OTIO), "otio_json").duration().value == fps


@pytest.mark.parametrize(
    ("first", "second", "third"), list(itertools.product(["none", "fade", "dissolve", "wipe"], repeat=3))
)
def test_every_joint_goes_out_and_comes_back(first: str, second: str, third: str) -> None:
    film = cut(board(clip("a", 1, first, second), clip("b", 1.5, second, third, transitionDuration=0.25)))
    for form, adapter in ((Form.OTIO, "otio_json"), (Form.FCP7XML, "fcp_xml")):
        made = read(written(film, form), adapter)
        assert made.video_tracks()[0].duration().value == film.timeline.frames
        clips = [item for item in pictures(made) if item[0] and item[0] in {"clip_a", "clip_b"}]
        assert clips == [
            (strip.clip_id, strip.first, strip.frames)
            for strip in sequence(film.timeline)
            if isinstance(strip, Strip)
        ]
    made = read(written(film, Form.EDL), "cmx_3600", rate=24)
    assert made.video_tracks()[0].duration().value == film.timeline.frames
    assert listed(made) == ["clip_a", "clip_b"]


def test_captions() -> None:
    srt, vtt = (written(cut(FILM), form).decode() for form in (Form.SRT, Form.VTT))
    assert srt.split("\n\n")[0] == "1\n00:00:00,500 --> 00:00:01,750\nFirst →\n<b>& last</b>"
    assert "2\n00:00:03,000 --> 00:00:09,500\nTo the end\n" in srt
    assert vtt.startswith(
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.750\nFirst --&gt;\n&lt;b&gt;&amp; last&lt;/b&gt;\n\n"
    )
    assert len(re.findall("-->", vtt)) == 2


def test_a_film_without_words_has_empty_captions() -> None:
    bare = cut(board(clip("a", 1)))
    assert written(bare, Form.SRT) == b""
    assert written(bare, Form.VTT) == b"WEBVTT\n"


def test_what_no_file_can_carry_is_left_out_of_names() -> None:
    words = "bell \x07 and \x0b tab"
    film = cut(board(clip("a", 1), layers={"text": [{"layerId": "t", "content": words}]}))
    for form in Form:
        assert written(film, form)
    assert read(written(film, Form.FCP7XML), "fcp_xml").tracks.markers[0].name == "bell   and   tab"


def test_a_faster_clip_says_so() -> None:
    fast: Json = {"filters": [{"type": "speed", "factor": 2}], "transitions": {"in": "dissolve"}}
    film = cut(board(clip("a", 1), clip("b", 4, effects=fast)))
    item = read(written(film, Form.OTIO), "otio_json").video_tracks()[0][2]
    assert (item.effects[0].time_scalar, item.source_range.start_time.value) == (2.0, 12)
    assert item.source_range.duration.value == 42


def test_what_is_not_made_yet_is_missing() -> None:
    view = storyboard(board(clip("a", 1)))
    bare = Cut(view, lay_out(view, {}))
    for form, adapter in ((Form.OTIO, "otio_json"), (Form.FCP7XML, "fcp_xml")):
        item = read(written(bare, form), adapter).video_tracks()[0][0]
        assert isinstance(item.media_reference, otio.schema.MissingReference)
        assert item.name == "clip_a"
    assert bare.timeline.rate == Rate(24)


def test_in_points_are_where_every_editor_looks_for_them() -> None:
    film = cut(board(clip("a", 2, inPoint=1), clip("b", 2, "dissolve", inPoint=0.5)))
    trimmed = [("clip_a", 24, 42), (6, 6), ("clip_b", 18, 42)]
    assert pictures(read(written(film, Form.OTIO), "otio_json")) == trimmed
    assert pictures(read(written(film, Form.FCP7XML), "fcp_xml")) == trimmed
    assert "00:00:01:00 00:00:02:12 00:00:00:00 00:00:01:12" in written(film, Form.EDL).decode()
