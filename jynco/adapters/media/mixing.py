"""Decoded sounds mixed and encoded here, by PyAV: what is read are our own samples, and nothing has to be started."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from jynco.errors import MediaFailed, StorageFull
from jynco.model.media import Mix, Voice

if TYPE_CHECKING:
    import numpy as np
    from av import AudioFrame
    from numpy.typing import NDArray

    Samples: TypeAlias = NDArray[np.float32]  # one row a channel

RATE: Final = 48_000
CEILING: Final = 0.97  # of full scale, for the peaks of a mix
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES})
LAMBDA: Final = 118  # libavcodec's unit of a constant quality
MUXER: Final = {"format", "c:a", "ar", "ac", "q:a", "map_metadata", "map_chapters"}  # said in other ways here


def encoded(mix: Mix, target: Path) -> None:
    """Writes a mix into ``target``. MediaFailed, StorageFull."""
    import av
    import av.error

    try:
        with av.open(str(target), "w", format=mix.options["format"]) as container:
            named = _encoder(mix.options)
            stream = container.add_stream(mix.options["c:a"], rate=RATE, layout="stereo", options=named)
            assert isinstance(stream, av.AudioStream)
            container.mux(stream.encode(_frame(limited(summed(mix)))))
            container.mux(stream.encode(None))
    except (av.error.FFmpegError, OSError) as fault:
        if fault.errno in FULL:
            raise StorageFull(
                f"{target.parent} cannot be written ({fault.strerror}); make room there."
            ) from fault
        raise MediaFailed(f"The sound could not be encoded ({fault}); make the film again.") from fault


def summed(mix: Mix) -> Samples:
    """All voices in one. A sum and no mean: a second sound makes none quieter."""
    import numpy as np

    total = np.zeros((2, mix.end - mix.start), np.float32)
    for voice in mix.voices:
        _add(total, voice, mix.start)
    return total


def limited(mixed: Samples) -> Samples:
    """Only peaks above the ceiling give way; what has none comes out of the limiter as it went in."""
    import numpy as np

    if max(mixed.max(initial=0), -mixed.min(initial=0)) <= CEILING:
        return mixed
    return np.concatenate([frame.to_ndarray() for frame in _through_a_limiter(_frame(mixed))], axis=1)


@cache
def mixer() -> str:
    """What this is made of, in a few words."""
    import av

    versions: Mapping[str, tuple[int, ...]] = av.library_versions
    parts = (f"{name} {'.'.join(map(str, versions[name]))}" for name in ("libavcodec", "libavfilter"))
    return f"mixed by numpy, {', '.join(parts)}"


def _add(total: Samples, voice: Voice, start: int) -> None:
    """Those of a voice's samples that are heard from sample ``start`` of the film on, as loud as they shall be."""
    import numpy as np

    own = np.frombuffer(voice.pcm, "<f4").reshape(-1, 2) if voice.pcm else np.zeros((0, 2), np.float32)
    length = len(own) if voice.samples is None else min(len(own), voice.samples)
    first, end = max(0, start - voice.start), min(length, start + total.shape[1] - voice.start)
    if first < end:
        place = voice.start + first - start
        gain = _gain(voice, first, end)
        total[:, place : place + end - first] += (own[first:end] * gain).T


def _gain(voice: Voice, first: int, end: int) -> NDArray[np.float32]:
    """A column: how loud samples ``first`` to ``end`` are. Where two fades cross, the sum stays as loud as each."""
    import numpy as np

    places = np.arange(first, end, dtype=np.float64)
    part = np.ones(end - first)
    if voice.fade_in:
        part *= np.sin(np.clip(places / voice.fade_in, 0, 1) * np.pi / 2)
    if voice.fade_out and voice.samples is not None:
        part *= np.sin(np.clip((voice.samples - places) / voice.fade_out, 0, 1) * np.pi / 2)
    return (part * voice.volume).astype(np.float32)[:, None]


def _frame(samples: Samples) -> AudioFrame:
    from av import AudioFrame

    frame = AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = RATE, 0
    return frame


def _through_a_limiter(whole: AudioFrame) -> Iterator[AudioFrame]:
    from av import AudioFrame
    from av.error import EOFError as Ended
    from av.filter import Graph

    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo")
    limiter = graph.add("alimiter", f"limit={CEILING}:level=0:latency=1")
    plain = graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, limiter, plain, sink).configure()
    graph.push(whole)
    graph.push(None)
    try:
        while True:
            frame = graph.pull()
            assert isinstance(frame, AudioFrame)
            yield frame
    except Ended:
        return


def _encoder(options: Mapping[str, str]) -> dict[str, str]:
    """The encoder's options as the library names them."""
    named = {name: value for name, value in options.items() if name not in MUXER}
    if "q:a" in options:
        named |= {"flags": "+qscale", "global_quality": f"{int(float(options['q:a']) * LAMBDA)}"}
    return named
