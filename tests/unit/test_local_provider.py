"""Local models without their libraries: what is said then, what a folder tells, and how clips share a studio."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from jynco.adapters.providers.local import Local, models
from jynco.adapters.providers.local.options import Options, parse
from jynco.adapters.providers.local.studio import Deserted, Order, Studio, Work, advanced
from jynco.adapters.providers.yuv import Bytes
from jynco.errors import Cancelled, GenerationFailed, RequestRejected
from jynco.model.motion import Shot
from jynco.model.storyboard import Json
from jynco.model.time import Rate

# --- what is there


@pytest.mark.skipif(find_spec("torch") is not None, reason="the libraries are installed here")
def test_without_the_libraries_it_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(RequestRejected, match="run 'make local', or choose another provider"):
        Local(tmp_path).capabilities(None)


def model_in(folder: Path, name: str, kind: str, **more: Json) -> Path:
    (folder / name / "vae").mkdir(parents=True)
    index: dict[str, Json] = {"_class_name": kind, "vae": ["diffusers", "AutoencoderKLWan"], **more}
    (folder / name / "model_index.json").write_text(json.dumps(index))
    (folder / name / "vae" / "weights.safetensors").write_bytes(bytes(5_000_000))
    return folder / name


def test_models_are_what_lies_in_the_folder(tmp_path: Path) -> None:
    for folder, words in [(None, "is not set"), (tmp_path, "has no model in it")]:
        with pytest.raises(RequestRejected, match=words):
            models.model(folder, None)
    model_in(tmp_path, "ltx", "LTXPipeline")
    assert models.model(tmp_path, None).name == "ltx"
    model_in(tmp_path, "wan", "WanPipeline")
    for name in (None, "../ltx", "sora"):
        with pytest.raises(RequestRejected, match="one of ltx, wan"):
            models.model(tmp_path, name)


def test_a_model_with_code_of_its_own_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    model_in(tmp_path, "own", "WanPipeline", transformer=["pipeline_own", "Transformer"])
    model_in(tmp_path, "other", "StableDiffusionPipeline")
    with pytest.raises(RequestRejected, match="code of its own for its transformer"):
        models.model(tmp_path, "own")
    with pytest.raises(RequestRejected, match="neither LTX nor Wan"):
        models.model(tmp_path, "other")


@pytest.mark.parametrize("place", [0, 1_000_000, 4_999_999])
def test_its_revision_follows_its_weights(tmp_path: Path, place: int) -> None:
    folder = model_in(tmp_path, "ltx", "LTXPipeline")
    before = models.model(tmp_path, "ltx").revision
    assert models.model(tmp_path, "ltx").revision == before
    weights = folder / "vae" / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[place : place + 200_000] = b"\1" * len(data[place : place + 200_000])
    weights.write_bytes(data)
    assert models.model(tmp_path, "ltx").revision != before


@pytest.mark.parametrize(
    ("kind", "more", "seconds", "kept", "made"),
    [
        ("LTXPipeline", {}, 1, 24, 25),
        ("LTXPipeline", {}, 5, 120, 121),
        ("WanPipeline", {"expand_timesteps": True}, 5, 120, 121),
        ("WanPipeline", {}, 5, 80, 81),
        ("WanPipeline", {}, 1, 16, 17),
    ],
)
def test_more_frames_are_made_than_kept(
    tmp_path: Path, kind: str, more: dict[str, Json], seconds: int, kept: int, made: int
) -> None:
    """LTX makes 8k+1, Wan 4k+1, at 24 or 16 a second."""
    model_in(tmp_path, "m", kind, **more)
    found = models.model(tmp_path, "m")
    shot = Shot("local", "m", "1", "", "", None, 24 * seconds, Rate(24), 64, 64)
    assert (found.frames(shot), found.generated(shot)) == (kept, made)


@pytest.mark.parametrize(
    "given", [{"steps": 0}, {"steps": 1.5}, {"steps": True}, {"guidance": -1}, {"guidance": "x"}, {"cfg": 1}]
)
def test_the_options_are_checked_by_name(given: dict[str, Json]) -> None:
    with pytest.raises(RequestRejected, match=str(next(iter(given)))):
        parse(given, Options(8, 1.0))
    assert parse({"guidance": 3}, Options(8, 1.0)) == Options(8, 3.0)


# --- the studio


@dataclass
class Watching:
    """A watch that a test may make say no."""

    gone: threading.Event = field(default_factory=threading.Event)
    told: list[float] = field(default_factory=list)

    def check(self) -> None:
        if self.gone.is_set():
            raise Cancelled("The job was cancelled.")

    def progress(self, fraction: float) -> None:
        self.told.append(fraction)


def order(terms: str, number: int) -> Order:
    return Order(terms, f"clip {number}", "", Path("still.png"), number)


def frames(batch: Sequence[Order]) -> list[Bytes]:
    return [np.full((1, 2, 2, 3), each.seed, np.uint8) for each in batch]


@dataclass
class Makers:
    """Work that waits for a sign, and keeps which batches came."""

    go_on: threading.Event = field(default_factory=threading.Event)
    batches: list[list[str]] = field(default_factory=list)
    equipped: int = 0

    def equip(self) -> Work:
        self.equipped += 1
        return self.work

    def work(self, batch: Sequence[Order]) -> list[Bytes]:
        self.batches.append([each.prompt for each in batch])
        while not self.go_on.wait(0.01):
            advanced(batch, 0.5)
        return frames(batch)


def beside(action: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=action)
    thread.start()
    return thread


def until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.01)


def test_clips_that_fit_go_together_and_each_gets_its_own() -> None:
    """While the first is made the others wait, and go as a batch of two, the third of other terms, and the rest."""
    makers, made = Makers(), dict[int, int]()
    studio = Studio(makers.equip, most=2)
    threads: list[threading.Thread] = []

    def run(wanted: Order) -> None:
        made[wanted.seed] = int(studio.film(wanted, Watching())[0, 0, 0, 0])

    for number, terms in enumerate("aaaba"):
        threads.append(beside(partial(run, order(terms, number))))
        until(lambda: bool(makers.batches) and len(threads) == 1 + _waiting(studio))
    makers.go_on.set()
    for thread in threads:
        thread.join(20)
    assert makers.batches == [["clip 0"], ["clip 1", "clip 2"], ["clip 3"], ["clip 4"]]
    assert made == {number: number for number in range(5)}
    assert makers.equipped == 1, "one thread, one loaded model"


def _waiting(studio: Studio) -> int:
    return len(studio._orders)


def test_who_leaves_takes_nobody_along_and_the_last_one_ends_it() -> None:
    """The second leaves before its turn has come, the first in the midst of its own."""
    makers, watches = Makers(), [Watching(), Watching()]
    studio = Studio(makers.equip, most=2)

    def run(number: int) -> None:
        with pytest.raises(Cancelled):
            studio.film(order("a", number), watches[number])

    first = beside(lambda: run(0))
    until(lambda: bool(makers.batches))
    second = beside(lambda: run(1))
    until(lambda: _waiting(studio) == 1)
    for thread, watch in [(second, watches[1]), (first, watches[0])]:
        watch.gone.set()
        thread.join(20)
    makers.go_on.set()
    assert int(studio.film(order("a", 9), Watching())[0, 0, 0, 0]) == 9
    assert makers.batches == [["clip 0"], ["clip 9"]]


def test_a_batch_goes_on_while_anybody_waits_for_it() -> None:
    batch = [order("a", 1), order("a", 2)]
    batch[0].is_gone = True
    advanced(batch, 0.5)
    batch[1].is_gone = True
    with pytest.raises(Deserted):
        advanced(batch, 0.6)


def test_what_goes_wrong_is_told_to_all_of_the_batch_and_the_next_is_made() -> None:
    broken = [True]

    def work(batch: Sequence[Order]) -> list[Bytes]:
        if broken.pop():
            raise MemoryError("no room on the card")
        return frames(batch)

    studio = Studio(lambda: work, most=2)
    broken.append(False)
    broken.reverse()
    with pytest.raises(GenerationFailed, match="no room on the card"):
        studio.film(order("a", 1), Watching())
    assert int(studio.film(order("a", 2), Watching())[0, 0, 0, 0]) == 2


def test_a_studio_where_nobody_comes_gives_its_model_back() -> None:
    makers = Makers()
    makers.go_on.set()
    studio = Studio(makers.equip, most=1, idle=0.05)
    studio.film(order("a", 1), Watching())
    until(lambda: studio._thread is None)
    studio.film(order("a", 2), Watching())
    assert makers.equipped == 2
