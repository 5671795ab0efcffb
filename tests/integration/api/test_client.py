"""The Python client and the terminal's remote mode, against the real web process and workers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from config.settings import Settings
from jynco.client import Client, Progress
from jynco.client.luggage import names, renamed
from jynco.client.problems import error_of
from jynco.client.sending import LARGE
from jynco.embedded import Servers
from jynco.errors import (
    AssetRefused,
    BudgetExceeded,
    Conflict,
    DocumentInvalid,
    JyncoError,
    NotFound,
    ServiceAway,
    StorageFull,
    UsageWrong,
)
from tests.integration.api.conftest import picture, storyboard
from tests.integration.api.process import ROOT, free_port, web
from tests.integration.api.test_api_film import workers
from tests.unit.test_interchange_carried import film as carrying

__all__ = ["workers"]


@pytest.fixture(scope="module")
def server(servers: Servers, settings: Settings, workers: None) -> Iterator[str]:
    with web(servers, settings.data) as (client, _):
        yield str(client.base_url)


@pytest.fixture
def folder(tmp_path: Path, project_id: str) -> Path:
    """A storyboard with its picture beside it."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images/lake.png").write_bytes(picture())
    document = storyboard(project_id)
    document["timeline"][0]["sourceImage"] = "images/lake.png"
    (tmp_path / "storyboard.json").write_text(json.dumps(document))
    return tmp_path


def document(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "storyboard.json").read_text()))


def test_a_film_is_made_from_afar(server: str, folder: Path) -> None:
    seen: list[Progress] = []
    with Client(server) as client:
        job = client.submit(document(folder), folder, kind="preview")
        ended = client.wait(job.job_id, seen.append)
        assert (ended.state, ended.progress) == ("completed", 1)
        assert [look.progress for look in seen] == sorted(look.progress for look in seen)
        client.download(job.job_id, folder / "film.mp4")
        again = client.wait(client.submit(document(folder), folder, kind="preview").job_id)
        assert again.report["receipt"]["clips"][0]["made"] == "cached"  # type: ignore[call-overload, index]
        assert client.plan(str(document(folder)["projectId"]))["costUsd"] == "0"
        assert client.cancel(job.job_id).state == "completed", "what has ended stays as it is"
    assert (folder / "film.mp4").read_bytes()[4:8] == b"ftyp"
    assert sorted(path.name for path in folder.iterdir()) == ["film.mp4", "images", "storyboard.json"]


def test_what_the_server_refuses_is_refused_here(server: str, folder: Path) -> None:
    whole = document(folder)
    with Client(server) as client:
        with pytest.raises(DocumentInvalid) as refused:
            client.submit({**whole, "version": "9"}, folder)
        assert refused.value.faults[0].pointer == "/version"
        with pytest.raises(NotFound):
            client.job("job_render_nobody")
        with pytest.raises(NotFound):
            client.job("../projects")
        with pytest.raises(UsageWrong):
            client.submit(whole, folder, kind="poster")
        with pytest.raises(AssetRefused, match=r"gone\.png"):
            client.submit(
                {**whole, "timeline": [{**whole["timeline"][0], "sourceImage": "gone.png"}]}, folder
            )
        with pytest.raises(StorageFull):
            client.download(
                client.wait(client.submit(whole, folder).job_id).job_id, folder / "no" / "film.mp4"
            )


def test_a_server_that_is_away_is_asked_a_few_times(tmp_path: Path) -> None:
    slept: list[float] = []
    with Client(f"http://127.0.0.1:{free_port()}", sleep=slept.append) as client, pytest.raises(ServiceAway):
        client.job("job_render_a")
    assert len(slept) == 4
    assert slept == sorted(slept)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"code": "not_found"}, NotFound),
        (409, {"code": "budget_exceeded", "detail": "It costs $2."}, BudgetExceeded),
        (409, {"code": "idempotency_key_busy"}, Conflict),
        (401, {"code": "unauthorized"}, UsageWrong),
        (422, {"code": "document_invalid", "errors": []}, UsageWrong),
        (422, {"code": "document_invalid", "errors": [{"pointer": "/a", "code": "b"}]}, DocumentInvalid),
        (429, {"code": "too_many_requests"}, ServiceAway),
        (500, {"code": "internal"}, ServiceAway),
        (418, ["what"], UsageWrong),
        (502, None, ServiceAway),
    ],
)
def test_problems_become_the_errors_they_were(status: int, body: object, kind: type[JyncoError]) -> None:
    answer = httpx.Response(status, json=body) if body is not None else httpx.Response(status, text="<html>")
    error = error_of(answer)
    assert type(error) is kind
    assert error.message


@pytest.mark.parametrize(
    "server", ["http://[::1", "localhost:8000", "ftp://a.example", "", "http://", "http://a:99999"]
)
def test_an_address_that_is_none_is_wrong_use(server: str) -> None:
    with pytest.raises(UsageWrong, match="no address of a server"):
        Client(server)


@pytest.mark.parametrize("key", ["schl\u00fcssel", "jk_a\nb"])
def test_a_key_that_cannot_be_sent_is_wrong_use(key: str) -> None:
    with pytest.raises(UsageWrong, match="The key has characters"):
        Client("http://127.0.0.1:1", key)


@pytest.mark.parametrize(
    "body", [b"<html>welcome</html>", b"[]", b"{}", b'{"jobId": "a", "state": 1, "progress": []}']
)
def test_a_server_that_is_no_jynco_is_told_as_such(body: bytes) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = Thread(target=other.handle_request)
        thread.start()
        with (
            Client(f"http://127.0.0.1:{other.server_port}") as client,
            pytest.raises(ServiceAway, match="is no Jynco"),
        ):
            client.job("job_render_a")
        thread.join()


def test_only_peoples_files_are_sent() -> None:
    made = {"clipId": "clip_a", "motionPrompt": "pan", "sourceImage": "a.png", "sourceFile": "clips/a.mp4"}
    marked = {"clipId": "clip_c", "sourceFile": "clips/c.mp4", "jobId": "job_motion_c"}
    footage = {"clipId": "clip_b", "sourceFile": "b.mp4"}
    whole: Any = {
        "timeline": [made, footage, marked, 7],
        "layers": {"audio": [{"sourceFile": "c.mp3"}], "text": []},
    }
    assert names(whole) == ["a.png", "b.mp4", "c.mp3"]
    sent: Any = renamed(whole, str.upper)
    assert sent["timeline"][0]["sourceFile"] == "clips/a.mp4"
    assert sent["layers"]["audio"] == [{"sourceFile": "C.MP3"}]
    assert names({"timeline": 7, "layers": []}) == []


def jynco(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jynco", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=100, check=False)


def test_the_terminal_speaks_to_a_server(server: str, folder: Path) -> None:
    there = ("--server", server, "--json")
    ran = jynco("render", "storyboard.json", "--preview", "--out", "out.mp4", *there, cwd=folder)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (folder / "out.mp4").read_bytes()[4:8] == b"ftyp"
    project = str(document(folder)["projectId"])
    for command in (
        ("status", told["jobId"]),
        ("plan", "storyboard.json"),
        ("retry", project, "clip_1"),
        ("edit", project, "clip_1", "--prompt", f"zoom in on {project}"),
    ):
        ran = jynco(*command, *there, cwd=folder)
        assert ran.returncode == 0, (command, ran.stderr)
        assert json.loads(ran.stdout)["projectId"] == project
    planned = jynco("plan", "storyboard.json", "--server", server, cwd=folder).stdout.splitlines()
    assert len(planned) == len(document(folder)["timeline"]) + 1
    assert planned[0].split()[0] == "clip_1"
    missing = jynco("status", "job_render_nobody", *there, cwd=folder)
    assert (missing.returncode, json.loads(missing.stdout)["error"]["code"]) == (2, "not_found")
    assert not (folder / ".jynco").exists(), "nothing was started here"


def test_webhooks_are_set_from_afar_and_from_here(server: str, folder: Path) -> None:
    with Client(server) as client:
        made = client.webhooks.add("https://hooks.example.com/a", ["job.completed"], "The newsroom")
        name = str(made["webhookId"])
        assert client.webhooks.rotate(name)["secret"] != made["secret"]
        assert [each["webhookId"] for each in client.webhooks.all() if isinstance(each, dict)] == [name]
        assert client.webhooks.enable(name)["enabled"]
        assert client.webhooks.deliveries(name) == []
        with pytest.raises(NotFound):
            client.webhooks.replay(name, "msg_nobody")
        with pytest.raises(UsageWrong, match="https"):
            client.webhooks.add("http://127.0.0.1/")
    there = ("--server", server, "--json")
    listed = jynco("webhooks", "list", *there, cwd=folder)
    assert [each["description"] for each in json.loads(listed.stdout)["items"]] == ["The newsroom"]
    gone = jynco("webhooks", "delete", name, *there, cwd=folder)
    assert (gone.returncode, json.loads(gone.stdout)["deleted"]) == (0, True)
    assert jynco("webhooks", "deliveries", name, *there, cwd=folder).returncode == 2


@pytest.mark.long
def test_timelines_go_to_other_editors_and_come_back_from_afar(server: str, folder: Path) -> None:
    there = ("--server", server, "--json")
    project = str(document(folder)["projectId"])
    film = str(carrying(folder / "film.mp4", jynco_storyboard=(folder / "storyboard.json").read_text()))
    for command, left in (
        (("open", film), 0),
        (("open", film), 1),  # a film never takes the place of a project
        (("export", project, "--to", "otio,vtt"), 0),
        (("import", project, f"{project}.otio"), 0),
        (("import", project, f"{project}.vtt"), 2),
    ):
        ran = jynco(*command, *there, cwd=folder)
        assert ran.returncode == left, (command, ran.stderr)
    assert (folder / f"{project}.vtt").read_bytes() == b"WEBVTT\n"


@pytest.mark.long
def test_the_readme_makes_a_film(server: str, tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)[0]
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    code = code.replace("http://127.0.0.1:8000", server)
    command, env = [sys.executable, "-c", code], {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=110, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "100%"
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"


def test_large_files_go_where_the_server_says(server: str, folder: Path) -> None:
    with wave.open(str(folder / "sea.wav"), "wb") as sound:
        sound.setparams((2, 2, 48000, LARGE // 4, "NONE", ""))
        sound.writeframes(bytes(LARGE))
    whole = document(folder)
    whole["layers"] = {"audio": [{"layerId": "sea", "sourceFile": "sea.wav"}]}
    with Client(server) as client, httpx.Client(base_url=server) as other:
        for _ in range(2):  # the second time it is there already
            address = client.store(whole, folder)
            kept = other.get(f"{address}/storyboard").json()["layers"]["audio"][0]["sourceFile"]
            assert kept.endswith(".wav")
        client.delete(whole["projectId"])
