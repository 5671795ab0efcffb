"""The web process as the Procfile starts it, on real Postgres and Valkey, and everything about it that can be seen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from jynco.embedded import Servers
from tests.integration.api.conftest import servers, storyboard
from tests.integration.api.process import web as started
from tests.security.wire import THERE

__all__ = ["servers"]


@dataclass(frozen=True, slots=True)
class Web:
    """A running web process with one project in it. ``log``: all it has said so far."""

    port: int
    client: httpx.Client
    log: Path
    data: Path

    def files(self) -> dict[str, int]:
        """Every file it keeps, with its size; what is only passing through left out."""
        found = (path for path in self.data.rglob("*") if path.is_file() and "tmp" not in path.parts)
        return {str(path): path.stat().st_size for path in found}

    def told(self, level: str) -> list[str]:
        """What it has said at this level."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [str(line) for line in lines if line.get("level") == level]


@pytest.fixture(scope="module")
def web(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("web")
    log, data = folder / "log", folder / "data"
    with log.open("w") as stream, started(servers, data, stream) as (client, _):
        document = storyboard(THERE)
        document["timeline"][0]["clipId"] = "clip_a"
        assert client.post("/v1/projects", json=document).status_code == 201
        yield Web(int(client.base_url.port or 0), client, log, data)
        assert client.delete(f"/v1/projects/{THERE}").status_code == 204
