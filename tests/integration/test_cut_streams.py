"""A film that is played while it is made: the same frames and sound as the whole, at the same moments."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from jynco.agents.cutting import Cutting
from jynco.agents.screening import Screen, Screening
from jynco.compose.cutlist import Cutlist
from jynco.compose.cutlist import read as cutlist
from jynco.compose.sources import Source
from jynco.errors import NotFound
from jynco.model.ids import JobId, ProjectId
from jynco.model.jobs import Job
from jynco.model.states import JobKind, Lane, Purpose
from jynco.model.storyboard import AudioLayer, Codec, Quality, Storyboard
from tests.integration.cut_kit import Room, kept, moments
from tests.integration.film_kit import MEDIA, Quiet, board, clip, ffmpeg, numbered, pictures, samples, source

TONE = AudioLayer("layer_m", "/layers/audio/0", "tone")
FILM = JobId("job_render_1")
CLIPS = (clip("a", "4", leave="dissolve"), clip("b", "4", leave="wipe"), clip("c", "0.1"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    folder = tmp_path_factory.mktemp("sources")
    made = {f"clip_{name}": numbered(folder / f"{name}.mp4", n, 45) for n, name in enumerate("abc", 1)}
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=9", folder / "tone.wav")
    return {name: kept(source(path)) for name, path in {**made, "tone": folder / "tone.wav"}.items()}


class Watching(Quiet):
    """Looks at how much can be played whenever the cut asks whether it should go on."""

    def __init__(self, screens: list[Screen]) -> None:
        super().__init__()
        self.screens = screens
        self.ready: list[int] = []

    def check(self) -> None:
        self.ready += [screen.ready for screen in self.screens]


def watched(files: dict[str, Source], folder: Path, story: Storyboard) -> tuple[Path, Screen, list[int]]:
    """A film that was cut while somebody looked: the film, what they see, and how much they could play when."""
    room = Room(folder, {clip.clip_id: files[clip.clip_id] for clip in CLIPS}, {"tone": files["tone"]})
    screens: list[Screen] = []

    def note(cut: Cutlist) -> None:
        screens.append(Screen(room.quartermaster, FILM, cutlist(cut.text())))

    watch, target = Watching(screens), folder / "film.mp4"
    work = folder / "work"
    work.mkdir()
    reel = replace(room.reel(story, container="mp4"), soon=True)
    alone = Cutting(
        room.quartermaster, MEDIA, 1
    )  # one process after the other, so that there is a time between two
    alone.film(reel, work=work, target=target, watch=watch, note=note)
    return target, screens[0], watch.ready


def played(screen: Screen, folder: Path) -> Path:
    """The opening and all parts in one file, as one player after the other reads them."""
    path = folder / "stream.mp4"
    path.write_bytes(screen.opening() + b"".join(screen.part(number) for number in range(screen.parts)))
    return path


@pytest.mark.parametrize(
    ("codec", "quality"),
    [
        (Codec.H264, Quality.DRAFT),
        (Codec.H264, Quality.HIGH),  # with frames that are decoded before earlier ones are shown
        (Codec.H265, Quality.STANDARD),
        (Codec.VP9, Quality.DRAFT),
    ],
)
def test_the_stream_is_the_film(
    files: dict[str, Source], tmp_path: Path, codec: Codec, quality: Quality
) -> None:
    story = board(CLIPS, codec=codec, audio=[TONE])
    story = replace(story, output=replace(story.output, quality=quality))
    film, screen, _ = watched(files, tmp_path, story)
    stream = played(screen, tmp_path)
    assert moments(stream) == moments(film)
    for shown, due in zip(pictures(stream), pictures(film), strict=True):
        assert np.array_equal(shown, due)
    assert np.array_equal(samples(stream), samples(film))
    assert times(stream) == sorted(times(stream))
    assert sum(screen.seconds(number) for number in range(screen.parts)) == Fraction(76, 10)


def times(path: Path) -> list[Fraction]:
    """When each packet of the picture is decoded."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        found = [packet.dts for packet in container.demux(stream)]
        return [dts * stream.time_base for dts in found if dts is not None]


def test_it_plays_before_it_is_whole_and_from_its_beginning(files: dict[str, Source], tmp_path: Path) -> None:
    _, screen, ready = watched(files, tmp_path, board(CLIPS, audio=[TONE]))
    assert any(0 < parts < screen.parts for parts in ready)
    assert ready == sorted(ready)


def test_a_stream_without_sound_has_none(files: dict[str, Source], tmp_path: Path) -> None:
    film, screen, _ = watched(files, tmp_path, board(CLIPS))
    with av.open(str(played(screen, tmp_path))) as container:
        assert not container.streams.audio
    assert moments(tmp_path / "stream.mp4") == moments(film)


def test_what_was_taken_away_is_not_there(files: dict[str, Source], tmp_path: Path) -> None:
    _, screen, _ = watched(files, tmp_path, board(CLIPS))
    key = screen.cut.entries[1].key
    screen.quartermaster.segments.forget(key)
    again = Screen(screen.quartermaster, FILM, screen.cut)
    assert (again.ready, again.has(0), again.has(1)) == (1, True, False)
    with pytest.raises(NotFound):
        again.part(1)


def test_only_a_film_whose_cut_has_begun_can_be_opened(files: dict[str, Source], tmp_path: Path) -> None:
    _, screen, _ = watched(files, tmp_path, board(CLIPS))
    screening, store = Screening(screen.quartermaster), screen.quartermaster
    job = Job(FILM, ProjectId("proj_a"), JobKind.RENDER, Purpose.PREVIEW, Lane.HIGH, "token")
    with pytest.raises(NotFound):
        screening.open(job)
    store.note_cut(job.project_id, FILM, screen.cut.text())
    assert screening.open(job).cut == screen.cut
    for other in (replace(screen.cut, container="webm").text(), b"{}", b"[", b"[1]"):
        store.note_cut(job.project_id, FILM, other)
        with pytest.raises(NotFound):
            screening.open(job)
