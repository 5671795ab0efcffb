"""Which files a command has to do with: FFmpeg is given these and none else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from jynco.compose.typography import FOLDER
from jynco.model.media import Command

PLACES: Final = ("file:", "/")
GRAPHS: Final = {"-filter_complex", "-vf", "-af"}
_FILTER: Final = re.compile(r"(?<=[=,;\]])\w+=((?:\\.|[^\\,;\[\]])*)|^\w+=((?:\\.|[^\\,;\[\]])*)", re.DOTALL)
_OPTION: Final = re.compile(r"(?:^|:)(?:(\w+)=)?((?:\\.|[^\\:])*)", re.DOTALL)
_NAMES: Final = {"file", "textfile", "filename"}  # always files, whether they are there yet or not
_PLACE: Final = re.compile(r"[=:]'?/|file(?:name)?=")
LONGEST: Final = 4_000  # letters of a path
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reach:
    """Files and folders that may be read, and folders in which files may be written."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]


def reach(command: Command) -> Reach:
    """What is given to ``-i`` and what filters name is read; every other file is written, into its folder.

    A package's filters may call their files what they like, or name them by their place alone, so whatever in a filter
    is the path of something that exists counts. Documents put none there: their words are in files of their own.
    """
    words, papers = command.arguments, {str(path) for path in command.files}
    inputs = [after for flag, after in pairwise(words) if flag == "-i"]
    opened = {each for each in inputs if each.startswith(PLACES)}
    written = {word for word in words if word.startswith(PLACES)} - opened - papers
    drawn = (each for each in inputs if each not in opened)
    named = {name for graph in (*_graphs(command), *drawn) for name in _files(graph)}
    reads = {*(_plain(word) for word in opened), *named, *papers, str(FOLDER)}
    writes = {str(Path(_plain(word)).parent) for word in written}
    return Reach(tuple(sorted(reads)), tuple(sorted(writes)))


def _plain(word: str) -> str:
    return word.removeprefix(PLACES[0])


def _graphs(command: Command) -> Iterator[str]:
    """Graphs alone, for people's words stand in the other files."""
    for flag, after in pairwise(command.arguments):
        if flag in GRAPHS:
            yield after
        elif flag == "-/filter_complex":
            yield command.files.get(Path(after), "")


def _files(graph: str) -> Iterator[str]:
    """The paths in a filter graph, which is escaped twice: as a graph, and as a filter's options."""
    if _PLACE.search(graph) is None:
        return
    for found in _FILTER.finditer(graph):
        options = _ESCAPED.sub(r"\1", found[1] or found[2] or "")
        for name, value in _OPTION.findall(options):
            path = _ESCAPED.sub(r"\1", value.strip("'") if value.startswith("'") else value)
            if name in _NAMES or _there(path):
                yield path


def _there(value: str) -> bool:
    """Whether an option is a path of something; the root is none, for it would be everything."""
    if not value.startswith("/") or "\0" in value or len(value) > LONGEST:
        return False
    place = Path(value)
    return place.exists() and place.resolve() != Path("/")
