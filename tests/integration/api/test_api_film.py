"""From a storyboard to a film, over HTTP, with the workers of the Procfile."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import pytest

from config.settings import Settings
from tests.integration.api.conftest import Caller, Projects, Terminal

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0  # seconds; a bound for what takes two


@pytest.fixture(scope="module")
def workers(settings: Settings) -> Iterator[None]:
    """A motion worker and a render worker on the application's servers."""
    env = {
        **os.environ,
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": settings.redis_url or "",
        "JYNCO_DATA": str(settings.data),
        "JYNCO_POLL_SECONDS": "0.1",
        "JYNCO_RETRY_BASE_SECONDS": "0.1",
        "LOG_LEVEL": "WARNING",
    }
    with ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen([sys.executable, "-m", "workers", name], cwd=ROOT, env=env))
            for name in ("motion", "render")
        ]
        yield
        for process in started:
            process.terminate()


def ended(ask: Caller, address: str) -> dict[str, Any]:
    """The job when it has ended; its progress never goes back."""
    seen = 0.0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        job: dict[str, Any] = ask.get(address).get_json()
        assert seen <= job["progress"] <= 1
        seen = job["progress"]
        if job["state"] in {"completed", "failed", "cancelled"}:
            return job
        time.sleep(0.05)
    raise AssertionError(f"{address} does not end: {job}")


def frames(content: bytes) -> int:
    with av.open(io.BytesIO(content), "r") as container:
        return len([*container.decode(video=0)])


@pytest.mark.usefixtures("workers", "quiet")
def test_a_storyboard_becomes_a_film(ask: Caller, project: Projects) -> None:
    name = project(clips=2)
    started = ask.post(f"/v1/projects/{name}/jobs", json={"kind": "preview"})
    job = ended(ask, started.headers["Location"])
    assert (job["state"], job["progress"], job["error"]) == ("completed", 1, None)
    assert {clip["status"] for clip in job["clips"]} == {"completed"}
    assert job["receipt"]["complete"] is True
    assert {line["made"] for line in job["receipt"]["clips"]} == {"generated"}
    film = ask.get(job["outputUrl"])
    assert film.mimetype == "video/mp4"
    assert frames(film.data) == 48
    assert ask.get(job["outputUrl"], headers={"Range": "bytes=0-99"}).data == film.data[:100]
    clip = ask.get(f"/v1/projects/{name}/clips/clip_1/video")
    assert (clip.mimetype, frames(clip.data)) == ("video/mp4", 24)
    assert ask.get(f"/v1/jobs/{job['clips'][0]['jobId']}/output").data == clip.data
    patient = {"Prefer": "respond-async, wait=60"}
    asked = ask.post(f"/v1/projects/{name}/jobs", json={}, headers=patient)
    assert (asked.status_code, asked.headers["Preference-Applied"]) == (202, "wait=30")
    again = ask.get(asked.headers["Location"], headers=patient).get_json()
    assert asked.get_json()["state"] == again["state"] == "completed"
    assert {line["made"] for line in again["receipt"]["clips"]} == {"cached"}


@pytest.mark.usefixtures("workers", "quiet")
def test_a_failed_clip_is_told_and_its_prompt_edited(ask: Caller, project: Projects) -> None:
    name = project(clips=2)
    address = f"/v1/projects/{name}/clips/clip_2"
    refused = ask("PATCH", address, json={"provider": "mock", "providerOptions": {"fail": "moderated"}})
    assert ended(ask, refused.headers["Location"])["state"] == "failed"
    blocked = ended(ask, ask.post(f"/v1/projects/{name}/jobs", json={"kind": "final"}).headers["Location"])
    assert blocked["state"] == "failed"
    failed = next(clip for clip in blocked["clips"] if clip["clipId"] == "clip_2")
    assert failed["status"] == "failed"
    assert "refuse this prompt" in failed["errorMessage"]
    assert ask.get(blocked["links"]["output"]).status_code == 404
    mended = ask("PATCH", address, json={"motionPrompt": "a calm sea", "providerOptions": None})
    assert ended(ask, mended.headers["Location"])["state"] == "completed"
    film = ended(ask, ask.post(f"/v1/projects/{name}/jobs", json={"kind": "final"}).headers["Location"])
    assert film["state"] == "completed"
    assert {line["clipId"]: line["made"] for line in film["receipt"]["clips"]} == {
        "clip_1": "cached",
        "clip_2": "cached",
    }


@pytest.mark.usefixtures("workers", "quiet")
def test_a_preview_is_played_part_by_part(ask: Caller, project: Projects) -> None:
    name = project(clips=3)
    job = ended(ask, ask.post(f"/v1/projects/{name}/jobs", json={"kind": "preview"}).headers["Location"])
    stream, listed = job["links"]["stream"], job["links"]["playlist"]
    film = decoded(ask.get(job["outputUrl"]).data)
    assert decoded(ask.get(stream).data) == film
    playlist = ask.get(listed)
    assert playlist.mimetype == "application/vnd.apple.mpegurl"
    lines = playlist.text.splitlines()
    assert (lines[0], lines[-1]) == ("#EXTM3U", "#EXT-X-ENDLIST")
    lengths = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF:")]
    assert sum(lengths) == pytest.approx(3)
    names = ["stream/init.mp4", *(line for line in lines if line.endswith(".m4s"))]
    parts = [ask.get(f"{listed.rpartition('/')[0]}/{name}") for name in names]
    assert decoded(b"".join(part.data for part in parts)) == film
    assert ask.get(f"{listed.removesuffix('.m3u8')}/{len(lengths)}.m4s").status_code == 404


def decoded(content: bytes) -> list[tuple[Any, bytes]]:
    """Every frame of a film, and when it is shown."""
    with av.open(io.BytesIO(content), "r") as container:
        return [(frame.time, frame.to_ndarray().tobytes()) for frame in container.decode(video=0)]


@pytest.mark.usefixtures("quiet")
def test_nothing_is_played_that_is_not_there(ask: Caller, project: Projects) -> None:
    name = project()
    held = {"kind": "preview", "priority": "low"}
    job = ask.post(f"/v1/projects/{name}/jobs", json=held).get_json()
    ask("DELETE", f"/v1/jobs/{job['jobId']}")
    for address in ("stream.mp4", "stream.m3u8", "stream/init.mp4", "stream/0.m4s"):
        assert ask.get(f"/v1/jobs/{job['jobId']}/{address}").status_code == 404
        assert ask.get(f"/v1/jobs/{job['jobs'][0]['jobId']}/{address}").status_code == 404


@pytest.mark.usefixtures("workers", "quiet")
def test_an_unknown_outcome_is_paid_again_with_consent_only(
    ask: Caller, project: Projects, jynco: Terminal
) -> None:
    """Through both doors: what is known is told, and nothing is sent until somebody agrees."""
    name = project()
    address = f"/v1/projects/{name}/clips/clip_1"
    options = {"fail": "unknown", "times": 1}
    lost = ask("PATCH", address, json={"provider": "mock", "providerOptions": options})
    assert ended(ask, lost.headers["Location"])["error"]["code"] == "outcome_unknown"
    (known,) = ask.get(f"/v1/costs?projectId={name}").get_json()["items"]
    assert (known["provider"], known["attempts"]) == ("mock", 1)
    retried = ended(ask, ask.post(f"{address}/retry", json={}).headers["Location"])
    assert (retried["state"], retried["error"]["code"]) == ("failed", "consent_needed")
    assert "whether mock made and billed this clip" in retried["error"]["message"]
    assert jynco("retry", name, "clip_1", exit_code=1)["error"]["code"] == "consent_needed"
    agreed = ended(ask, ask.post(f"{address}/retry", json={"payAgain": True}).headers["Location"])
    assert agreed["state"] == "completed"
    assert jynco("retry", name, "clip_1", "--pay-again")["state"] == "completed"
    assert ask.get(f"/v1/costs?projectId={name}").get_json()["attempts"] == 2
