"""Proxies: a source as previews show it, small, with a keyframe at each place where the cut may begin.

What a preview shows of a clip without looks or words over it is then in the proxy already, packet for packet: it is
copied. The rest is encoded from the proxy, which is decoded in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

from jynco.compose.command import Papers, filed
from jynco.compose.encoder import Container, muxer_options, video_options
from jynco.compose.graph import Options, Output, command_line, opened
from jynco.compose.hardware import Device
from jynco.compose.joints import DEFAULT_SECONDS
from jynco.compose.normalise import Frame, input_options, normalised
from jynco.compose.preview import HEIGHT
from jynco.compose.segments import Recipe, Segment, nameless
from jynco.compose.sources import Source
from jynco.model.ids import CacheKey, ClipId
from jynco.model.keys import digest
from jynco.model.media import Command
from jynco.model.storyboard import Codec, OutputSettings, Quality, TransitionKind


def wanted(source: Source, output: OutputSettings) -> bool:
    """Whether a preview with this output is quicker from a proxy than from the source itself."""
    info = source.info
    large = min(info.width, info.height) > HEIGHT and info.duration > 0
    return large and output.codec is Codec.H264 and output.quality is Quality.DRAFT


def proxy_key(source: Source, output: OutputSettings, recipe: Recipe) -> CacheKey:
    """What a proxy's bytes depend on. ValueError for a source without its content hash."""
    blind = replace(source, path=nameless(source), keys=())
    line = command_line(_output(blind, output, recipe, Path("proxy")))
    return digest({"line": "\0".join(line), "build": recipe.build})


def proxying(source: Source, output: OutputSettings, recipe: Recipe, *, work: Path, target: Path) -> Command:
    """The process that makes a proxy for previews with this output; its small files go into ``work``."""
    papers = Papers(work)
    line = filed(command_line(_output(source, output, recipe, target)), papers)
    return Command(line, papers.files, _frames(source, output))


def standing_in(source: Source, output: OutputSettings, key: CacheKey, path: Path) -> Source:
    """The proxy as the source of a preview's pictures; it has no sound."""
    rate, frames = output.rate, _frames(source, output)
    size = replace(source.info, format="mov", width=output.width, height=output.height, rate=rate.fraction)
    coded = replace(size, duration=rate.seconds(frames), frames=frames, video_codec="h264")
    plain = replace(coded, audio_codec=None, rotation=0, pixel_aspect=Fraction(1), color={"space": "bt709"})
    keys = tuple(range(0, frames, _beat(output)))
    return Source(path, plain, sha256=key, keys=keys, packets=frames, ready=True)


def fitting(proxies: Mapping[ClipId, Source], recipe: Recipe) -> Mapping[ClipId, Source]:
    """The proxies as sources of this film. They are made in software; other encoders' packets do not go with theirs."""
    if recipe.device is Device.SOFTWARE:
        return proxies
    return {name: replace(proxy, packets=0) for name, proxy in proxies.items()}


def copied(segment: Segment, source: Source) -> bool:
    """Whether the segment shows some packets of its one source and nothing else."""
    span, piece = segment.span, segment.span.left
    if piece is None or span.right or span.kind is not TransitionKind.NONE:
        return False
    bare = not (piece.filters or span.words or span.overlays)
    return bare and piece.first in source.keys and piece.first + span.frames <= source.packets


def _output(source: Source, output: OutputSettings, recipe: Recipe, target: Path) -> Output:
    frame, frames = Frame(output.width, output.height, output.rate), _frames(source, output)
    stream = opened(source.path, {"an": None, **input_options(source.info)}).part("V:0")
    return Output([normalised(stream, source.info, frame, frames)], target, _options(output, frames, recipe))


def _options(output: OutputSettings, frames: int, recipe: Recipe) -> Options:
    """A preview's encoder, so that its packets go together with the preview's own; with shorter groups."""
    packed = {**muxer_options(Container.MP4, output.rate)}
    del packed["movflags"]
    beat = str(_beat(output))
    groups = {"g": beat, "keyint_min": beat, "sc_threshold": "0"}
    exact = {"frames:v": str(frames), "r": str(output.rate), "fps_mode": "cfr"}
    bare = {"map_metadata": "-1", "map_chapters": "-1"}
    return video_options(output, Container.MP4, recipe.threads) | groups | packed | exact | bare


def _frames(source: Source, output: OutputSettings) -> int:
    return max(1, ceil(source.info.duration * output.rate.fraction))


def _beat(output: OutputSettings) -> int:
    """Frames from keyframe to keyframe: clips are cut in multiples of it."""
    return max(1, output.rate.frames(DEFAULT_SECONDS))
