"""A project gathered up for other editors: its own files, words, keys and takes."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import opentimelineio as otio
import pytest

from jynco.agents import layout
from jynco.agents.interchange import Interchange
from jynco.document.interchange.forms import Form
from jynco.errors import NotFound
from jynco.model.ids import ProjectId
from tests.unit.agents_kit import PROJECT, Shop, clip


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """One clip is made, one is not, one is footage: the film of the first."""
    shop = Shop(tmp_path)
    shop.project(clip("a", "wide"))
    shop.work(shop.start().clips[0])
    film = shop.storage.path(layout.inside(PROJECT, shop.row("clip_a").source_file or ""))
    shop.storage.put(layout.people(PROJECT, "footage/old lake.mp4"), film)
    with wave.open(str(tmp_path / "bed.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    shop.storage.put(layout.people(PROJECT, "bed.wav"), tmp_path / "bed.wav")
    footage = {"clipId": "clip_f", "status": "pending", "sourceFile": "footage/old lake.mp4"}
    output: Any = {"resolution": {"width": 96, "height": 54}, "fps": 24, "codec": "h264"}
    layers: Any = {
        "audio": [{"layerId": "bed", "sourceFile": "bed.wav"}, {"layerId": "no", "sourceFile": "no.wav"}],
        "text": [{"layerId": "t", "content": "Lake", "duration": 1}],
    }
    shop.project(clip("a", "wide"), clip("b", "narrow"), {**footage}, layers=layers, outputSettings=output)
    return shop


def exchange(shop: Shop) -> Interchange:
    return Interchange(shop.database, shop.keeper, shop.quartermaster)


def timeline(shop: Shop) -> otio.schema.Timeline:
    return otio.adapters.read_from_string(
        exchange(shop).export(PROJECT, Form.OTIO).content.decode(), "otio_json"
    )


def test_media_are_there_where_the_timeline_says(shop: Shop) -> None:
    made, waiting, footage = timeline(shop).video_tracks()[0]
    for item in (made, footage):
        assert Path(unquote(urlsplit(item.media_reference.target_url).path)).is_file()
    assert footage.media_reference.target_url.startswith("file:///")
    assert footage.duration() == footage.available_range().duration, "footage lasts as long as it is"
    assert isinstance(waiting.media_reference, otio.schema.MissingReference)


def test_words_keys_and_takes_go_along(shop: Shop) -> None:
    made = timeline(shop)
    told, other = (item.metadata["jynco"] for item in made.video_tracks()[0][:2])
    row = shop.row("clip_a")
    assert (told["clipId"], told["motionPrompt"], told["cacheKey"]) == ("clip_a", "wide", row.cache_key)
    assert [take["cacheKey"] for take in told["takes"]] == [row.cache_key]
    assert "takes" not in other


def test_sounds_have_tracks_and_one_that_is_missing_is_known_by_name(shop: Shop) -> None:
    bed, lost = (track[0] for track in timeline(shop).audio_tracks())
    assert bed.duration().value == 24, "a second"
    assert isinstance(lost.media_reference, otio.schema.MissingReference)
    assert lost.name == "no.wav"


def test_nobody_far_away_is_told_where_files_lie(shop: Shop) -> None:
    content = (
        exchange(shop)
        .export(PROJECT, Form.OTIO, lambda clip_id, _: clip_id and f"https://x/{clip_id}")
        .content
    )
    assert b"https://x/clip_a" in content
    assert str(shop.folder).encode() not in content


@pytest.mark.parametrize("form", list(Form))
def test_every_form_has_a_name_and_words_in_it(shop: Shop, form: Form) -> None:
    made = exchange(shop).export(PROJECT, form)
    assert made.name == f"proj_lake{form.suffix}"
    assert (b"Lake" if form in {Form.SRT, Form.VTT} else b"clip_f") in made.content


def test_captions_are_those_of_the_film_that_was_made(shop: Shop) -> None:
    document = shop.keeper.current(PROJECT).document
    assert exchange(shop).captions(PROJECT, document).endswith(b"00:00:00.000 --> 00:00:01.000\nLake\n")


def test_there_is_nothing_of_a_project_that_is_not_there(shop: Shop) -> None:
    with pytest.raises(NotFound):
        exchange(shop).export(ProjectId("proj_no"), Form.OTIO)
