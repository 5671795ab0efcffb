"""Where films are cut and metered: a shelf of segments, and what each cut of a film cost."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Queue

from imageio_ffmpeg import get_ffmpeg_exe

from bench.meter import Cost, metered
from bench.reference import Quiet, Reference
from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.media.stills import Stills
from jynco.adapters.storage.local import LocalStorage
from jynco.agents.cutting import Cutting, Note, Reel
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.screening import Screen
from jynco.compose.cutlist import Cutlist
from jynco.compose.encoder import Container
from jynco.compose.timeline import lay_out
from jynco.model.ids import JobId
from jynco.model.media import Command

MEDIA = FFmpeg()
LONGEST = 3600.0  # seconds of one command
LOOK = 0.002  # seconds between two looks of a player
JOB = JobId("job_render_bench")


@dataclass(frozen=True, slots=True)
class Sample:
    """One way to a film, once: what it cost, and how many of how many segments had to be encoded."""

    cost: Cost
    encoded: int = 0
    segments: int = 0


def timed(work: Callable[[], object]) -> Sample:
    """The cost of anything."""
    with metered() as cost:
        work()
    return Sample(cost)


def ran(command: Callable[[], Command]) -> Sample:
    """The cost of composing a command and running it."""
    return timed(lambda: MEDIA.run(command(), Quiet(), timeout=LONGEST))


def typed(command: Callable[[], Command]) -> Sample:
    """The cost of a command as somebody would type it: without what Jynco does for its own processes."""
    return timed(lambda: _typed(command()))


def _typed(command: Command) -> None:
    for path, text in command.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    line = [get_ffmpeg_exe(), "-nostdin", "-y", "-loglevel", "error", *command.arguments]
    subprocess.run(line, check=True, timeout=LONGEST)


def reel(what: Reference) -> Reel:
    timeline = lay_out(what.board, {})
    return Reel(what.board, timeline, what.materials, what.sounds, Container.MP4, soon=what.soon)


class Room:
    """A shelf, and the films cut from it."""

    def __init__(self, folder: Path, cores: int) -> None:
        self.folder = folder
        self.storage = LocalStorage(folder)
        self.quartermaster = Quartermaster(self.storage, MEDIA, Stills())
        self.cutting = Cutting(self.quartermaster, MEDIA, cores)

    def cut(self, what: Reference, target: Path | None = None, note: Note | None = None) -> Sample:
        """The film, once; into the file ``target`` where somebody wants to look at it."""
        with metered() as cost, self.storage.scratch() as work:
            place, alone = (
                target or work / "film.mp4",
                lambda _: 1,
            )  # as a worker beside whom no other has time
            survey = self.cutting.film(
                self._quick(what), work=work, target=place, watch=Quiet(), note=note, workers=alone
            )
        return Sample(cost, len(survey.encode), survey.segments)

    def watched(self, what: Reference) -> tuple[Sample, Sample]:
        """The film, once, as a player follows it: its cost, and the wall clock until its first second could play."""
        begun: Queue[Cutlist] = Queue()
        with ThreadPoolExecutor(1) as pool:
            start = time.perf_counter()
            making = pool.submit(self.cut, what, None, begun.put)
            _until_it_plays(Screen(self.quartermaster, JOB, begun.get(timeout=LONGEST)), making)
            playable = time.perf_counter() - start
            return making.result(), Sample(Cost(playable))

    def tried(self, what: Reference) -> Sample:
        """The film, once; what had to be encoded for it is forgotten again."""
        before = self._keys()
        sample = self.cut(what)
        for key in self._keys() - before:
            self.storage.delete(key)
        return sample

    def prepared(self, what: Reference) -> Sample:
        """The proxies of all sources, the spare one's too; they are made as soon as a clip is."""
        with metered() as cost:
            for source in what.sources:
                self.quartermaster.proxies.prepare(source, what.board.output)
        return Sample(cost)

    def _quick(self, what: Reference) -> Reel:
        """As the render agent cuts it: a preview from proxies."""
        roll = reel(what)
        if not roll.soon:
            return roll
        proxies = self.quartermaster.proxies.cast(roll.materials, roll.storyboard.output)
        return replace(roll, proxies=proxies)

    def _keys(self) -> set[str]:
        return set(self.storage.keys("cache"))


def _until_it_plays(screen: Screen, making: Future[Sample]) -> None:
    """Returns when the parts of the first second were read, as the API sends them."""
    while sum(map(screen.seconds, range(screen.ready))) < 1:
        if making.done():
            making.result()  # what ended it
            break
        time.sleep(LOOK)
    screen.opening()
    for number in range(screen.ready):
        screen.part(number)
