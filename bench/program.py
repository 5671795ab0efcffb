"""``jynco bench``: runs one of the benchmarks, keeps what it found as JSON and as a picture, and says where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from bench import film, plot, queues, reads, scale, submits
from bench.asked import Asked
from bench.meter import machine

JSON = dict[str, object]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: for people, for programs, and every reason why it must not stay so."""

    text: str
    json: JSON
    faults: list[str]


Bench = Callable[[Asked, Path], tuple[str, JSON, list[str]]]


def run(what: str, asked: Asked) -> Report:
    """One benchmark, or ``all``. Writes ``<what>.json`` and ``<what>.png`` into ``asked.out``."""
    names = list(BENCHES) if what == "all" else [what]
    before, texts, found, faults = machine(), [], {}, []
    asked.out.mkdir(parents=True, exist_ok=True)
    for name in names:
        text, json, wrong = BENCHES[name](asked, asked.out / f"{name}.png")
        kept = {"machine": before, "loadAfter": machine()["load"], **json}
        (asked.out / f"{name}.json").write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2))
        texts += [text, f"Kept in {asked.out / name}.json and .png"]
        found[name] = json
        faults += wrong
    busy = ", ".join(f"{key} {value}" for key, value in before.items())
    return Report("\n".join([f"Measured on: {busy}", *texts]), {"machine": before, **found}, faults)


def _film(asked: Asked, picture: Path) -> tuple[str, JSON, list[str]]:
    found = film.measured(asked)
    walls = {row.name: row.cost.wall for row in found.rows}
    plot.bars(f"{found.frames} frames of {asked.size[0]}x{asked.size[1]}: wall clock", walls, "s", picture)
    return found.text, found.json, found.exact.faults


def _queues(asked: Asked, picture: Path) -> tuple[str, JSON, list[str]]:
    found = queues.measured(asked)
    waits = {"empty queues": found.empty * 1000, f"behind {found.batch:,} jobs": found.behind * 1000}
    plot.bars("Until a preview begins", waits, "ms", picture)
    starved = [] if found.low_done == queues.LOW else ["clips in the low lane did not get their turn"]
    return found.text, asdict(found), starved


def _scale(asked: Asked, picture: Path) -> tuple[str, JSON, list[str]]:
    found = scale.measured(asked)
    plot.curves("Cost of a clip, by how many there are", found.points, "ms", picture)
    return found.text, asdict(found), []


def _reads(asked: Asked, picture: Path) -> tuple[str, JSON, list[str]]:
    found = reads.measured(asked)
    plot.bars("Reads a second", {each.what: each.rate for each in found}, "/s", picture)
    failed = [f"{each.failures} reads failed ({each.what})" for each in found if each.failures]
    return "\n".join(each.text for each in found), {"reads": [asdict(each) for each in found]}, failed


def _submits(asked: Asked, picture: Path) -> tuple[str, JSON, list[str]]:
    found = submits.measured(asked)
    plot.bars(
        "Projects submitted a second", {each.what: each.asked / each.seconds for each in found}, "/s", picture
    )
    kept = [f"{each.refused} were refused and {each.lost} lost ({each.what})" for each in found]
    wrong = [words for words, each in zip(kept, found, strict=True) if each.refused or each.lost]
    return "\n".join(each.text for each in found), {"submits": [asdict(each) for each in found]}, wrong


BENCHES: Mapping[str, Bench] = {
    "film": _film,
    "queues": _queues,
    "scale": _scale,
    "reads": _reads,
    "submits": _submits,
}
