"""The table: each row a way to a film, held against another row of the same round; medians over the rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from bench.meter import Cost, medians
from bench.room import Sample

Round = Mapping[str, Sample]  # every way once, side by side


@dataclass(frozen=True, slots=True)
class Aim:
    """What a row is held against, and the ratio it should reach: below it, or above where ``faster``."""

    base: str
    faster: bool = False  # how many times faster than the base, not how many times its cost
    goal: float | None = None
    memory: float | None = None  # the ratio of memory that it should stay under


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Ratios are medians of the rounds' own ratios, so that a slow minute hits both sides."""

    name: str
    cost: Cost
    encoded: int
    segments: int
    wall: float
    cpu: float
    memory: float
    aim: Aim


def rows(rounds: Sequence[Round], aims: Mapping[str, Aim]) -> list[Row]:
    """A row for everything that some round has done."""
    return [_row(name, rounds, aim) for name, aim in aims.items() if any(name in each for each in rounds)]


def table(found: Sequence[Row]) -> str:
    """The rows for people."""
    head = f"{'':26}{'encoded':>9}{'wall':>10}{'CPU':>10}{'memory':>9}  ratios"
    return "\n".join([head, *map(_line, found)])


def as_json(found: Sequence[Row]) -> list[dict[str, object]]:
    """The rows for programs."""
    return [asdict(row) for row in found]


def _row(name: str, rounds: Sequence[Round], aim: Aim) -> Row:
    pairs = [(each[name], each[aim.base]) for each in rounds if name in each and aim.base in each]
    own = [each[name] for each in rounds if name in each]

    def ratio(figure: str) -> float:
        found = [
            _over(getattr(mine.cost, figure), getattr(base.cost, figure), aim.faster) for mine, base in pairs
        ]
        return median(found) if found else float("nan")

    cost = medians([sample.cost for sample in own])
    wall, cpu, memory = ratio("wall"), ratio("cpu"), ratio("memory")
    return Row(name, cost, own[0].encoded, own[0].segments, wall, cpu, memory, aim)


def _over(mine: float, base: float, faster: bool) -> float:
    above, below = (base, mine) if faster else (mine, base)
    return above / below if below else float("nan")


def _line(row: Row) -> str:
    parts = f"{row.encoded}/{row.segments}" if row.segments else ""
    figures = f"{row.cost.wall:8.2f} s{row.cost.cpu:8.2f} s{row.cost.memory:6.0f} MB"
    return f"{row.name:26}{parts:>9}{figures}  {_ratios(row)}".rstrip()


def verdict(ratio: float, goal: float, faster: bool) -> str:
    """A goal, and whether it is reached."""
    reached = ratio >= goal if faster else ratio <= goal
    return f" (goal {'>=' if faster else '<='} {goal:g}: {'pass' if reached else 'FAIL'})"


def _ratios(row: Row) -> str:
    if row.name == row.aim.base:
        return "1"
    aim = row.aim
    goal = verdict(row.wall, aim.goal, aim.faster) if aim.goal else ""
    if aim.faster:
        cpu = f", {row.cpu:.1f}x less CPU" if row.cost.cpu else ""
        return f"{row.wall:.1f}x faster{goal}{cpu}, against {aim.base}"
    small = verdict(row.memory, aim.memory, faster=False) if aim.memory else ""
    memory = f", {row.memory:.2f}x memory{small}" if row.cost.memory else ""
    return f"{row.wall:.2f}x wall{goal}, {row.cpu:.2f}x CPU{memory}, against {aim.base}"
