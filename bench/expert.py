"""The film as somebody who knows FFmpeg would write it by hand: one command, and nothing in it that is not needed.

Each clip is opened and decoded once. Only the frames that two clips share pass through xfade; everything else is
cut off and passed on, and one concat puts all of it in order. The clips have the film's size and rate already, so
nothing is scaled or padded. The words are drawn over the whole film where they show. It is written out apart from
``jynco.compose.spans`` and ``normalise``, so that it can also say whether those are right; typography, encoder and
sound mix are the film's own, for the comparison is of ways, not of settings.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from bench.reference import Reference
from jynco.compose import audio
from jynco.compose.command import Papers
from jynco.compose.encoder import Container, muxer_options, sound_options, video_options
from jynco.compose.graph import Output, Stream, command_line, copies, joined, opened
from jynco.compose.normalise import Frame
from jynco.compose.spans import Words
from jynco.compose.text import lettered
from jynco.compose.timeline import Timeline, lay_out
from jynco.model.media import Command
from jynco.model.storyboard import Filter, FilterKind

XFADE = {"dissolve": "fade", "wipe": "wiperight"}


def expert(what: Reference, work: Path, target: Path, threads: int) -> Command:
    """The one command, all cores in one encoder; its graph and words lie in files of the folder ``work``."""
    timeline, papers = lay_out(what.board, {}), Papers(work)
    heard = audio.tracks(what.board, timeline, what.materials, what.sounds)
    sound = audio.mixed(heard, audio.samples_at(timeline, timeline.frames))
    options = {
        **video_options(what.board.output, Container.MP4, threads),
        **muxer_options(Container.MP4, timeline.rate),
        **sound_options(Container.MP4),
        "r": str(timeline.rate),
    }
    line = command_line(Output([_picture(what, timeline, papers), sound], target, options))
    return Command(tuple(line), papers.files, timeline.frames)


def shown(command: Command) -> str:
    """The command as it could be typed, the filters of its graph a line each."""
    line = " ".join(["ffmpeg", *(shlex.quote(word) for word in command.arguments)])
    texts = [f"# {path}: {text!r}" for path, text in command.files.items()]
    return "\n".join([*texts, line.replace(";[", ";\n[")])


def _picture(what: Reference, timeline: Timeline, papers: Papers) -> Stream:
    parts = [part for position in range(len(timeline.clips)) for part in _parts(what, timeline, position)]
    streams = [*_crossed(parts)]
    film = joined(streams, "concat", n=len(streams), v=1, a=0) if len(streams) > 1 else streams[0]
    for layer in what.board.text:
        first = timeline.rate.frames(layer.start_time)
        end = timeline.rate.frames(layer.start_time + layer.duration) if layer.duration else timeline.frames
        film = lettered(film, Words(layer, first, min(end, timeline.frames)), Frame.of(timeline), papers.keep)
    return film


Part = tuple[str, Stream]  # what it crosses with; nothing: it is shown as it is


def _parts(what: Reference, timeline: Timeline, position: int) -> Iterator[Part]:
    """A clip's way in, its body and its way out; without a neighbour to cross with, the body alone."""
    clip, source = timeline.clips[position], what.sources[position]
    head, tail = timeline.head(position), timeline.tail(position)
    kinds = {seam.right: str(seam.kind) for seam in timeline.seams}
    cuts = [(kinds.get(position, ""), 0, head), ("", head, clip.frames - tail)]
    cuts.append((kinds.get(position + 1, ""), clip.frames - tail, clip.frames))
    cuts = [cut for cut in cuts if cut[2] > cut[1]]
    stream = opened(source.path, {"an": None}).part("v:0")
    for look in what.board.clips[position].effects.filters:
        stream = _looked(stream, look, timeline.height)
    for branch, (kind, first, end) in zip(copies(stream, len(cuts)), cuts, strict=True):
        yield (
            kind,
            branch.filter("trim", start_frame=first, end_frame=end).filter("setpts", expr="PTS-STARTPTS"),
        )


def _crossed(parts: list[Part]) -> Iterator[Stream]:
    """The parts in order, a way out and the way in behind it as one."""
    waiting: Stream | None = None
    for kind, stream in parts:
        if not kind:
            yield stream
        elif waiting is None:
            waiting = stream
        else:
            cross = {"transition": XFADE[kind], "duration": 0.5, "offset": 0}
            yield joined([waiting, stream], "xfade", **cross).filter("format", pix_fmts="yuv420p")
            waiting = None


def _looked(stream: Stream, look: Filter, height: int) -> Stream:
    """The three looks of the reference film, as documented: half of contrast and saturation changes nothing."""
    if look.kind is FilterKind.SHARPEN:
        side = 5 if height >= 900 else 3  # as much of the picture in a smaller one
        return stream.filter("unsharp", lx=side, ly=side, la=f"{look.intensity * 2:g}")
    return stream.filter("eq", **{str(look.kind): f"{look.intensity * 2:g}"})
