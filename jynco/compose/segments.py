"""The film as segments: each is encoded by itself, and known by all that its pixels depend on.

A clip is cut at fixed places near its ends as well, so that its core stays the same whatever its neighbours
do: a new transition costs its own frames and a remainder, not the clip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from jynco.compose.command import Papers, filed
from jynco.compose.cuts import cut
from jynco.compose.encoder import Container, Options, muxer_options, video_options
from jynco.compose.graph import Output, command_line
from jynco.compose.hardware import Device, handed_over, opening
from jynco.compose.picture import Room, packages, pictures
from jynco.compose.sources import Held, Material, Source
from jynco.compose.spans import Span
from jynco.compose.typography import FOLDER
from jynco.model.ids import CacheKey, ClipId
from jynco.model.keys import digest, of_file
from jynco.model.media import Command
from jynco.model.storyboard import TransitionKind

REMEMBERED = 10_000  # keys: of films of some hours
_known: dict[str, CacheKey] = {}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a segment's bytes depend on beside the film: FFmpeg's build, and one encoder's threads and device."""

    build: str
    threads: int = 1
    device: Device = Device.SOFTWARE


@dataclass(frozen=True, slots=True)
class Segment:
    """A span that is encoded by itself. Equal keys mean equal bytes."""

    span: Span
    key: CacheKey

    @property
    def owner(self) -> ClipId | None:
        """The clip whose process makes it. A seam goes with the clip it leaves, which is read to its end anyway."""
        pieces = self.span.pieces
        return pieces[0].clip_id if pieces else None

    @property
    def name(self) -> str:
        """What people call it, such as ``clip_3 body`` or ``clip_3 to clip_4 dissolve``."""
        names = " to ".join(piece.clip_id for piece in self.span.pieces)
        plain = self.span.kind is TransitionKind.NONE
        return f"{names} {'body' if plain else self.span.kind}" if names else "black"


def segments(room: Room, recipe: Recipe) -> tuple[Segment, ...]:
    """All segments of a film, in order. ValueError for a source whose content hash is not given."""
    sight, proxied = _Sight(room, recipe), _proxied(room)
    return tuple(Segment(span, sight.key(span)) for span in cut(room.storyboard, room.timeline, proxied))


def _proxied(room: Room) -> set[ClipId]:
    """The clips that are seen through a proxy whose packets may be copied."""
    sources = room.materials.items()
    return {name for name, source in sources if isinstance(source, Source) and source.packets}


def writing(group: Sequence[Segment], room: Room, recipe: Recipe, work: Path) -> Command:
    """One process that writes ``group`` into the folder ``work``, each clip decoded once.

    The longest comes first: FFmpeg tells its progress by the first file.
    """
    papers = Papers(work)
    seen = replace(room, keep=papers.keep)
    longest = sorted(group, key=lambda segment: -segment.span.frames)
    outputs = _outputs(longest, seen, recipe, work)
    arguments = (
        "-filter_complex_threads",
        "1",
        *opening(recipe.device),
        *filed(command_line(*outputs), papers),
    )
    return Command(arguments, papers.files, longest[0].span.frames)


def written(segment: Segment, work: Path) -> Path:
    """Where ``writing`` puts a segment."""
    return work / f"{segment.key}.mp4"


class _Sight:
    """One film's segments as they are known: whatever is the same in several of them is put into words once."""

    def __init__(self, room: Room, recipe: Recipe) -> None:
        files = {name: replace(source, path=nameless(source)) for name, source in room.files.items()}
        self._room, self._recipe = replace(room, files=files), recipe
        self._same = repr((files, room.storyboard.output, room.frame, recipe))
        self._told: dict[ClipId, str] = {}

    def key(self, span: Span) -> CacheKey:
        """A segment's digest, found out once: writing a command takes milliseconds, and most come again and again."""
        words = [self._shown(name) for name in shown(span, self._room.materials)]
        told = "\0".join([self._same, repr(replace(span, start=0)), *words])
        key = _known.get(told)
        if key is None:
            blind = replace(self._room, materials=_blind(span, self._room.materials))
            key = _digested(span, blind, self._recipe)
            if len(_known) >= REMEMBERED:
                _known.clear()
            _known[told] = key
        return key  # as it was found: another thread may forget all meanwhile

    def _shown(self, name: ClipId) -> str:
        """A clip that a segment shows something of; where another holds one of its frames, which, and how it looks."""
        if name not in self._told:
            room, material = self._room, self._room.materials[name]
            held = (room.ends(name), room.filters(name)) if name in self._lenders else ()
            self._told[name] = repr((name, _nameless(material), held))
        return self._told[name]

    @cached_property
    def _lenders(self) -> frozenset[ClipId]:
        """The clips of which some other shows a frame that stands still."""
        return frozenset(each.of for each in self._room.materials.values() if isinstance(each, Held))


def _digested(span: Span, blind: Room, recipe: Recipe) -> CacheKey:
    """Over the command that would make it alone, with contents where it names files."""
    papers = Papers(Path("papers"))
    room = replace(blind, keep=papers.keep)
    output = Output([*pictures([span], room)], Path("segment"), _options(room, span.frames, recipe))
    line = "\0".join(command_line(output)).replace(f"{FOLDER}", "fonts")
    texts = {f"{path}": text for path, text in papers.files.items()}
    strange = dict.fromkeys(packages(span), "package")
    return digest(
        {"line": line, "build": recipe.build, "fonts": _fonts() if texts else "", **strange, **texts}
    )


def shown(span: Span, materials: Mapping[ClipId, Material]) -> tuple[ClipId, ...]:
    """The clips of which the span shows something, a frame that stands still too."""
    names = (piece.clip_id for piece in span.pieces)
    return tuple(dict.fromkeys([*names, *_lenders(span, materials)]))


def _blind(span: Span, materials: Mapping[ClipId, Material]) -> dict[ClipId, Material]:
    """What the span shows, with contents in the place of paths."""
    return {name: _nameless(materials[name]) for name in shown(span, materials)}


def _lenders(span: Span, materials: Mapping[ClipId, Material]) -> list[ClipId]:
    """The clips of which the span shows a frame that stands still."""
    shown = [materials[piece.clip_id] for piece in span.pieces]
    return [material.of for material in shown if isinstance(material, Held)]


def _nameless(material: Material) -> Material:
    if not isinstance(material, Source):
        return material
    return replace(material, path=nameless(material), keys=())


def nameless(source: Source) -> Path:
    """A name for the content. ValueError where its hash is not given."""
    if not source.sha256:
        raise ValueError(f"{source.path} has no content hash, so nothing made of it can be kept")
    return Path("contents") / source.sha256


@lru_cache(maxsize=1)
def _fonts() -> str:
    """The bundled fonts' contents: another release's letters are other letters."""
    return digest({path.name: of_file(path) for path in FOLDER.iterdir() if path.suffix == ".ttf"})


def _outputs(group: Sequence[Segment], room: Room, recipe: Recipe, work: Path) -> list[Output]:
    streams = pictures([segment.span for segment in group], room)
    return [
        Output(
            [handed_over(stream, recipe.device)],
            written(segment, work),
            _options(room, segment.span.frames, recipe),
        )
        for segment, stream in zip(group, streams, strict=True)
    ]


def _options(room: Room, frames: int, recipe: Recipe) -> Options:
    """Nothing of the sources' own words goes into a segment, so that its bytes are its key's alone."""
    rate = room.timeline.rate
    packed = {**muxer_options(Container.MP4, rate)}
    del packed["movflags"]  # read by us alone
    exact = {"frames:v": str(frames), "r": str(rate), "fps_mode": "cfr"}
    bare = {"map_metadata": "-1", "map_chapters": "-1"}
    return (
        video_options(room.storyboard.output, Container.MP4, recipe.threads, recipe.device)
        | packed
        | exact
        | bare
    )
