"""What the cut costs against one expert FFmpeg command: ``.venv/bin/python -m bench.cut [--quick] [--json FILE]``.

The same storyboard, sources and output settings, in one run: the whole film as one command (all cores), then from
segments with an empty shelf, then after one edit each with a full one. Medians. On a shared machine only the ratios
of CPU time mean something.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from bench.meter import Cost, machine, medians, metered
from bench.reference import Quiet, Reference, reference
from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.media.stills import Stills
from jynco.adapters.storage.local import LocalStorage
from jynco.agents.cutting import Cutting, Reel
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.command import film
from jynco.compose.encoder import Container
from jynco.compose.preview import preview
from jynco.compose.timeline import lay_out
from jynco.model.storyboard import Storyboard, TransitionKind

MEDIA = FFmpeg()
Edit = Callable[[Reference], Reference]


class Room:
    """A shelf, and the films cut from it."""

    def __init__(self, folder: Path, cores: int) -> None:
        self.folder = folder
        self.storage = LocalStorage(folder)
        self.cutting = Cutting(Quartermaster(self.storage, MEDIA, Stills()), MEDIA, cores)

    def cut(self, what: Reference) -> tuple[Cost, int, int]:
        """The cost, the segments that were encoded, and all there are."""
        with metered() as cost, self.storage.scratch() as work:
            survey = self.cutting.film(reel(what), work=work, target=work / "film.mp4", watch=Quiet())
        return cost, len(survey.encode), survey.segments

    def keys(self) -> set[str]:
        return set(self.storage.keys("cache"))

    def again(self, what: Reference, runs: int) -> tuple[Cost, int, int]:
        """The same edit several times; what it encoded is forgotten each time."""
        before, costs = self.keys(), []
        for _ in range(runs):
            cost, encoded, segments = self.cut(what)
            costs.append(cost)
            for key in self.keys() - before:
                self.storage.delete(key)
        return medians(costs), encoded, segments


def reel(what: Reference) -> Reel:
    return Reel(what.board, lay_out(what.board, {}), what.materials, what.sounds, Container.MP4)


def single(what: Reference, folder: Path, cores: int) -> Cost:
    """The whole film as one command."""
    target = folder / "single.mp4"
    timeline = lay_out(what.board, {})
    options = {"work": folder, "target": target, "container": "mp4"}
    with metered() as cost:
        command = film(what.board, timeline, what.materials, what.sounds, threads=cores, **options)  # type: ignore[arg-type]
        MEDIA.run(command, Quiet(), timeout=3600)
    return cost


def small(what: Reference) -> Reference:
    return replace(what, board=preview(what.board))


def _later(board: Storyboard) -> int:
    """A clip that goes into the next without a transition, behind all words: those do not move with the clips."""
    return 4 if len(board.clips) > 6 else 1


def _leaving(board: Storyboard, place: int, kind: TransitionKind) -> Storyboard:
    clip = board.clips[place]
    changed = replace(clip, effects=replace(clip.effects, leave=kind))
    return replace(board, clips=(*board.clips[:place], changed, *board.clips[place + 1 :]))


def volume(what: Reference) -> Reference:
    return replace(what, board=replace(what.board, audio=(replace(what.board.audio[0], volume=0.5),)))


def clip(what: Reference) -> Reference:
    """Another film in the second clip's place."""
    sources = (what.sources[0], what.sources[-1], *what.sources[2:])
    return replace(what, sources=sources)


def text(what: Reference) -> Reference:
    words = (what.board.text[0], replace(what.board.text[1], content="it's 60% off"))
    return replace(what, board=replace(what.board, text=words))


def swap(what: Reference) -> Reference:
    """Two neighbours change places; each takes its film and its transition along."""
    first = _later(what.board) + 1 if len(what.board.clips) > 6 else 1
    order = [*range(first), first + 1, first, *range(first + 2, len(what.board.clips))]
    clips = tuple(what.board.clips[number] for number in order)
    sources = tuple(what.sources[number] for number in order)
    return replace(what, board=replace(what.board, clips=clips), sources=(*sources, what.sources[-1]))


def wiped(what: Reference) -> Reference:
    return replace(what, board=_leaving(what.board, 0, TransitionKind.WIPE))


def dissolved(what: Reference) -> Reference:
    place = _later(what.board)
    return replace(what, board=_leaving(what.board, place, TransitionKind.DISSOLVE))


EDITS: dict[str, Edit] = {
    "nothing": lambda what: what,
    "volume": volume,
    "transition's kind": wiped,
    "cut becomes dissolve": dissolved,
    "one clip": clip,
    "one text": text,
    "two clips swapped": swap,
}


def measured(what: Reference, folder: Path, runs: int, cores: int) -> dict[str, dict[str, float]]:
    """All rows of the table, by name."""
    rows: dict[str, dict[str, float]] = {}
    whole = medians([single(what, folder, cores) for _ in range(runs)])
    _add(rows, "single command", whole, 0, 0)
    cold = [Room(folder / f"cold{number}", cores).cut(what) for number in range(runs)]
    _add(rows, "segments, cold", medians([cost for cost, _, _ in cold]), *cold[0][1:])
    room = Room(folder / "cold0", cores)
    room.cut(what)  # fingerprints are known in a warm process
    for name, edit in EDITS.items():
        _add(rows, name, *room.again(edit(what), runs))
    _add(rows, "preview, cold", *room.again(small(what), 1))
    room.cut(small(what))
    _add(rows, "preview, one clip", *room.again(clip(small(what)), runs))
    return rows


def _add(rows: dict[str, dict[str, float]], name: str, cost: Cost, encoded: int, segments: int) -> None:
    rows[name] = {
        **asdict(cost),
        "encoded": encoded,
        "segments": segments,
    }  # the first row is what all are held to
    print(_line(name, rows[name], rows["single command"]), flush=True)


def _line(name: str, row: dict[str, float], whole: dict[str, float]) -> str:
    parts = f"{row['encoded']:.0f} of {row['segments']:.0f}"
    faster = f"{whole['wall'] / row['wall']:8.2f}x {whole['cpu'] / row['cpu']:8.2f}x"
    return f"{name:22} {parts:>9} {row['wall']:8.2f} s {row['cpu']:8.2f} s {row['memory']:7.0f} MB {faster}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four clips of two seconds at 640x360, once")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--clips", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--json", type=Path, default=None)
    asked = parser.parse_args()
    size, clips, seconds = ((640, 360), 4, 2) if asked.quick else ((1920, 1080), asked.clips, 5)
    with tempfile.TemporaryDirectory() as name:
        what = reference(Path(name), size, clips, seconds, asked.seed)
        before = machine()
        print(f"{lay_out(what.board, {}).frames} frames of {size[0]}x{size[1]}; {before}")
        print(f"{'':22} {'encoded':>9} {'wall':>10} {'CPU':>10} {'memory':>10} {'faster':>9} {'less CPU':>9}")
        rows = measured(what, Path(name), 1 if asked.quick else asked.runs, asked.cores)
    if asked.json:
        found = {"machine": before, "load_after": machine()["load"], "rows": rows}
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
