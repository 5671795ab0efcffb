"""The whole film as one FFmpeg process: one graph, one output, every path final."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from jynco.compose import audio
from jynco.compose.cuts import cut
from jynco.compose.encoder import container_for, muxer_options, sound_options, video_options
from jynco.compose.graph import Output, Stream, command_line
from jynco.compose.picture import Room, picture
from jynco.compose.sources import Material, Source
from jynco.compose.spans import Span, tile
from jynco.compose.timeline import Timeline
from jynco.model.ids import ClipId
from jynco.model.media import Command
from jynco.model.storyboard import Storyboard

METADATA_KEY = "jynco_storyboard"  # in webm players show it in capitals


@dataclass(frozen=True, slots=True)
class Papers:
    """The small files beside a command, and what they will be called. Equal texts share one file."""

    work: Path
    files: dict[Path, str] = field(default_factory=dict)

    def keep(self, text: str, name: str = "text") -> Path:
        """Plans a file with ``text`` and says where it will be."""
        path = self.work / f"{name}-{sha256(text.encode()).hexdigest()[:12]}.txt"
        self.files[path] = text
        return path


def film(
    storyboard: Storyboard,
    timeline: Timeline,
    materials: Mapping[ClipId, Material],
    sounds: Mapping[str, Source],
    *,
    work: Path,
    target: Path,
    container: str | None = None,
    threads: int = 2,
    document: str | None = None,
    files: Mapping[str, Source] | None = None,
) -> Command:
    """One process for the whole film; ``target`` is overwritten, ``work`` is a folder for its small files.

    ``sounds`` is by the layers' sourceFile, ``files`` (pictures laid over it, colour tables) by their paths in the
    document. ``document`` is the storyboard's JSON, to be carried in the film.
    UsageWrong where codec and container do not go together.
    """
    kind = container_for(storyboard.output.codec, container)
    papers = Papers(work)
    room = Room(storyboard, timeline, materials, papers.keep, files or {})
    heard = audio.tracks(storyboard, timeline, materials, sounds)
    streams: list[Stream] = [picture(tile(storyboard, timeline), room)]
    options = video_options(storyboard.output, kind, threads) | muxer_options(kind, timeline.rate)
    if heard:
        streams.append(audio.mixed(heard, audio.samples_at(timeline, timeline.frames)))
        options |= sound_options(kind, storyboard.output.quality)
    options |= {
        "frames:v": str(timeline.frames),
        "r": str(timeline.rate),
        "fps_mode": "cfr",
        "map_chapters": "-1",
        **_keyed(cut(storyboard, timeline), timeline),
    }
    arguments = filed(command_line(Output(streams, target, options)), papers)
    described = papers.keep(metadata(storyboard, document), "metadata")
    return Command(_described(arguments, described), papers.files, timeline.frames)


def _keyed(spans: Sequence[Span], timeline: Timeline) -> dict[str, str]:
    """A keyframe wherever the cut begins a segment, so that both films are coded in the same groups."""
    quarter = timeline.rate.seconds(1) / 4  # a moment before, as FFmpeg takes the next frame
    moments = [f"{float(timeline.rate.seconds(span.start) - quarter):.6f}" for span in spans[1:]]
    return {"force_key_frames": ",".join(moments)} if moments else {}


def about(storyboard: Storyboard, document: str | None) -> dict[str, str]:
    """What the film says of itself."""
    pairs = {"title": storyboard.title, METADATA_KEY: document}
    return {key: value.replace("\0", "") for key, value in pairs.items() if value}


def metadata(storyboard: Storyboard, document: str | None) -> str:
    """The same as a file: a command line has no room for a storyboard."""
    pairs = about(storyboard, document)
    lines = [f"{_escaped(key)}={_escaped(value)}" for key, value in pairs.items()]
    return "\n".join([";FFMETADATA1", *lines, ""])


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "=;#\\\n" else letter for letter in text)


def filed(arguments: Sequence[str], papers: Papers) -> tuple[str, ...]:
    """The arguments with their graph in a file: a command line has no room for a long film's."""
    place = arguments.index("-filter_complex")
    written = papers.keep(arguments[place + 1].replace("];[", "];\n["), "graph")
    return (*arguments[:place], "-/filter_complex", str(written), *arguments[place + 2 :])


def _described(arguments: tuple[str, ...], described: Path) -> tuple[str, ...]:
    """The metadata becomes the last input."""
    place = arguments.index("-/filter_complex")
    inputs, rest = arguments[:place], arguments[place:]
    meta = ("-f", "ffmetadata", "-i", f"file:{described}")
    taken = ("-map_metadata", str(inputs.count("-i")))
    return (*inputs, *meta, *rest[:-1], *taken, rest[-1])
