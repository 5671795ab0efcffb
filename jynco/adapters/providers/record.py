"""Raw frames into an intermediate: H.264 that stands a second encoding, with a keyframe each half second.

FFmpeg lives on a pipe from us: however this process ends, its input ends, and so does it. (PR_SET_PDEATHSIG
would follow the thread that started it, and workers have many threads.)
"""

from __future__ import annotations

import fcntl
import os
import secrets
import selectors
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import imageio_ffmpeg

from jynco.errors import GenerationFailed, JyncoError, ServiceAway, StorageFull
from jynco.model.motion import Shot
from jynco.ports import Watch

_PIPE_BYTES: Final = 1 << 20  # a 1080p frame in three gulps, not fifty
_PATIENCE: Final = 0.5  # seconds between two looks at the watch while FFmpeg takes nothing
_WORDS: Final = 4000  # how much of FFmpeg's last words is kept
_COLOUR: Final = "color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
# How it ends when somebody else has it end: the system for want of memory, or a platform all of our processes at once.
_ENDED: Final = (255, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, -signal.SIGKILL)
# A quarter more bytes than with CABAC and deblocking, a third less time here, and every later cut decodes faster.
_QUALITY: Final = ("-preset", "superfast", "-tune", "fastdecode", "-crf", "16", "-bf", "0")


@contextmanager
def recording(shot: Shot, target: Path, watch: Watch) -> Iterator[Recorder]:
    """Frames written inside become ``target`` when the block ends well, else nothing is left of them.

    Raises what ``watch`` raises, StorageFull, GenerationFailed; ServiceAway when FFmpeg cannot be started, or somebody
    ends it.
    """
    part = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        with Recorder(shot, part, watch) as recorder:
            yield recorder
            recorder.finish()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


class Recorder:
    """One FFmpeg process that takes yuv420p frames of a shot's size and writes an mp4."""

    def __init__(self, shot: Shot, part: Path, watch: Watch) -> None:
        self._watch = watch
        self._words = b""
        self._process = _start(_arguments(shot, part))
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._frames: IO[bytes] = self._process.stdin
        self._errors: IO[bytes] = self._process.stderr
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._frames, selectors.EVENT_WRITE)
        self._selector.register(self._errors, selectors.EVENT_READ)

    def __enter__(self) -> Recorder:
        os.set_blocking(self._frames.fileno(), False)
        with suppress(OSError, AttributeError):  # a wish: where pipes cannot grow, frames go in smaller gulps
            fcntl.fcntl(self._frames, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the process whatever it is doing; after a good ``finish`` there is nothing left to end."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._selector.close()
        self._frames.close()
        self._errors.close()

    def write(self, frame: memoryview) -> None:
        """One whole frame. Returns when FFmpeg has taken it."""
        try:
            while frame:
                if self._is_ready():
                    frame = frame[self._taken(frame) :]
        except BrokenPipeError as error:
            raise self._failure() from error

    def finish(self) -> None:
        """Says that was the last frame and waits until the file is whole."""
        self._selector.unregister(self._frames)
        self._frames.close()
        self._listen()
        if self._process.wait() != 0:
            raise self._failure()

    def _taken(self, frame: memoryview) -> int:
        try:
            return os.write(self._frames.fileno(), frame)
        except BlockingIOError:  # less room than the pipe promised
            return 0

    def _is_ready(self) -> bool:
        """Whether FFmpeg takes bytes now. Its words are read meanwhile, or it would stop one day."""
        events = self._selector.select(_PATIENCE)
        if not events:
            self._watch.check()
        ready = [key.fileobj for key, _ in events]
        if self._errors in ready and not self._heard():
            self._selector.unregister(self._errors)
        return self._frames in ready

    def _heard(self) -> bool:
        """Keeps the end of what FFmpeg says; False when it has said its last."""
        words = os.read(self._errors.fileno(), 65536)
        self._words = (self._words + words)[-_WORDS:]
        return bool(words)

    def _listen(self) -> None:
        """Until FFmpeg closes its mouth, which it does when it ends."""
        while self._selector.get_map():
            self._is_ready()

    def _failure(self) -> JyncoError:
        if self._frames in [key.fileobj for key in self._selector.get_map().values()]:
            self._selector.unregister(self._frames)
        self._listen()
        words = self._words.decode("utf-8", "replace").strip()
        if "No space left" in words or "Disk quota" in words:
            return StorageFull("There is no space left to write the clip; free some and try again.")
        if self._process.wait() in _ENDED:
            self._watch.check()  # who ended it may have told us to end as well
            return ServiceAway("FFmpeg was ended from outside while it encoded a clip; it is started again.")
        return GenerationFailed(f"FFmpeg could not encode the clip: {words[-300:] or 'it gave no reason'}")


def _start(arguments: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )
    except OSError as error:
        raise ServiceAway(f"FFmpeg cannot be started ({error.strerror}); try again later.") from error


def _arguments(shot: Shot, part: Path) -> list[str]:
    """Threads are pinned, or the same shot would give other bytes on another machine."""
    size, rate = f"{shot.width}x{shot.height}", str(shot.rate)
    keyframes = str(max(round(shot.rate.fraction / 2), 1))
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-v", "error", "-nostdin", "-y"),
        *("-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", size, "-framerate", rate),
        *("-i", "pipe:0"),
        *("-vf", f"setparams={_COLOUR}", "-an", "-c:v", "libx264", *_QUALITY),
        *("-g", keyframes, "-keyint_min", keyframes, "-sc_threshold", "0", "-threads", "3"),
        *("-chroma_sample_location", "left", "-movflags", "+faststart", "-f", "mp4", f"file:{part}"),
    ]
