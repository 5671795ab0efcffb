"""The asking side: a function, a file, and back comes what the function told, or that it broke.

A child is forked for each call, so that nothing of one file outlives it: not what its bytes may have made of the
process, and not what the process knew. It is forked from a zygote, which is started once by each asking process and has
imported the decoders already; so a call costs some milliseconds.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jynco import errors
from jynco.errors import JyncoError, ServiceAway
from jynco.model.storyboard import Json
from jynco.sandbox.nursery import Nursery

SECONDS: Final = 60  # for one file; what takes longer is meant to
AGAIN: Final = 2.0  # seconds, after there was no room for a child
LENGTHS: Final = struct.Struct("!II")  # of the words and of the bytes of an answer
MOST: Final = (1 << 20, 1 << 28)  # bytes of each that are believed
_nursery: Final = Nursery()


class Broken(Exception):
    """The child did not come to an answer: the file broke its decoder, took too much memory, or too long."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a child may tell: words as JSON has them, and bytes. Nothing of it is ever run or unpickled."""

    words: Mapping[str, Json]
    data: bytes | bytearray = b""

    def whole(self, name: str) -> int:
        """A whole number of its words. Broken where there is none."""
        value = self.words.get(name)
        if not isinstance(value, int):
            raise Broken(f"no number {name}")
        return value

    def text(self, name: str) -> str:
        """A text of its words. Broken where there is none."""
        value = self.words.get(name)
        if not isinstance(value, str):
            raise Broken(f"no text {name}")
        return value


Work = Callable[..., Told]


def apart(work: Work, path: Path, *arguments: str | int) -> Told:
    """``work(path, *arguments)`` in a child that may read this file and none else. ``work`` is a module's function.

    Raises the JyncoError that ``work`` raised, Broken, or ServiceAway where the machine has no room for a child.
    What ``NEEDS`` of its module names is imported beforehand.
    """
    asked = {"module": work.__module__, "name": work.__qualname__, "path": str(path.absolute())}
    request = json.dumps({**asked, "arguments": arguments, "seconds": SECONDS}).encode()
    try:
        with _nursery.child(request) as line:
            return _told(*_heard(line, work))
    except OSError as full:  # of processes, open files or memory
        raise ServiceAway(
            "This machine has no room for a process that reads files just now.", retry_after=AGAIN
        ) from full


def _heard(line: socket.socket, work: Work) -> tuple[dict[str, Json], bytearray]:
    line.settimeout(SECONDS + 5)  # the child has an end of its own; this is for a machine that hardly moves
    try:
        return _answer(line)
    except (OSError, ValueError, EOFError) as silence:
        raise Broken(f"{work.__qualname__} came to no answer") from silence


def _answer(line: socket.socket) -> tuple[dict[str, Json], bytearray]:
    lengths = LENGTHS.unpack(_exactly(line, LENGTHS.size))
    if any(length > most for length, most in zip(lengths, MOST, strict=True)):
        raise ValueError("too much to be an answer")
    words = json.loads(_exactly(line, lengths[0]))
    if not isinstance(words, dict):
        raise ValueError("no words")
    return words, _exactly(line, lengths[1])


def _exactly(line: socket.socket, size: int) -> bytearray:
    kept = bytearray(size)
    view, got = memoryview(kept), 0
    while got < size:
        more = line.recv_into(view[got:])
        if not more:
            raise EOFError
        got += more
    return kept


def _told(words: dict[str, Json], data: bytearray) -> Told:
    kind = getattr(errors, str(words.get("error")), None)
    if isinstance(kind, type) and issubclass(kind, JyncoError):
        raise kind(str(words.get("message")))
    if "broken" in words:
        raise Broken(str(words["broken"]))
    return Told(words, data)


os.register_at_fork(after_in_child=_nursery.forget)
