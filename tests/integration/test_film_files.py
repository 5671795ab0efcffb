"""The files that come out: codecs, containers, tags, and what they say of themselves."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from jynco.compose.sources import Source
from jynco.model.ids import ClipId
from jynco.model.storyboard import AudioLayer, Codec
from jynco.model.time import Rate
from tests.integration.film_kit import (
    MEDIA,
    board,
    clip,
    ffmpeg,
    made,
    numbered,
    pictures,
    shown,
    sound_length,
    source,
)

A, B = ClipId("clip_a"), ClipId("clip_b")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[ClipId, Source]:
    folder = tmp_path_factory.mktemp("sources")
    return {name: source(numbered(folder / f"{name}.mp4", n, 40)) for n, name in enumerate((A, B), start=1)}


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("sounds") / "tone.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=4", path)
    return source(path)


@pytest.mark.parametrize(
    ("codec", "container", "sound"),
    [
        ("h264", "mp4", "aac"),
        ("h265", "mp4", "aac"),
        ("vp9", "webm", "opus"),
        ("vp9", "mp4", "aac"),
        ("av1", "mp4", "aac"),
        ("av1", "webm", "opus"),
    ],
)
def test_every_codec_makes_the_same_film(
    codec: str, container: str, sound: str, sources: dict[ClipId, Source], tone: Source, tmp_path: Path
) -> None:
    clips = [clip("a", "2", leave="dissolve"), clip("b", "2")]
    layers = [AudioLayer("layer", "/layers/audio/0", "tone")]
    storyboard = board(clips, codec=Codec(codec), audio=layers)
    film = made(storyboard, sources, tmp_path, sounds={"tone": tone}, container=container)
    facts = MEDIA.probe(film)
    assert facts.video_codec == {"h265": "hevc"}.get(codec, codec)
    assert facts.audio_codec == sound
    assert {name: facts.color[name] for name in ("space", "transfer", "primaries", "range")} == {
        "space": "bt709",
        "transfer": "bt709",
        "primaries": "bt709",
        "range": "tv",
    }
    seen = pictures(film)
    assert [shown(seen[n]) for n in (0, 14, 20, 34)] == [(1, 0), (1, 14), (2, 5), (2, 19)]
    assert sound_length(film) == 35 * 4800


def test_a_film_starts_before_it_is_there_and_says_what_it_is(
    sources: dict[ClipId, Source], tmp_path: Path
) -> None:
    document = json.dumps({"title": 'a=b;c#d\\e "q"', "lines": "x\ny", "emoji": "🎬", "long": "z" * 300_000})
    storyboard = board([clip("a", "1")], title="A; title = 'x'")
    film = made(storyboard, sources, tmp_path, document=document)
    data = film.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(film)) as container:
        assert json.loads(container.metadata["jynco_storyboard"]) == json.loads(document)
        assert container.metadata["title"] == "A; title = 'x'"


def test_h265_in_mp4_is_tagged_for_safari(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    film = made(board([clip("a", ".5")], codec=Codec.H265), sources, tmp_path)
    assert b"hvc1" in film.read_bytes()


@pytest.mark.parametrize("rate", [1, 24, 60, 120])
def test_every_rate_is_exact(rate: int, sources: dict[ClipId, Source], tmp_path: Path) -> None:
    film = made(board([clip("a", "1"), clip("b", "1")], rate=Rate(rate)), sources, tmp_path)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert isinstance(stream, VideoStream)
        assert stream.average_rate == rate
        assert stream.time_base is not None
        times = [frame.pts * stream.time_base for frame in container.decode(stream) if frame.pts is not None]
    assert times == [Rate(rate).seconds(n) for n in range(2 * rate)]


def test_other_sizes(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    facts = MEDIA.verify(made(board([clip("a", ".5")], size=(180, 320)), sources, tmp_path))
    assert (facts.width, facts.height, facts.pixel_aspect) == (180, 320, Fraction(1))


def test_a_folder_with_a_difficult_name(sources: dict[ClipId, Source], tmp_path: Path) -> None:
    folder = tmp_path / "it's 50%, a=b;[c] d:é"
    folder.mkdir()
    other = folder / "a b'c.mp4"
    other.write_bytes(sources[A].path.read_bytes())
    storyboard = board([clip("a", ".5")], text=[])
    assert len(pictures(made(storyboard, {A: source(other)}, folder))) == 5
