"""One FFmpeg process: started in its own group, watched, and never left behind."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Final

from jynco.compose.reach import Reach, reach
from jynco.errors import MediaTimeout
from jynco.model.media import Command

LAUNCHER: Final = Path(__file__).with_name("launch.py")
LOOK_SECONDS: Final = 0.25  # between two looks at the watch and the deadline
TAIL_BYTES: Final = 8_000
GLOBALS: Final = ("-nostdin", "-hide_banner", "-y", "-loglevel", "repeat+level+warning")
PROGRESS: Final = ("-progress", "pipe:1", "-stats_period", str(LOOK_SECONDS))

# FFmpeg answers a signal with 255, which is also its answer to what it may not do; before it has begun, and where it is
# killed, the signal itself is told.
_ANSWER: Final = 255
_ENDED: Final = (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, -signal.SIGKILL)
_FAULTS: Final = ("[error]", "[fatal]")
_INTERRUPTED: Final = "Immediate exit requested"

log = logging.getLogger("jynco.media")


class Failed(Exception):
    """FFmpeg ended with an error; ``tail`` is the end of what it said."""

    def __init__(self, status: int, tail: str) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.tail = tail

    @property
    def from_outside(self) -> bool:
        """Whether somebody ended it: the system for want of memory, or a platform all of our processes at once."""
        faulty = any(sign in self.tail for sign in _FAULTS) and _INTERRUPTED not in self.tail
        return self.status in _ENDED or (self.status == _ANSWER and not faulty)


def launched(program: str, files: Reach, arguments: Sequence[str]) -> list[str]:
    """The command line that starts ``program`` with nothing in reach but what is named."""
    counted = (str(len(files.reads)), *files.reads, str(len(files.writes)), *files.writes)
    return [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *counted, program, *arguments]


def run(program: str, command: Command, look: Callable[[int], None], *, timeout: float) -> int:
    """Runs FFmpeg to its end and returns how many frames it made.

    ``look`` is called about four times a second with the frames so far; what it raises ends FFmpeg.
    Raises Failed, and MediaTimeout after ``timeout`` seconds.
    """
    line = launched(program, reach(command), (*GLOBALS, *PROGRESS, *command.arguments))
    log.debug("ffmpeg %s", command.arguments)
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, start_new_session=True
        )
        try:
            frames = _follow(process, look, time.monotonic() + timeout)
        finally:
            _end(process)
            tail = _tail(words)
            if tail:
                log.info("ffmpeg said: %s", tail)
    if process.returncode:
        raise Failed(process.returncode, tail)
    return frames


def _follow(process: subprocess.Popen[bytes], look: Callable[[int], None], deadline: float) -> int:
    """Reads progress until FFmpeg has closed its end and is gone."""
    assert process.stdout is not None
    told, frames, open_ = b"", 0, True
    while open_ or process.poll() is None:
        told, open_ = _read(process, told) if open_ else (told, False)
        frames = max(frames, _frames(told))
        look(frames)
        if time.monotonic() > deadline:
            raise MediaTimeout("FFmpeg did not finish in time; try again, or render at a lower quality.")
    return frames


def _read(process: subprocess.Popen[bytes], told: bytes) -> tuple[bytes, bool]:
    """More of the progress, where there is some within a look's time; keeps only the end of it."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], LOOK_SECONDS)
    if not ready:
        return told, True
    more = os.read(process.stdout.fileno(), 65_536)
    return (told + more)[-2_000:], bool(more)


def _frames(told: bytes) -> int:
    """The last whole ``frame=`` line of FFmpeg's progress."""
    for line in reversed(told.split(b"\n")[:-1]):
        name, _, value = line.partition(b"=")
        if name == b"frame" and value.strip().isdigit():
            return int(value)
    return 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole group, if it has not ended by itself, and collects it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _tail(words: IO[bytes]) -> str:
    size = words.seek(0, os.SEEK_END)
    words.seek(max(0, size - TAIL_BYTES))
    return words.read().decode("utf-8", "replace").strip()
