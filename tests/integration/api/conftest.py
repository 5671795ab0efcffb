"""The real application on real Postgres and Valkey; every answer is held against what OpenAPI says of it."""

from __future__ import annotations

import gc
import io
import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from api import create_app
from config.settings import Settings
from jynco.cli.main import main
from jynco.embedded import Servers, session
from tests.integration.api.contract import Contract
from workers import house as houses
from workers.house import house

ROOT = Path(__file__).parents[3]
numbers = itertools.count(1)


class Caller:
    """A test client that looks at every answer twice: once for OpenAPI, once for the test."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.contract = Contract(app)

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        answer = self.app.test_client().open(path, method=method, buffered=True, **options)
        self.contract.check(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        return self("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self("POST", path, **options)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Postgres, migrated, and Valkey."""
    data = tmp_path_factory.mktemp("data")
    with session(data, root=ROOT, procfile=ROOT / "Procfile", environment=dict(os.environ)) as up:
        yield up


@pytest.fixture(scope="session")
def settings(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that poll often, so that tests do not wait."""
    return Settings(
        data=tmp_path_factory.mktemp("files"),
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        poll=0.1,
        retry_base=0.1,
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    yield create_app(settings)
    house().close()
    gc.collect()  # Celery's results lie in cycles, and complain when they outlive the broker


@pytest.fixture(scope="session")
def ask(app: Flask) -> Caller:
    return Caller(app)


@pytest.fixture
def quiet(servers: Servers) -> None:
    """Nothing waits in the broker."""
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushdb()


def picture(kind: str = "PNG", size: tuple[int, int] = (96, 54), color: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def storyboard(project_id: str, clips: int = 1, **changes: Any) -> dict[str, Any]:
    timeline = [
        {
            "clipId": f"clip_{number}",
            "status": "pending",
            "motionPrompt": f"pan left {number} of {project_id}",  # no other test has it in the cache
            "sourceImage": "assets/missing.png",
            "duration": 1,
        }
        for number in range(1, clips + 1)
    ]
    output = {"resolution": {"width": 64, "height": 36}, "fps": 24, "codec": "h264"}
    return {
        "version": "1.2",
        "projectId": project_id,
        "outputSettings": output,
        "timeline": timeline,
        **changes,
    }


@pytest.fixture
def project_id() -> str:
    """A name that no other test has."""
    return f"proj_test-{os.getpid()}-{next(numbers)}"


Projects = Callable[..., str]


@pytest.fixture
def project(ask: Caller, project_id: str) -> Projects:
    """Creates a project whose clips have a picture."""

    def create(clips: int = 1, **changes: Any) -> str:
        document = storyboard(project_id, clips, **changes)
        assert ask.post("/v1/projects", json=document).status_code == 201
        path = upload(ask, project_id, picture()).get_json()["path"]
        for clip in document["timeline"]:
            clip["sourceImage"] = path
        put = ask("PUT", f"/v1/projects/{project_id}/storyboard", json=document, headers={"If-Match": "*"})
        assert put.status_code == 200, put.text
        return project_id

    return create


def upload(ask: Caller, project_id: str, content: bytes, name: str = "picture.png") -> TestResponse:
    form = {"file": (io.BytesIO(content), name)}
    return ask.post(f"/v1/projects/{project_id}/assets", data=form)


Terminal = Callable[..., dict[str, Any]]


@pytest.fixture
def jynco(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """The terminal's door, in this process, on the application's servers."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url or "")
    monkeypatch.setenv("REDIS_URL", settings.redis_url or "")

    def run(*arguments: str, exit_code: int = 0) -> dict[str, Any]:
        house().close()  # the command opens another, and leaves this one
        assert main([*arguments, "--json", "--data", str(settings.data)]) == exit_code
        return dict(json.loads(capfd.readouterr().out))

    yield run
    house().close()
    houses.use(settings)
