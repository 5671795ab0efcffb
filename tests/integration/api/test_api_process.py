"""The web process as the Procfile starts it."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest

from jynco.embedded import Servers
from tests.integration.api.process import GUNICORN, ROOT, environment, free_port, web


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
    assert counted(servers, "jynco_http_requests", ["GET", "/v1/projects", "200"]) >= 1
    assert counted(servers, "jynco_http_requests", ["POST", "/v1/projects", "422"]) >= 1


def counted(servers: Servers, metric: str, labels: list[str]) -> int:
    """How often, in the rows, which outlive the process."""
    asked = "SELECT coalesce(sum(number), 0) FROM tallies WHERE metric = %s AND labels = %s"
    with psycopg.connect(servers.database_url) as connection:
        ((found,),) = connection.execute(asked, (metric, json.dumps(labels, separators=(",", ":"))))
    return int(found)


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
