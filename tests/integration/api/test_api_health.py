from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api import create_app
from config.settings import Settings
from tests.integration.api.conftest import Caller, storyboard
from workers.house import house


def test_everything_is_there(ask: Caller) -> None:
    assert ask.get("/healthz").get_json() == {"status": "alive"}
    ready = ask.get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json() == {
        "status": "ready",
        "checks": dict.fromkeys(("database", "broker", "storage"), "ok"),
    }


@pytest.fixture
def homeless(ask: Caller, settings: Settings, tmp_path: Path) -> Iterator[Caller]:
    """The application where neither Postgres nor its folder can be had."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the data folder should be")
    known = house()
    address = f"postgresql://postgres@/jynco?host={tmp_path}"
    yield Caller(create_app(replace(settings, database_url=address, data=blocked)))
    house().close()
    known.close()
    create_app(settings)


CALLS = [
    ("GET", "/v1/projects"),
    ("POST", "/v1/projects"),
    ("GET", "/v1/projects/proj_a"),
    ("DELETE", "/v1/projects/proj_a"),
    ("GET", "/v1/projects/proj_a/storyboard"),
    ("GET", "/v1/projects/proj_a/plan"),
    ("GET", "/v1/projects/proj_a/events"),
    ("GET", "/v1/jobs"),
    ("GET", "/v1/jobs/job_render_a"),
    ("GET", "/v1/jobs/job_render_a/output"),
]


def test_without_its_database_it_says_when_to_come_back(homeless: Caller) -> None:
    for method, path in CALLS:
        body = storyboard("proj_a") if method == "POST" else None
        answer = homeless(method, path, json=body)
        assert answer.status_code == 503, (method, path)
        assert answer.get_json()["retryable"] is True
        assert int(answer.headers["Retry-After"]) >= 1


def test_it_says_what_it_lacks(homeless: Caller) -> None:
    assert homeless.get("/healthz").status_code == 200
    ready = homeless.get("/readyz")
    assert ready.status_code == 503
    checks = ready.get_json()["checks"]
    assert checks["broker"] == "ok"
    assert "database" in checks["database"]
    assert checks["storage"] != "ok"
