"""How often a tenant may ask, and how much it may have (facts: limits on Redis, and a 429 with its headers)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from api import create_app, quotas
from api.limits import Counter
from config.settings import Settings
from jynco.embedded import Servers
from jynco.model.quotas import Quotas, Rates
from tests.integration.api.conftest import Caller, numbers, picture, storyboard
from tests.integration.api.test_api_tenants import Named
from workers import house as houses
from workers.house import house

Opened = Callable[..., Caller]


@pytest.fixture
def opened(app: Flask, settings: Settings) -> Iterator[Opened]:
    """The application with other settings."""

    def open_with(**changes: object) -> Caller:
        house().close()
        return Caller(create_app(replace(settings, auth="required", **changes)))  # type: ignore[arg-type]

    yield open_with
    house().close()
    houses.use(settings)


def tenant() -> str:
    return f"limited-{next(numbers)}"


def test_a_tenant_is_told_how_often_it_may_ask(opened: Opened) -> None:
    guarded = opened(rates=Rates(read=3, write=1))
    one, other = Named(guarded, tenant()), Named(guarded, tenant())
    for left in (2, 1, 0):
        answer = one.get("/v1/projects")
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"read";q=3;w=60'
        assert answer.headers["RateLimit"].startswith(f'"read";r={left};t=')
    refused = one.get("/v1/projects")
    assert (refused.status_code, refused.get_json()["code"]) == (429, "rate_limited")
    assert refused.get_json()["retryable"]
    assert refused.content_type == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"read";r=0;t=')
    assert other.get("/v1/projects").status_code == 200, "each tenant for itself"
    assert one.post("/v1/projects", json={}).headers["RateLimit-Policy"] == '"write";q=1;w=60'
    assert one.get("/healthz").status_code == 200, "who asks for no name is not counted"


def test_nobody_is_counted_on_a_machine_of_ones_own(ask: Caller) -> None:
    assert "RateLimit" not in ask.get("/v1/projects").headers


def test_names_bring_generous_limits(opened: Opened) -> None:
    answer = Named(opened(), tenant()).get("/v1/projects")
    assert answer.headers["RateLimit-Policy"] == '"read";q=30000;w=60'


def test_processes_count_together_and_each_for_itself_without_valkey(
    servers: Servers, tmp_path: Path
) -> None:
    name, shared = tenant(), servers.redis_url
    assert [Counter(shared).count(name) for _ in range(3)] == [1, 2, 3]
    lonely = Counter(f"unix://{tmp_path}/nobody.sock")
    assert [lonely.count(name) for _ in range(3)] == [1, 2, 3]
    assert Counter(None).count(name) == 1


def test_a_tenant_has_as_many_projects_as_it_may(opened: Opened, project_id: str) -> None:
    guarded = opened(quotas=Quotas(projects=1, clips=2))
    one, other = Named(guarded, tenant()), Named(guarded, tenant())
    assert one.post("/v1/projects", json=storyboard(project_id, 3)).get_json()["code"] == "quota_exceeded"
    assert one.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    refused = one.post("/v1/projects", json=storyboard(f"{project_id}-b"))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "quota_exceeded")
    assert other.post("/v1/projects", json=storyboard(f"{project_id}-b")).status_code == 201
    patch = {"timeline": storyboard(project_id, 3)["timeline"]}
    address = f"/v1/projects/{project_id}"
    grown = one("PATCH", f"{address}/storyboard", json=patch, headers={"If-Match": "*"})
    assert (grown.status_code, grown.get_json()["code"]) == (409, "quota_exceeded")
    assert one("DELETE", address).status_code == 204
    assert one.post("/v1/projects", json=storyboard(project_id)).status_code == 201


def test_requests_at_the_same_moment_do_not_pass_a_quota(opened: Opened, project_id: str) -> None:
    one = Named(opened(quotas=Quotas(projects=3, gigabytes=1)), tenant())
    assert one.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    address, announced = f"/v1/projects/{project_id}/uploads", {"filename": "a.mp4", "size": 3 * 10**8}

    def ask(number: int) -> tuple[int, int]:
        made = one.post("/v1/projects", json=storyboard(f"{project_id}-{number}")).status_code
        return made, one.post(address, json=announced).status_code

    with ThreadPoolExecutor(8) as pool:
        made, announcements = zip(*pool.map(ask, range(8)), strict=True)
    assert sorted(made) == [201] * 2 + [409] * 6
    assert sorted(announcements) == [201] * 3 + [409] * 5


def test_whoever_waits_for_a_turn_waits_in_its_process_first(opened: Opened, project_id: str) -> None:
    """A turn among all processes may take a connection to Postgres, which has fewer than there are threads."""
    name = tenant()
    one = Named(opened(quotas=Quotas(projects=9)), name)
    with ThreadPoolExecutor(1) as pool:
        with quotas.here(f"quota-{name}"):
            asked = pool.submit(one.post, "/v1/projects", json=storyboard(project_id))
            with pytest.raises(TimeoutError):
                asked.result(timeout=1)
            with house().ground.lock.hold(f"quota-{name}", timeout=1):
                """It does not stand there."""
        assert asked.result().status_code == 201


def test_a_tenant_has_as_many_open_jobs_as_it_may(opened: Opened, project_id: str) -> None:
    one = Named(opened(quotas=Quotas(jobs=1)), tenant())
    document = storyboard(project_id)
    assert one.post("/v1/projects", json=document).status_code == 201
    form = {"file": (io.BytesIO(picture(color="olive")), "a.png")}
    path = one.post(f"/v1/projects/{project_id}/assets", data=form).get_json()["path"]
    edit = {"sourceImage": path}
    clip = f"/v1/projects/{project_id}/clips/clip_1"
    started = one("PATCH", clip, json=edit)
    assert started.status_code == 202
    for method, address, body in (
        ("POST", f"/v1/projects/{project_id}/jobs", {"kind": "preview"}),
        ("POST", f"{clip}/retry", {}),
        ("POST", f"{clip}/takes", {}),
        ("PATCH", clip, {"motionPrompt": "pan right"}),
    ):
        refused = one(method, address, json=body)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "quota_exceeded"), address
    assert one("DELETE", started.headers["Location"]).status_code == 200
    assert one.post(f"/v1/projects/{project_id}/jobs", json={"kind": "preview"}).status_code == 202


def test_a_tenant_has_as_many_bytes_as_it_may(opened: Opened, project_id: str) -> None:
    one = Named(opened(quotas=Quotas(gigabytes=1)), tenant())
    assert one.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    address = f"/v1/projects/{project_id}/uploads"
    assert one.post(address, json={"filename": "a.mp4", "size": 10**9 - 10}).status_code == 201
    refused = one.post(address, json={"filename": "b.mp4", "size": 11})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "quota_exceeded")
    form = {"file": (io.BytesIO(picture()), "a.png")}
    assert one.post(f"/v1/projects/{project_id}/assets", data=form).status_code == 409
