"""The film's sound: what is heard when, and how it is mixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jynco.compose.encoder import SAMPLE_RATE
from jynco.compose.graph import Options, Stream, drawn, joined, opened
from jynco.compose.sources import Material, Source
from jynco.compose.timeline import Timeline
from jynco.errors import AssetRefused
from jynco.model.ids import ClipId
from jynco.model.storyboard import AudioLayer, Storyboard
from jynco.model.time import Rate

CLOCK: Final = Rate(SAMPLE_RATE)
TOLD: Final = {"mov", "wav", "flac", "ogg"}  # formats that say how long they are; an MP3 is guessed at
SPARE: Final = Fraction(1)  # second, for what they round
SILENCE: Final = f"aevalsrc=0|0:s={SAMPLE_RATE}:d=0.01"  # to be made longer
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
    first: int = 0  # of the sound's own samples, the one it begins with


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
    return numbered(limited(summed(heard, total).filter("atrim", end_sample=total)))


def summed(heard: Sequence[Track], total: int) -> Stream:
    """All tracks in one, at least ``total`` samples long. A sum and no mean: a second sound makes none quieter."""
    voices = [_voice(track) for track in heard] or [drawn(SILENCE)]
    many = {"inputs": len(voices), "normalize": 0, "dropout_transition": 0}
    return (joined(voices, "amix", **many) if len(voices) > 1 else voices[0]).filter("apad", whole_len=total)


def limited(mix: Stream) -> Stream:
    """Only peaks above the ceiling give way, which one voice alone can have too: six channels in two may add up."""
    return mix.filter("alimiter", limit=CEILING, level=0, latency=1)


def numbered(sound: Stream) -> Stream:
    """With times that count its samples."""
    return sound.filter("asetpts", expr="N/SR/TB")


def _own(storyboard: Storyboard, timeline: Timeline, materials: Mapping[ClipId, Material]) -> Iterator[Track]:
    for position, clip in enumerate(timeline.clips):
        material = materials[clip.clip_id]
        if isinstance(material, Source) and material.sound and material.info.audio_codec:
            start, end = samples_at(timeline, clip.start), samples_at(timeline, clip.end)
            head = samples_at(timeline, clip.start + timeline.head(position)) - start
            tail = end - samples_at(timeline, clip.end - timeline.tail(position))
            speed = storyboard.clips[clip.index].speed
            first = CLOCK.frames(timeline.rate.seconds(clip.first) * speed)
            yield Track(material, start, end - start, fade_in=head, fade_out=tail, speed=speed, first=first)


def _layered(layer: AudioLayer, source: Source) -> Track:
    if source.info.audio_codec is None:
        raise AssetRefused(
            f"{layer.source_file} ({layer.pointer}) has no sound; give {layer.layer_id} another file."
        )
    length = _length(source) if layer.duration is None else CLOCK.frames(layer.duration)
    return Track(source, CLOCK.frames(layer.start_time), length, layer.volume)


def _length(source: Source) -> int | None:
    """By when a sound has ended for certain; None where only decoding could tell."""
    told = source.info.format in TOLD and source.info.duration > 0
    return CLOCK.frames(source.info.duration + SPARE) if told else None


def played(track: Track, threads: int | None = None) -> Stream:
    """A track's sound by itself, at its speed. Its own late start is kept as silence, and holes in it are filled.

    ``threads`` of its decoder; None: as many as FFmpeg likes.
    """
    sparing = {} if threads is None else {"threads": str(threads)}
    stream = opened(track.source.path, {**_options(track.source), **sparing}).part("a:0")
    stream = stream.filter("aresample", sample_rate=SAMPLE_RATE, **{"async": 1}, first_pts=0)
    stream = stream.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    if track.first:
        stream = numbered(stream.filter("atrim", start_sample=track.first))
    for tempo in _tempos(track.speed):
        stream = stream.filter("atempo", tempo=tempo)
    return stream


def _voice(track: Track) -> Stream:
    """One track at its place."""
    stream = played(track)
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
