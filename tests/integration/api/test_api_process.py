"""The web process as the Procfile starts it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

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
def web(servers: Servers, data: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    port = free_port()
    with subprocess.Popen(
        GUNICORN, cwd=ROOT, env=environment(servers, data, port), stderr=subprocess.PIPE, text=True
    ) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            until_it_answers(client)
            yield client, process
        process.terminate()
        process.communicate(timeout=30)


def until_it_answers(client: httpx.Client) -> None:
    for _ in range(200):
        try:
            client.get("/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the web process does not answer")


def test_it_serves_and_ends_when_told(servers: Servers, tmp_path: Path) -> None:
    with web(servers, tmp_path) as (client, process):
        assert client.get("/readyz").json()["status"] == "ready"
        answer = client.get("/v1/projects")
        assert answer.status_code == 200
        assert answer.headers["Server"] == "gunicorn", "no version"
        streamed = client.post(
            "/v1/projects", content=iter([b"{", b"}"]), headers={"Content-Type": "application/json"}
        )
        assert streamed.status_code == 422, "a body without a length is read all the same"
        process.terminate()
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    told = [json.loads(line) for line in log.splitlines()]
    assert any(line.get("path") == "/v1/projects" and line.get("status") == 200 for line in told)


def test_a_port_that_is_taken_is_one_sentence(servers: Servers, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = start_in_vain(environment(servers, tmp_path, port))
    assert ended.returncode == 2
    assert f"Port {port}" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "more", [{"JYNCO_JWT_SECRET": "x" * 40}, {"JYNCO_AUTH": "maybe"}, {"PORT": "eighty"}, {"REDIS_URL": ""}]
)
def test_a_setting_that_cannot_be_is_one_sentence(
    servers: Servers, tmp_path: Path, more: dict[str, str]
) -> None:
    ended = start_in_vain({**environment(servers, tmp_path, free_port()), **more})
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert next(iter(more)).removesuffix("_SECRET") in ended.stderr


def start_in_vain(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        GUNICORN, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
