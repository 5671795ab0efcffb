"""Uploads straight into a bucket: by the bucket's own addresses, and looked at here when they are there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from flask import Flask

from api import create_app
from config.settings import Settings
from tests.integration.api.conftest import Caller, picture, storyboard
from tests.s3_server import S3Server, s3, s3_server
from workers import house as houses
from workers.house import house

__all__ = ["s3", "s3_server"]
SEA = picture(size=(72, 40), color="navy")


@pytest.fixture
def bucket(app: Flask, settings: Settings, s3: S3Server) -> Iterator[Caller]:
    """The application with its files in a bucket."""
    address = s3.address()
    house().close()
    storage = f"s3://{address.bucket}/{address.prefix}"
    yield Caller(create_app(replace(settings, storage=storage, s3_endpoint=s3.url)))
    house().close()
    houses.use(settings)


def test_the_bucket_takes_the_file_and_the_application_judges_it(bucket: Caller, project_id: str) -> None:
    assert bucket.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    for content, status in ((b"<html>" + b"x" * 100, 422), (SEA, 201)):
        asked = {"filename": "sea.png", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        told = bucket.post(f"/v1/projects/{project_id}/uploads", json=asked).get_json()
        assert told["method"] == "POST"
        assert "/v1/" not in told["url"]
        assert bucket.post(told["links"]["complete"]).status_code == 409, "nothing is there yet"
        sent = httpx.post(told["url"], data=told["fields"], files={"file": ("sea.png", content)}, timeout=20)
        assert sent.status_code in {200, 204}, sent.text
        done = bucket.post(told["links"]["complete"])
        assert done.status_code == status, done.text
    assert bucket.post(told["links"]["complete"]).get_json() == done.get_json()
    kept = list(house().ground.storage.keys(f"projects/{project_id}"))
    assert [key for key in kept if "/assets/" in key] == [f"projects/{project_id}/{done.get_json()['path']}"]
    assert not [key for key in kept if "/generated/" in key]
