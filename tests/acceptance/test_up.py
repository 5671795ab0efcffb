"""``jynco up``: everything on this machine, over HTTP, until it is told to end."""

from __future__ import annotations

import io
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.acceptance.kit import ROOT, Desk, below, board, clip, environment, look, wait

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True, slots=True)
class Up:
    """A running ``jynco up``, and where it says it is."""

    process: subprocess.Popen[str]
    desk: Desk
    url: str
    flower: str


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with Desk(folder, folder / "data", environment(FLOWER_UNAUTHENTICATED_API="1")).tidy() as desk:
        process = desk.start("up", "--port", str(free()), "--json")
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, desk.ended(process)
        said = json.loads(line)
        yield Up(process, desk, said["url"], said["flower"])


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_web_answers(up: Up) -> None:
    assert httpx.get(f"{up.url}healthz").status_code == 200
    assert httpx.get(f"{up.url}openapi.json").json()["openapi"].startswith("3.1")
    assert httpx.get(up.url, follow_redirects=True).status_code in {200, 404}


def test_a_second_one_does_not_take_its_port(up: Up) -> None:
    told = up.desk.jynco("up", "--port", up.url.rsplit(":", 1)[1].strip("/"))
    assert (told.code, len(told.said)) == (2, 1)


def test_flower_knows_workers_and_queues(up: Up) -> None:
    workers: dict[str, Any] = {}

    def known() -> bool:
        answer = httpx.get(f"{up.flower}api/workers?refresh=1", timeout=30)
        workers.update(answer.json() if answer.is_success else {})
        return {name.partition("@")[0] for name in workers} >= {"motion", "render", "preview", "batch"}

    wait(known, "Flower knows the workers")
    motion = next(found for name, found in workers.items() if name.startswith("motion@"))
    assert "motion.normal" in {queue["name"] for queue in motion["active_queues"]}
    queues = httpx.get(f"{up.flower}api/queues/length", timeout=30)
    assert {"motion.high", "render.normal"} <= {each["name"] for each in queues.json()["active_queues"]}


@pytest.mark.parametrize("name", ["web", "flower", "beat", "motion", "render", "preview", "batch"])
def test_every_process_says_that_it_lives(up: Up, name: str) -> None:
    port = (up.flower if name == "flower" else up.url).rsplit(":", 1)[1].strip("/")
    around = {**up.desk.environment, "JYNCO_DATA": str(up.desk.data), "PORT": port, "PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-m", "workers.health", name]
    said = subprocess.run(asked, env=around, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stderr) == (0, f"{name} is alive\n")


def test_a_film_over_http(up: Up, tmp_path: Path) -> None:
    with httpx.Client(base_url=up.url, timeout=60) as web:
        document = board("web", clip("mock"), clip("still", provider="camera", motionPrompt="zoom in"))
        assert web.post("/v1/projects", json=document).status_code == 201
        asset = web.post("/v1/projects/proj_web/assets", files={"file": ("a.png", png(), "image/png")})
        assert asset.status_code == 201
        path = "/v1/projects/proj_web/storyboard"
        document["timeline"][1]["sourceImage"] = asset.json()["path"]
        tag = web.get(path).headers["etag"]
        assert web.put(path, json=document, headers={"If-Match": tag}).status_code == 200
        started = web.post("/v1/projects/proj_web/jobs", json={"kind": "final"})
        assert started.status_code == 202
        job = started.headers["location"]
        wait(lambda: web.get(job).json()["state"] in {"completed", "failed"}, "the film is made")
        told = web.get(job).json()
        assert told["state"] == "completed", told
        (tmp_path / "film.mp4").write_bytes(web.get(f"{job}/output").content)
    assert look(tmp_path / "film.mp4").frames == 10
    assert up.desk.jynco("status", told["jobId"], "--json").json["state"] == "completed"


def png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(5).integers(0, 255, (90, 160, 3)).astype(np.uint8)).save(
        buffer, "png"
    )
    return buffer.getvalue()


def test_a_render_beside_it_shares_everything(up: Up) -> None:
    done = up.desk.render(board("beside", clip("a")))
    assert done.made() == {"clip_a": "generated"}
    assert "Starting" not in done.err
    assert up.process.poll() is None


def test_a_polite_end_ends_everything(up: Up) -> None:
    """The last of this file: it ends what the others use."""
    assert below(up.desk.data) != {}
    up.process.send_signal(signal.SIGTERM)
    done = up.desk.ended(up.process)
    assert (done.code, done.said) == (0, [])
    assert below(up.desk.data) == {}
    assert not (up.desk.data / "embedded.json").exists()
