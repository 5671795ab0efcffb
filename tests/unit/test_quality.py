"""The gate between what a vendor delivers and the cache: what it refuses, with the reason, and what it lets in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.providers.mock import Mock
from jynco.agents.motion.quality import described, refusal
from jynco.errors import MediaFailed
from jynco.model.media import Look, MediaInfo
from jynco.model.motion import Capabilities, Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Purpose
from jynco.model.time import Rate
from jynco.ports import Watch
from tests.integration.film_kit import ffmpeg
from tests.unit.agents_kit import Shop, clip, code

SHOT = Shot("v", "m", "1", "the waves roll in", "", None, 48, Rate(24), 1280, 720)
ANY = Capabilities("v", "m", "1")
SHAPED = replace(ANY, sizes=((1280, 720),))
CAMERA = replace(ANY, shows_the_picture=True)


def look(
    size: tuple[int, int] = (1280, 720),
    frames: int = 48,
    rate: int = 24,
    brightest: float = 0.8,
    change: float | None = 0.3,
    pixel: Fraction = Fraction(1),
) -> Look:
    info = MediaInfo("mov", Fraction(frames, rate), *size, Fraction(rate), frames, pixel_aspect=pixel)
    return Look(info, brightest, change)


GOOD = [
    look(),
    look((640, 360)),  # another size is normalised
    look(frames=60, rate=30),  # and so is another rate
    look(frames=43),  # 1.79 s of 2 s
    look(frames=400),
    look((1584, 880)),
    look((640, 480), pixel=Fraction(4, 3)),
    look(change=None),
    look(brightest=0.1),
]


@pytest.mark.parametrize("seen", GOOD)
def test_a_clip_is_let_in(seen: Look) -> None:
    assert refusal(SHOT, seen, SHAPED) is None


BAD = [
    (look(frames=40), "is only 1.67 s long, and 2.00 s were ordered"),
    (look((720, 1280)), "is 720x1280, not of the shape 1280x720"),
    (look((960, 720)), "is 960x720, not of the shape 1280x720"),
    (look(brightest=0.04), "is black: its lightest pixel has 4% of full light"),
    (look(change=0.004), "does not move: no pixel changes by more than 0.4% of full light"),
]


@pytest.mark.parametrize(("seen", "why"), BAD)
def test_what_is_no_clip_is_refused_with_what_was_measured(seen: Look, why: str) -> None:
    assert refusal(SHOT, seen, SHAPED) == why


@pytest.mark.parametrize(
    "prompt",
    [
        "hold still",
        "a static shot",
        "Frozen lake, no camera movement",
        "freeze frame",
        "The camera stays perfectly still",
    ],
)
def test_a_clip_that_was_to_be_still_may_be(prompt: str) -> None:
    assert refusal(replace(SHOT, prompt=prompt), look(change=0.0), SHAPED) is None
    assert refusal(replace(SHOT, prompt=prompt), look(brightest=0.0), SHAPED) is not None


@pytest.mark.parametrize(
    "prompt",
    [
        "a woman holds a lantern and walks",
        "a still sky over the sea, clouds pass",
        "static electricity",
        "a frozen lake cracks open",
        "she still walks",
    ],
)
def test_words_that_only_sound_like_stillness_ask_for_movement(prompt: str) -> None:
    assert "does not move" in (refusal(replace(SHOT, prompt=prompt), look(change=0.0), SHAPED) or "")


def test_a_model_that_shapes_its_film_like_the_picture_may_choose_the_shape() -> None:
    assert refusal(SHOT, look((960, 720)), ANY) is None


def test_what_only_shows_the_picture_may_be_as_dark_and_still_as_that() -> None:
    assert refusal(SHOT, look(brightest=0.0, change=0.0), CAMERA) is None
    assert refusal(SHOT, look(frames=10), CAMERA) is not None


def test_what_came_is_said_in_words() -> None:
    assert described(look(frames=121)) == "1280x720, 24 fps, 121 frames, 5.04 s"


# --- real films ----------------------------------------------------------------------------------------

SOURCES = {
    "moves": "testsrc2=s=320x180:r=24:d=2",
    "black": "color=black:s=320x180:r=24:d=2",
    "still": "color=teal:s=320x180:r=24:d=2,drawgrid=w=40:h=40:color=white",
    "tall": "testsrc2=s=180x320:r=24:d=2",
    "short": "testsrc2=s=320x180:r=24:d=0.1",
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    found = {name: folder / f"{name}.mp4" for name in SOURCES}
    for name, path in found.items():
        ffmpeg("-f", "lavfi", "-i", SOURCES[name], "-pix_fmt", "yuv420p", path)
    return found


def test_a_film_is_measured_in_one_pass(films: dict[str, Path]) -> None:
    media = FFmpeg()
    moves, black, still = (media.look(films[name]) for name in ("moves", "black", "still"))
    assert moves.info == media.verify(films["moves"])
    assert moves.brightest > 0.7
    assert moves.change is not None
    assert moves.change > 0.2
    assert black.brightest < 0.02
    assert still.change is not None
    assert still.change < 0.02 < still.brightest


def test_half_a_film_is_no_film(films: dict[str, Path], tmp_path: Path) -> None:
    whole, half = films["moves"], tmp_path / "half.mp4"
    ffmpeg("-i", whole, "-c", "copy", "-movflags", "+faststart", half)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    with pytest.raises(MediaFailed):
        FFmpeg().look(half)


class Delivering(Mock):
    """A vendor that delivers this very film, whatever was ordered in its shape."""

    film: Path

    def capabilities(self, model: str | None) -> Capabilities:
        return replace(super().capabilities(model), sizes=((96, 54),))

    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None:
        shutil.copy(self.film, target)


@pytest.mark.parametrize("name", SOURCES)
def test_what_fails_the_gate_never_enters_the_cache_and_stays_on_the_bill(
    films: dict[str, Path], tmp_path: Path, name: str
) -> None:
    shop = Shop(tmp_path)
    vendor = Delivering(shop.clock, folder=shop.folder / "mock", billable=True)
    vendor.film = films[name]
    shop.providers["mock"] = vendor
    shop.project(clip("a"))
    job = shop.work(shop.start(Wishes(Purpose.CLIPS)).clips[0])
    (row,) = shop.attempts()
    assert row.actual_usd is not None
    if name == "moves":
        assert job.state is JobState.COMPLETED
        assert row.details["delivered"] == "320x180, 24 fps, 48 frames, 2.00 s"
        return
    assert (code(job), row.error_code) == ("quality", "quality")
    assert list(shop.storage.keys("cache/")) == []
    assert job.failure is not None
    said = {"black": "is black", "still": "does not move", "tall": "180x320", "short": "only 0.12 s"}
    assert said[name] in job.failure.message


def test_the_camera_passes_even_where_nothing_is_to_be_seen(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.project(clip("a", "hold still", provider="camera"), clip("b", "pan left", provider="camera"))
    shop.picture("images/sea.png", "black")
    for job in shop.start(Wishes(Purpose.CLIPS)).clips:
        assert shop.work(job).state is JobState.COMPLETED
