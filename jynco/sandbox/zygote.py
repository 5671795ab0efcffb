"""Run by path: imports decoders once, and forks a child for each file, which is confined before it looks at it.

It holds nothing: no environment, no open files of whoever asks, no network. It ends when its line is closed, with all
its children, or after minutes in which nobody asked.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import struct
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from jynco.errors import JyncoError
from jynco.sandbox import confine
from jynco.sandbox.nursery import BEGUN, FULL

IDLE: Final = 600.0  # seconds
MEMORY: Final = 2 * 1024**3  # bytes: a picture of 50 megapixels a few times over
LENGTH: Final = struct.Struct("!I")
LENGTHS: Final = struct.Struct("!II")
CODE: Final = (*(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),)
OURS: Final = str(Path(__file__).resolve().parents[1])


def main() -> None:
    """Serve until nobody is there any more."""
    line = socket.socket(fileno=os.dup(0))
    line.settimeout(IDLE)
    confine.unconnected()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: their line says how they ended
    try:
        while (asked := _next(line)) is not None:
            _serve(line, *asked)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)


def _next(line: socket.socket) -> tuple[dict[str, Any], socket.socket] | None:
    try:
        head, fds, _, _ = socket.recv_fds(line, LENGTH.size, 1)
    except TimeoutError:
        return None
    if len(head) < LENGTH.size:
        return None
    size, body = LENGTH.unpack(head)[0], b""
    while len(body) < size:
        piece = line.recv(size - len(body))
        if not piece:
            return None
        body += piece
    return json.loads(body), socket.socket(fileno=fds[0])


def _serve(line: socket.socket, asked: dict[str, Any], reply: socket.socket) -> None:
    with reply:
        work = _loaded(asked["module"], asked["name"])
        try:
            child = os.fork()
        except OSError:  # too many processes, or too little memory: the machine's fault, and not the file's
            reply.sendall(FULL)
            return
        if child == 0:
            line.close()
            _child(reply, work, asked)


def _loaded(module: str, name: str) -> Callable[..., Any]:
    """Here, so that every child has it already."""
    found = importlib.import_module(module)
    for needed in getattr(found, "NEEDS", ()):
        importlib.import_module(needed)
    return getattr(found, name)  # type: ignore[no-any-return]


def _child(reply: socket.socket, work: Callable[..., Any], asked: dict[str, Any]) -> None:
    try:
        reply.setblocking(True)
        reply.sendall(BEGUN)
        _confined(asked["path"], asked["seconds"])
        told = work(Path(asked["path"]), *asked["arguments"])
        _answer(reply, told.words, told.data)
    except JyncoError as error:
        _answer(reply, {"error": type(error).__name__, "message": error.message})
    except BaseException as fault:
        _answer(reply, {"broken": type(fault).__name__})
    finally:
        os._exit(0)


def _confined(path: str, seconds: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (
        0,
        1,
        2,
    ):  # 0 is the line to the zygote; decoders complain in lines that are no log of ours
        os.dup2(null, stream)
    os.close(null)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
    confine.limit(CORE=0, FSIZE=0, DATA=MEMORY, CPU=seconds, NOFILE=64)
    confine.only([*confine.SYSTEM, *CODE, OURS, path])


def _answer(reply: socket.socket, words: dict[str, Any], data: bytes | bytearray = b"") -> None:
    text = json.dumps(words).encode()
    reply.sendall(LENGTHS.pack(len(text), len(data)) + text)
    reply.sendall(data)


if __name__ == "__main__":
    main()
