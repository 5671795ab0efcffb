"""Two machines that share nothing but Postgres, Valkey and a bucket make a film together, by the Procfile's lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from jynco.adapters.storage.s3 import S3Storage
from jynco.embedded.procfile import command, lines
from tests.acceptance.kit import ROOT, board, clip, environment, held, look, wait
from tests.acceptance.test_up import free, png
from tests.s3_server import KEYS, S3Server, s3_server

__all__ = ["s3_server"]
pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


@dataclass(frozen=True, slots=True)
class Hosts:
    """The machine with the web and the models, the one with the encoders, and what lies between them."""

    url: str
    front: Path
    back: Path
    bucket: S3Storage


@pytest.fixture(scope="module")
def hosts(s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    address, port, folder = s3_server.address(), free(), tmp_path_factory.mktemp("hosts")
    front, back = folder / "front", folder / "back"
    with held(folder / "servers", ()) as servers, pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        shared = environment(
            **KEYS,
            DATABASE_URL=servers.database_url,
            REDIS_URL=servers.redis_url,
            JYNCO_STORAGE=f"s3://{address.bucket}/{address.prefix}",
            AWS_ENDPOINT_URL_S3=address.endpoint or "",
            PORT=str(port),
        )
        with (
            host(front, ("web", "worker_motion", "beat"), shared),
            host(back, ("worker_render", "worker_preview"), shared),
        ):
            yield Hosts(f"http://127.0.0.1:{port}", front, back, S3Storage(address, folder / "looking"))


@contextmanager
def host(data: Path, names: Sequence[str], shared: Mapping[str, str]) -> Iterator[None]:
    """A machine with an empty data folder and some lines of the Procfile."""
    data.mkdir()
    programs = f"{Path(sys.executable).parent}:{shared['PATH']}"
    variables = {**shared, "JYNCO_DATA": str(data), "PATH": programs}
    with ExitStack() as stack:
        started = []
        for name, line in lines(ROOT / "Procfile", names).items():
            log = stack.enter_context((data / f"{name}.log").open("w"))
            words = command(line, variables).arguments
            process = subprocess.Popen(words, cwd=ROOT, env=variables, stdout=log, stderr=subprocess.STDOUT)
            started.append(stack.enter_context(process))
        try:
            yield
        finally:
            for process in started:
                process.terminate()


def test_a_film_across_two_hosts(hosts: Hosts, tmp_path: Path) -> None:
    with httpx.Client(base_url=hosts.url, timeout=60) as web:
        wait(lambda: answers(web), "the web answers")
        document = board("far", clip("mock"), clip("still", provider="camera", motionPrompt="zoom in"))
        assert web.post("/v1/projects", json=document).status_code == 201
        document["timeline"][1]["sourceImage"] = sent(web, png())
        put = web.put("/v1/projects/proj_far/storyboard", json=document, headers={"If-Match": "*"})
        assert put.status_code == 200, put.text
        for kind in ("final", "preview"):
            job = ended(web, started(web, kind))
            answer = web.get(f"/v1/jobs/{job}/output")
            assert answer.status_code == 302
            film = tmp_path / f"{kind}.mp4"
            film.write_bytes(httpx.get(answer.headers["location"]).content)
            assert look(film).frames == 10
        video = web.get("/v1/projects/proj_far/clips/clip_still/video", follow_redirects=True)
        assert video.headers["content-type"] == "video/mp4"
        assert web.get("/posters/proj_far/clip_still").headers["content-type"] == "image/jpeg"
        assert "jynco_nearby_files_total" in web.get("/metrics").text
    published = json.loads(hosts.bucket.read("projects/proj_far/storyboard.json"))
    assert [each["status"] for each in published["timeline"]] == ["completed", "completed"]
    for folder in (hosts.front, hosts.back):
        assert not {"projects", "cache"} & {path.name for path in folder.iterdir()}
    assert len(list(hosts.bucket.keys("cache/motion"))) == 4  # two clips and their labels, each made once


def test_a_bucket_that_is_away_for_a_while_costs_no_film(hosts: Hosts, s3_server: S3Server) -> None:
    with httpx.Client(base_url=hosts.url, timeout=60) as web:
        document = board("patient", *(clip(name, providerOptions={"latency": 1}) for name in "abc"))
        assert web.post("/v1/projects", json=document).status_code == 201
        job = started(web, "final", "proj_patient")
        with s3_server.away():
            wait(lambda: web.get("/readyz").status_code == 503, "somebody says that the bucket is away")
            assert "does not answer" in web.get("/readyz").json()["checks"]["storage"]
            assert web.get(job).json()["state"] not in {"completed", "failed"}
        ended(web, job)
    assert len(list(hosts.bucket.keys("projects/proj_patient/exports"))) == 1


def answers(web: httpx.Client) -> bool:
    try:
        return web.get("/readyz").is_success
    except httpx.HTTPError:
        return False


def sent(web: httpx.Client, picture: bytes) -> str:
    """A picture that was sent to the bucket itself, and its path in the document."""
    asked = {"filename": "a.png", "size": len(picture), "mediaType": "image/png"}
    told = web.post("/v1/projects/proj_far/uploads", json=asked).json()
    assert told["method"] == "POST", told
    assert httpx.post(told["url"], data=told["fields"], files={"file": picture}).is_success
    path: str = web.post(f"/v1/projects/proj_far/uploads/{told['uploadId']}/complete").json()["path"]
    return path


def started(web: httpx.Client, kind: str, project: str = "proj_far") -> str:
    """The address of a job that was accepted."""
    return web.post(f"/v1/projects/{project}/jobs", json={"kind": kind}).headers["location"]


def ended(web: httpx.Client, job: str) -> str:
    """The name of a job, when it has ended well."""
    told: dict[str, Any] = {}

    def over() -> bool:
        told.update(web.get(job).json())
        return told["state"] in {"completed", "failed"}

    wait(over, f"{job} ends")
    assert told["state"] == "completed", told
    return str(told["jobId"])
