"""ffmpeg-python with types, and the few things FFmpeg 9 wants said differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

import ffmpeg
from ffmpeg.nodes import InputNode

Options = Mapping[str, str | None]  # None: a flag without a value


class Stream(Protocol):
    """A picture or sound on its way through the graph."""

    def filter(self, filter_name: str, *args: object, **kwargs: object) -> Stream: ...
    def split(self) -> Streams: ...
    def asplit(self) -> Streams: ...
    def __getitem__(self, selector: str) -> Stream: ...


class Streams(Protocol):
    """The outputs of a split, by number."""

    def __getitem__(self, number: int) -> Stream: ...


def opened(path: Path, name: str, options: Options) -> Stream:
    """One input file. ``name`` keeps two openings of one file apart, which ffmpeg-python would merge into one

    stream to be split; a split whose branches are read minutes apart would hold those minutes in memory.
    """
    return _input(f"file:{path}", name, {"protocol_whitelist": "file", **options})


def drawn(description: str, name: str) -> Stream:
    """One input that FFmpeg itself draws, such as a plane of colour. Never put foreign text into it."""
    return _input(description, name, {"format": "lavfi"})


def _input(filename: str, name: str, options: Options) -> Stream:
    node = InputNode("input", args=[name], kwargs={**options, "filename": filename})
    return cast(Stream, node.stream())


def joined(streams: Sequence[Stream], filter_name: str, **options: object) -> Stream:
    """A filter with several inputs."""
    return cast(Stream, ffmpeg.filter(list(streams), filter_name, **options))


def copies(stream: Stream, count: int) -> list[Stream]:
    """The same picture ``count`` times; ffmpeg-python wants each use split off by hand."""
    if count == 1:
        return [stream]
    split = stream.split()
    return [split[number] for number in range(count)]


def command_line(streams: Sequence[Stream], target: Path, options: Options) -> list[str]:
    """FFmpeg's arguments for one output, the graph among them."""
    output = ffmpeg.output(*streams, f"file:{target}", **options)
    return cast(list[str], ffmpeg.get_args(output))
