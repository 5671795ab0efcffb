"""The web process as the Procfile starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

from jynco.embedded import Servers

ROOT = Path(__file__).parents[3]
GUNICORN = [
    str(Path(sys.executable).with_name("gunicorn")),
    "--config",
    "python:config.gunicorn",
    "api:create_app()",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(servers: Servers, data: Path, port: int, **more: str) -> dict[str, str]:
    known = {
        name: value for name, value in os.environ.items() if not name.startswith("JYNCO_") and name != "DYNO"
    }
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    return {**known, **urls, "JYNCO_DATA": str(data), "PORT": str(port), **more}


@contextmanager
def web(
    servers: Servers, data: Path, log: int | IO[str] = subprocess.PIPE, **more: str
) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    port = free_port()
    env = environment(servers, data, port, **more)
    with subprocess.Popen(GUNICORN, cwd=ROOT, env=env, stderr=log, text=True) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                until_it_answers(client, process)
                yield client, process
        finally:
            process.terminate()
            process.communicate(timeout=30)


def until_it_answers(client: httpx.Client, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the web process has ended"
        try:
            client.get("/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the web process does not answer")
