"""Tenants (facts: a check on every id, 404 for another's; a cached result of one is not visible to another)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from api import create_app
from config.settings import Settings
from jynco.adapters.database import secret
from jynco.adapters.database.desk import ApiKey, Scope, desk
from jynco.model.ids import ProjectId
from jynco.model.plan import Wishes
from tests.integration.api.conftest import Caller, numbers, picture, storyboard, upload
from workers import house as houses
from workers.house import house


class Named(Caller):
    """A caller with a key."""

    def __init__(self, ask: Caller, tenant: str) -> None:
        words = secret.fresh()
        number = next(numbers)
        desk(house().database).keys.add(
            ApiKey(f"key_{tenant}-{number}-{words[3:9]}", "test", tenant, Scope.ADMIN), secret.hashed(words)
        )
        self.app, self.contract = ask.app, ask.contract
        self._headers = {"Authorization": f"Bearer {words}"}

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        headers = {**self._headers, **options.pop("headers", {})}
        return super().__call__(method, path, headers=headers, **options)


@pytest.fixture(scope="module")
def guarded(app: Flask, settings: Settings) -> Iterator[Caller]:
    house().close()
    yield Caller(create_app(replace(settings, auth="required")))
    house().close()
    houses.use(settings)


@pytest.fixture
def acme(guarded: Caller) -> Named:
    return Named(guarded, "acme")


@pytest.fixture
def zoo(guarded: Caller) -> Named:
    return Named(guarded, "zoo")


def create(ask: Named, name: str) -> None:
    document = storyboard(name)
    document["timeline"][0]["motionPrompt"] = "the very same words"
    assert ask.post("/v1/projects", json=document).status_code == 201
    path = upload(ask, name, picture(color="navy")).get_json()["path"]
    document["timeline"][0]["sourceImage"] = path
    assert (
        ask("PUT", f"/v1/projects/{name}/storyboard", json=document, headers={"If-Match": "*"}).status_code
        == 200
    )


def test_another_tenants_ids_are_not_found_at_any_address(
    guarded: Caller, acme: Named, zoo: Named, project_id: str
) -> None:
    create(acme, project_id)
    job = acme.post(f"/v1/projects/{project_id}/jobs", json={"kind": "final"}).get_json()
    announced = {"filename": "sea.png", "size": 5}
    upload_id = acme.post(f"/v1/projects/{project_id}/uploads", json=announced).get_json()["uploadId"]
    values = {
        "project_id": project_id,
        "upload_id": upload_id,
        "clip_id": "clip_1",
        "job_id": job["jobId"],
        "take_id": job["jobId"],
        "revision": "1",
        "number": "0",
    }
    bodies = {"patch": {"motionPrompt": "mine now"}, "put": {"usd": "1"}}  # ones that may be read
    before = acme("GET", f"/v1/projects/{project_id}/storyboard").data
    looked = 0
    for path, operations in guarded.contract.spec["paths"].items():
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            if "{project_id}" in path or "{job_id}" in path:
                sent = announced if path.endswith("/uploads") else bodies.get(method)
                body = {} if sent is None else {"json": sent}
                status = zoo(method.upper(), path.format(**values), **body).status_code
                assert status == 404, (method, path, status)
                looked += 1
    assert looked >= 14
    assert acme("GET", f"/v1/projects/{project_id}/storyboard").data == before
    assert acme("GET", f"/v1/jobs/{job['jobId']}").get_json()["state"] == "queued"


def test_webhooks_are_ones_own_and_hear_of_ones_own(
    guarded: Caller, acme: Named, zoo: Named, project_id: str
) -> None:
    mine, theirs = (
        each.post("/v1/webhooks", json={"url": "https://hooks.example.com/"}).get_json()
        for each in (acme, zoo)
    )
    create(acme, project_id)
    job = acme.post(f"/v1/projects/{project_id}/jobs", json={"kind": "final"}).get_json()["jobId"]
    assert acme("DELETE", f"/v1/jobs/{job}").status_code == 200
    (told,) = acme.get(mine["links"]["deliveries"]).get_json()["items"]
    assert told["payload"]["data"]["jobId"] == job
    assert zoo.get(theirs["links"]["deliveries"]).get_json()["items"] == []
    values = {"webhook_id": mine["webhookId"], "delivery_id": told["deliveryId"]}
    for path, operations in guarded.contract.spec["paths"].items():
        for method in operations.keys() & {"get", "post", "delete"}:
            if "{webhook_id}" in path:
                assert zoo(method.upper(), path.format(**values)).status_code == 404, (method, path)
    listed = zoo.get("/v1/webhooks?limit=100").get_json()["items"]
    assert mine["webhookId"] not in [each["webhookId"] for each in listed]
    for ask, webhook in ((acme, mine), (zoo, theirs)):
        assert ask("DELETE", webhook["links"]["self"]).status_code == 204


def test_lists_have_ones_own_only(acme: Named, zoo: Named, project_id: str) -> None:
    create(acme, project_id)
    acme.post(f"/v1/projects/{project_id}/jobs", json={"kind": "final"})
    assert acme("GET", "/v1/projects?limit=100").get_json()["items"]
    assert zoo("GET", "/v1/projects?limit=100").get_json()["items"] == []
    assert acme("GET", f"/v1/jobs?projectId={project_id}").get_json()["items"]
    for query in ("", f"?projectId={project_id}", "?state=queued"):
        assert zoo("GET", f"/v1/jobs{query}").get_json()["items"] == []


def test_a_name_that_is_taken_stays_its_owners(acme: Named, zoo: Named, project_id: str) -> None:
    create(acme, project_id)
    assert zoo.post("/v1/projects", json=storyboard(project_id)).status_code == 409
    assert zoo("GET", f"/v1/projects/{project_id}").status_code == 404
    assert acme("GET", f"/v1/projects/{project_id}").status_code == 200


def test_an_idempotency_key_is_a_tenants_own(acme: Named, zoo: Named, project_id: str) -> None:
    headers = {"Idempotency-Key": project_id}
    assert acme.post("/v1/projects", json=storyboard(project_id), headers=headers).status_code == 201
    assert zoo.post("/v1/projects", json=storyboard(project_id), headers=headers).status_code == 409


def keys_of(project_id: str, tenant: str, settings: Settings, *, share: bool) -> set[str]:
    """The cache keys a plan has for this tenant."""
    room = replace(house(), settings=replace(settings, share_cache=share)).of(tenant)
    plan = room.architect.plan(ProjectId(project_id), Wishes())
    return {clip.shot.key for clip in plan.clips if clip.shot is not None}


def test_the_same_clip_of_two_tenants_has_two_addresses_in_the_cache(
    acme: Named, zoo: Named, project_id: str, settings: Settings
) -> None:
    create(acme, project_id)
    create(zoo, f"{project_id}-z")
    apart = [
        keys_of(project_id, "acme", settings, share=False),
        keys_of(f"{project_id}-z", "zoo", settings, share=False),
    ]
    assert apart[0]
    assert not apart[0] & apart[1]
    shared = [
        keys_of(project_id, "acme", settings, share=True),
        keys_of(f"{project_id}-z", "zoo", settings, share=True),
    ]
    assert shared[0] == shared[1]
