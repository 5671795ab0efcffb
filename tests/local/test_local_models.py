"""Real pipelines of both families, tiny and random: loaded from disk, run, cancelled, and as repeatable as promised."""

from __future__ import annotations

import hashlib
import shutil
import threading
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from jynco.adapters.providers.local import Local
from jynco.errors import Cancelled, RequestRejected
from jynco.model.motion import PollState, Shot
from jynco.model.time import Rate
from tests.local.tiny import save_wan

NAMES = ("ltx-tiny", "wan-tiny")


@dataclass(slots=True)
class Watching:
    """A watch that keeps what it was told, and ends the step after so many looks."""

    looks_left: int = 1_000_000
    told: list[float] = field(default_factory=list)

    def check(self) -> None:
        self.looks_left -= 1
        if self.looks_left < 0:
            raise Cancelled("The job was cancelled.")

    def progress(self, fraction: float) -> None:
        self.told.append(fraction)


def shot_of(local: Local, name: str, *, frames: int = 8, prompt: str = "waves", seed: int = 7) -> Shot:
    version = local.capabilities(name).model_version
    return Shot(
        "local",
        name,
        version,
        prompt,
        "",
        "0" * 64,
        frames,
        Rate(24),
        64,
        64,
        seed=seed,
        options={"steps": 2},
    )


def made(local: Local, shot: Shot, still: Path, target: Path, watch: Watching | None = None) -> str:
    """The clip's digest."""
    local.collect(shot, still, local.submit(shot, still), target, watch or Watching())
    return hashlib.sha256(target.read_bytes()).hexdigest()


def frames_of(path: Path) -> int:
    with av.open(path) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_is_made_from_the_models_on_this_disk(
    local: Local, name: str, still: Path, tmp_path: Path
) -> None:
    """Eight frames are ordered as nine, which both families can make, and cut."""
    offered = local.capabilities(name)
    assert not offered.billable
    shot, watch = shot_of(local, name), Watching()
    ticket = local.submit(shot, still)
    assert local.poll(shot, ticket).state is PollState.SUCCEEDED
    made(local, shot, still, tmp_path / "a.mp4", watch)
    assert frames_of(tmp_path / "a.mp4") == 8
    assert watch.told == sorted(watch.told)
    assert watch.told[-1] == 1.0
    with av.open(tmp_path / "a.mp4") as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (64, 64, Fraction(24))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_shot_gives_the_same_film_and_another_seed_another(
    local: Local, models: Path, name: str, still: Path, tmp_path: Path
) -> None:
    shot = shot_of(local, name)
    first = made(local, shot, still, tmp_path / "a.mp4")
    assert made(Local(models, device="cpu"), shot, still, tmp_path / "b.mp4") == first, "loaded anew"
    assert made(local, replace(shot, seed=8), still, tmp_path / "c.mp4") != first


@pytest.mark.parametrize("name", NAMES)
def test_several_clips_go_through_one_model(local: Local, name: str, still: Path, tmp_path: Path) -> None:
    """Three at once, each with words of its own; all come out, and none is another's."""
    shots = [shot_of(local, name, prompt=f"wave {number}", seed=number) for number in range(3)]
    digests: dict[int, str] = {}

    def run(number: int) -> None:
        digests[number] = made(local, shots[number], still, tmp_path / f"{number}.mp4")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(set(digests.values())) == 3


def test_a_watch_that_says_no_ends_the_steps(local: Local, still: Path, tmp_path: Path) -> None:
    endless = replace(shot_of(local, "ltx-tiny"), options={"steps": 200}, width=256, height=256, frames=48)
    with pytest.raises(Cancelled):
        made(local, endless, still, tmp_path / "a.mp4", Watching(looks_left=1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["still.png"]
    assert made(local, shot_of(local, "ltx-tiny"), still, tmp_path / "b.mp4"), "the next one is made"


def test_other_weights_are_another_version(tmp_path: Path) -> None:
    save_wan(tmp_path / "wan")
    first = Local(tmp_path, device="cpu").capabilities("wan").model_version
    shutil.rmtree(tmp_path / "wan")
    save_wan(tmp_path / "wan", seed=1)
    assert Local(tmp_path, device="cpu").capabilities("wan").model_version != first


def test_a_model_that_was_changed_after_the_plan_makes_nothing(
    models: Path, still: Path, tmp_path: Path
) -> None:
    local = Local(models, device="cpu")
    shot = replace(shot_of(local, "ltx-tiny"), model_version="earlier")
    with pytest.raises(RequestRejected, match="plan it again"):
        local.submit(shot, still)


def test_weights_that_could_carry_code_are_not_loaded(models: Path, still: Path, tmp_path: Path) -> None:
    """A pickle where safetensors were: refused, with the mend."""
    shutil.copytree(models / "wan-tiny", tmp_path / "models" / "wan")
    weights = next((tmp_path / "models" / "wan" / "transformer").glob("*.safetensors"))
    weights.rename(weights.with_suffix(".bin"))
    local = Local(tmp_path / "models", device="cpu")
    with pytest.raises(RequestRejected, match="cannot be loaded"):
        made(local, shot_of(local, "wan"), still, tmp_path / "a.mp4")
