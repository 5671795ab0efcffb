"""Uploads that were announced (facts: presigned, at most 15 min, and checked again at complete)."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from config.settings import Settings
from jynco.model.ids import ProjectId
from tests.integration.api.conftest import Caller, picture, storyboard, upload
from workers.house import house
from workers.tasks.upkeep import sweep

SEA = picture(size=(64, 36), color="navy")
Sent = Callable[..., dict[str, Any]]


@pytest.fixture
def name(ask: Caller, project_id: str) -> str:
    assert ask.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    return project_id


@pytest.fixture
def begin(ask: Caller, name: str) -> Sent:
    """Announces a file; what is told of it."""

    def announce(content: bytes = SEA, **more: Any) -> dict[str, Any]:
        asked = {"filename": "../sea.png", "size": len(content), **more}
        answer = ask.post(f"/v1/projects/{name}/uploads", json=asked)
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    return announce


def send(ask: Caller, told: dict[str, Any], content: bytes) -> TestResponse:
    return ask(
        told["method"], told["url"].removeprefix("http://localhost"), data=content, headers=told["headers"]
    )


def complete(ask: Caller, told: dict[str, Any]) -> TestResponse:
    return ask.post(told["links"]["complete"])


def test_a_file_is_announced_sent_and_looked_at(ask: Caller, begin: Sent, name: str) -> None:
    told = begin(sha256=hashlib.sha256(SEA).hexdigest(), mediaType="image/png")
    assert (told["method"], told["asset"], told["fields"]) == ("PUT", None, {})
    assert send(ask, told, SEA).status_code == 204
    done = complete(ask, told)
    assert done.status_code == 201
    assert done.get_json()["mediaType"] == "image/png"
    assert complete(ask, told).get_json() == done.get_json(), "asked again, it is answered again"
    assert send(ask, told, SEA).status_code == 204, "and what is sent once more changes nothing"
    assert upload(ask, name, SEA).get_json() == done.get_json(), "the same content is kept once"
    assert not list(house().ground.storage.keys(f"projects/{name}/generated"))


def test_what_is_there_already_need_not_be_sent(ask: Caller, begin: Sent, name: str) -> None:
    asset = upload(ask, name, SEA).get_json()
    told = begin(sha256=asset["sha256"])
    assert told["asset"] == asset
    assert complete(ask, told).get_json() == asset


def test_nothing_sent_is_nothing_complete(ask: Caller, begin: Sent) -> None:
    refused = complete(ask, begin())
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("content", "more", "words"),
    [
        (b"<html><script>alert(1)</script></html>", {}, "sea.png"),
        (SEA, {"sha256": "0" * 64}, "SHA-256"),
        (SEA, {"mediaType": "image/jpeg"}, "image/jpeg was announced"),
    ],
)
def test_what_is_not_as_announced_is_refused_and_may_be_sent_again(
    ask: Caller, begin: Sent, name: str, content: bytes, more: dict[str, str], words: str
) -> None:
    told = begin(content, **more)
    assert send(ask, told, content).status_code == 204
    refused = complete(ask, told)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "asset_refused")
    assert words in refused.get_json()["detail"]
    assert complete(ask, told).status_code == 409, "it is gone"
    assert not list(house().ground.storage.keys(f"projects/{name}/generated"))
    assert not list(house().ground.storage.keys(f"projects/{name}/assets"))


def test_the_address_takes_the_announced_bytes_and_no_others(ask: Caller, begin: Sent) -> None:
    told = begin()
    assert send(ask, told, SEA + b"x").status_code == 413
    assert send(ask, told, SEA[:-1]).status_code == 422
    assert send(ask, told, b"").status_code == 422
    assert complete(ask, told).status_code == 409


@pytest.mark.parametrize("part", ["tenant", "expires", "signature", "up_"])
def test_an_address_that_was_changed_leads_nowhere(ask: Caller, begin: Sent, part: str) -> None:
    told = begin()
    mark = part if part == "up_" else f"{part}="
    at = told["url"].index(mark) + len(mark)
    other = "1" if told["url"][at] != "1" else "2"
    changed = {**told, "url": told["url"][:at] + other + told["url"][at + 1 :]}
    assert send(ask, changed, SEA).status_code == 404
    assert complete(ask, told).status_code == 409


def test_an_upload_belongs_to_its_project(ask: Caller, begin: Sent, name: str) -> None:
    told = begin()
    other = f"{name}-other"
    assert ask.post("/v1/projects", json=storyboard(other)).status_code == 201
    assert ask.post(told["links"]["complete"].replace(name, other)).status_code == 404


def test_what_is_late_is_forgotten(ask: Caller, begin: Sent, name: str) -> None:
    told = begin()
    assert send(ask, told, SEA).status_code == 204
    uploads = house().database.uploads
    kept = uploads.get(told["uploadId"])
    uploads.forget(told["uploadId"])
    uploads.begin(replace(kept, expires_at=None), 0.0)
    assert complete(ask, told).status_code == 404
    assert send(ask, told, SEA).status_code == 404
    sweep()
    assert not list(house().ground.storage.keys(f"projects/{name}/generated"))
    assert not [late for late in uploads.overdue(100) if late.project_id == ProjectId(name)]


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"filename": "a.png"}, {"size": 5}, {"filename": "", "size": 5}, {"filename": "a" * 256, "size": 5},
        {"filename": "a", "size": 0}, {"filename": "a", "size": -1}, {"filename": "a", "size": 1.5},
        {"filename": "a", "size": "5"}, {"filename": "a", "size": True}, {"filename": "a", "size": None},
        {"filename": "a", "size": 5, "sha256": "A" * 64}, {"filename": "a", "size": 5, "sha256": "0" * 64 + "\n"},
        {"filename": "a", "size": 5, "mediaType": "image/svg+xml"}, {"filename": "a", "size": 5, "key": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_announced_is_refused(ask: Caller, name: str, asked: dict[str, Any]) -> None:
    assert ask.post(f"/v1/projects/{name}/uploads", json=asked).status_code == 422


def test_a_file_may_not_be_too_large(ask: Caller, name: str) -> None:
    asked = {"filename": "a.mp4", "size": 2 * 1024**3 + 1}
    assert ask.post(f"/v1/projects/{name}/uploads", json=asked).status_code == 413


def test_nobody_else_reads_what_signs_the_addresses(begin: Sent, settings: Settings) -> None:
    begin()
    key = settings.data / "signing.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path for path in Path(settings.data).iterdir() if path.name.startswith(".signing")] == []
