"""The film's sound, made once over the whole: sound made in pieces drifts by 28 ms a piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jynco.compose.encoder import SAMPLE_RATE
from jynco.compose.graph import Options, Stream, joined, opened
from jynco.compose.sources import Material, Source
from jynco.compose.timeline import Timeline
from jynco.errors import AssetRefused
from jynco.model.ids import ClipId
from jynco.model.storyboard import AudioLayer, Storyboard
from jynco.model.time import Rate

CLOCK: Final = Rate(SAMPLE_RATE)
CEILING: Final = 0.97  # of full scale, for the peaks of a mix; encoders overshoot a little


@dataclass(frozen=True, slots=True)
class Track:
    """One sound in the film, in samples: where it starts, how much of it, and how it comes and goes."""

    source: Source
    start: int
    samples: int | None  # None: to its own end
    volume: float = 1.0
    fade_in: int = 0
    fade_out: int = 0
    speed: Fraction = Fraction(1)


def tracks(
    storyboard: Storyboard,
    timeline: Timeline,
    materials: Mapping[ClipId, Material],
    sounds: Mapping[str, Source],
) -> tuple[Track, ...]:
    """Everything heard: footage's own sound, then the layers. ``sounds`` is by a layer's sourceFile.

    AssetRefused for a layer whose file has no sound.
    """
    own = _own(storyboard, timeline, materials)
    layers = (_layered(layer, sounds[layer.source_file]) for layer in storyboard.audio)
    end = samples_at(timeline, timeline.frames)
    return tuple(track for track in (*own, *layers) if track.start < end and track.samples != 0)


def samples_at(timeline: Timeline, frame: int) -> int:
    """The sample that is heard when ``frame`` begins to be seen."""
    return CLOCK.frames(timeline.rate.seconds(frame))


def mixed(heard: Sequence[Track], total: int) -> Stream:
    """All tracks as one stereo stream of exactly ``total`` samples."""
    voices = [_voice(track) for track in heard]
    padded = _limited(voices).filter("apad", whole_len=total).filter("atrim", end_sample=total)
    return padded.filter("asetpts", expr="N/SR/TB")


def _own(storyboard: Storyboard, timeline: Timeline, materials: Mapping[ClipId, Material]) -> Iterator[Track]:
    for position, clip in enumerate(timeline.clips):
        material = materials[clip.clip_id]
        if isinstance(material, Source) and material.sound and material.info.audio_codec:
            start, end = samples_at(timeline, clip.start), samples_at(timeline, clip.end)
            head = samples_at(timeline, clip.start + timeline.head(position)) - start
            tail = end - samples_at(timeline, clip.end - timeline.tail(position))
            speed = storyboard.clips[clip.index].speed
            yield Track(material, start, end - start, fade_in=head, fade_out=tail, speed=speed)


def _layered(layer: AudioLayer, source: Source) -> Track:
    if source.info.audio_codec is None:
        raise AssetRefused(
            f"{layer.source_file} ({layer.pointer}) has no sound; give {layer.layer_id} another file."
        )
    length = None if layer.duration is None else CLOCK.frames(layer.duration)
    return Track(source, CLOCK.frames(layer.start_time), length, layer.volume)


def _voice(track: Track) -> Stream:
    """One track at its place. Its own late start is kept as silence, and holes in it are filled."""
    stream = opened(track.source.path, _options(track.source)).part("a:0")
    stream = stream.filter("aresample", sample_rate=SAMPLE_RATE, **{"async": 1}, first_pts=0)
    stream = stream.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    for tempo in _tempos(track.speed):
        stream = stream.filter("atempo", tempo=tempo)
    if track.samples is not None:
        stream = stream.filter("atrim", end_sample=track.samples)
    return _placed(_swelled(stream, track), track)


def _tempos(speed: Fraction) -> Iterator[str]:
    """In steps that atempo can take at its best; the pitch stays."""
    while speed < Fraction(1, 2) or speed > 2:
        step = Fraction(1, 2) if speed < 1 else Fraction(2)
        yield f"{float(step)}"
        speed /= step
    if speed != 1:
        yield f"{float(speed):.6f}"


def _options(source: Source) -> Options:
    return {"format": source.info.format, "vn": None}


def _swelled(stream: Stream, track: Track) -> Stream:
    """Fades of equal power: where two clips cross, the sum stays as loud as each."""
    if track.fade_in:
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=track.fade_in, curve="qsin")
    if track.fade_out and track.samples is not None:
        first = track.samples - track.fade_out
        stream = stream.filter(
            "afade", type="out", start_sample=first, nb_samples=track.fade_out, curve="qsin"
        )
    return stream


def _placed(stream: Stream, track: Track) -> Stream:
    if track.volume != 1:
        stream = stream.filter("volume", volume=f"{Fraction(track.volume).limit_denominator(10**6)}")
    return stream.filter("adelay", delays=f"{track.start}S", all=1) if track.start else stream


def _limited(voices: Sequence[Stream]) -> Stream:
    """A sum, not a mean: a second sound makes the first no quieter. Only peaks above the ceiling give way,

    which one voice alone can have too: six channels folded into two may add up.
    """
    many = len(voices) > 1
    total = (
        joined(voices, "amix", inputs=len(voices), normalize=0, dropout_transition=0) if many else voices[0]
    )
    return total.filter("alimiter", limit=CEILING, level=0, latency=1)
