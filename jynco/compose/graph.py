"""ffmpeg-python with types, and the few things FFmpeg 9 wants said differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import ffmpeg
from ffmpeg.nodes import FilterNode, InputNode, Node

Options = Mapping[str, str | None]  # None: a flag without a value


class Stream:
    """A picture or sound on its way through the graph: one output of one node."""

    def __init__(self, node: Node, output: int | None = None, selector: str | None = None) -> None:
        self._spec = node.stream(label=output, selector=selector)
        self._gate: str | None = None

    def only(self, gate: str | None) -> Stream:
        """The same, but filters put behind it work only on frames for which ``gate`` holds; None: on all."""
        gated = copy(self)
        gated._gate = gate
        return gated

    def filter(self, filter_name: str, **options: object) -> Stream:
        """The stream behind one more filter."""
        return joined([self], filter_name, **options)

    def part(self, selector: str) -> Stream:
        """Some of an input, such as ``a:0``, its first sound."""
        return Stream(self._spec.node, selector=selector)


class _Input(InputNode):  # type: ignore[misc]
    """An input that equals only itself.

    ffmpeg-python takes equal nodes for one, which would have to be split; a split whose branches are read
    minutes apart holds those minutes in memory. Comparing whole graphs is slow, too.
    """

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class _Filter(FilterNode):  # type: ignore[misc]
    """A filter that equals only itself."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


def opened(path: Path, options: Options) -> Stream:
    """One input file, which may name no other."""
    return _input(f"file:{path}", {"protocol_whitelist": "file", **options})


def drawn(description: str) -> Stream:
    """One input that FFmpeg itself draws, such as a plane of colour. Never put foreign text into it."""
    return _input(description, {"format": "lavfi"})


def _input(filename: str, options: Options) -> Stream:
    return Stream(_Input("input", kwargs={**options, "filename": filename}))


def joined(streams: Sequence[Stream], filter_name: str, **options: object) -> Stream:
    """A filter with several inputs."""
    specs, gate = [stream._spec for stream in streams], streams[0]._gate
    gated = options if gate is None else {**options, "enable": gate}
    return Stream(_Filter(specs, filter_name, max_inputs=None, kwargs=gated)).only(gate)


def copies(stream: Stream, count: int, filter_name: str = "split") -> list[Stream]:
    """The same picture ``count`` times (``asplit``: the same sound); ffmpeg-python wants each use split off."""
    if count == 1:
        return [stream]
    split = _Filter(stream._spec, filter_name)
    return [Stream(split, number) for number in range(count)]


@dataclass(frozen=True, slots=True)
class Output:
    """One file that a process writes: its streams, and how they are encoded and packed."""

    streams: Sequence[Stream]
    target: Path
    options: Options


def command_line(*outputs: Output) -> list[str]:
    """FFmpeg's arguments for one process, its one graph among them."""
    nodes = [
        ffmpeg.output(*(stream._spec for stream in output.streams), f"file:{output.target}", **output.options)
        for output in outputs
    ]
    return cast(list[str], ffmpeg.get_args(ffmpeg.merge_outputs(*nodes) if len(nodes) > 1 else nodes[0]))
