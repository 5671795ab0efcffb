"""A real browser before a real Jynco. Whatever the browser complains about fails the test that made it complain."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.conftest import Need

ROOT = Path(__file__).parents[2]
PATIENCE = 30_000  # ms; a bound for what should happen soon, on a machine that has other things to do
WIDE, NARROW = (1280, 860), (390, 844)
COLORS = ("#b7472a", "#2a6f97", "#588157", "#6d597a", "#bc8034")
QUIET = (  # a browser that speaks to nobody but us
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True, slots=True)
class Jynco:
    """One that runs: its address, its data folder, and the API as any program would use it."""

    url: str
    data: Path
    api: httpx.Client
    flower: str

    def story(self, project: str) -> dict[str, Any]:
        """The storyboard as it is now."""
        found: dict[str, Any] = self.api.get(f"/v1/projects/{project}/storyboard").raise_for_status().json()
        return found

    def order(self, project: str) -> list[str]:
        """The clips' ids as they play."""
        return [clip["clipId"] for clip in self.story(project)["timeline"]]


@pytest.fixture(scope="session")
def jynco(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jynco]:
    """``jynco up`` in a folder of its own."""
    data = tmp_path_factory.mktemp("browser")
    command = [sys.executable, "-m", "jynco", "up", "--port", str(_free()), "--data", str(data), "--json"]
    with (data / "up.log").open("wb") as log:
        up = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
    assert up.stdout is not None
    try:
        said = up.stdout.readline()
        assert said, (data / "up.log").read_text()
        addresses = json.loads(said)
        url = addresses["url"].rstrip("/")
        with httpx.Client(base_url=url, timeout=30) as api:
            yield Jynco(url, data, api, addresses["flower"])
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(timeout=30)
        up.stdout.close()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def browser(need: Need) -> Iterator[Browser]:
    """Chromium, as the system has it."""
    program = need("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(program), args=list(QUIET))
        yield started
        started.close()


Open = Callable[..., Page]


class Complaints(list[str]):
    """What the browser complained about. A refusal that a test is about may be forgiven by its status."""

    def forgive(self, status: int) -> None:
        """Chromium reports every refused request as an error of the page."""
        self[:] = [each for each in self if f"status of {status}" not in each]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Must be empty when the test is over."""
    found = Complaints()
    yield found
    assert not found


@pytest.fixture
def visit(browser: Browser, jynco: Jynco, complaints: Complaints) -> Iterator[Open]:
    """Opens pages: ``visit("/operations", size=NARROW, scheme="dark")``."""
    contexts = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:  # Content-Security-Policy's violations are errors too
            complaints.append(message.text)

    def visit(path: str = "/", size: tuple[int, int] = WIDE, scheme: Any = "light") -> Page:
        context = browser.new_context(
            base_url=jynco.url, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Small pictures whose films are made in a moment, in the order of their names."""
    folder, made = tmp_path_factory.mktemp("pictures"), []
    for number, color in enumerate(COLORS, 1):
        picture = Image.new("RGB", (160, 90), color)
        ImageDraw.Draw(picture).ellipse((20 * number, 20, 20 * number + 40, 60), fill="white")
        made.append(folder / f"{number} of five.png")
        picture.save(made[-1])
    return made


Create = Callable[..., str]


@pytest.fixture
def create(jynco: Jynco, pictures: list[Path], request: pytest.FixtureRequest) -> Create:
    """A project of its own for a test: one second a clip, each with a picture."""

    def create(clips: int = 3, **fields: Any) -> str:
        project = "proj_" + str(request.node.name).replace("[", "_").rstrip("]")
        document: dict[str, Any] = {
            "version": "1.2",
            "projectId": project,
            "outputSettings": {"resolution": {"width": 160, "height": 90}, "fps": 12, "codec": "h264"},
            "timeline": [
                {"clipId": f"clip_{number}", "status": "pending", "motionPrompt": f"pan left {number}"}
                | {"duration": 1, **fields}
                for number in range(1, clips + 1)
            ],
        }
        jynco.api.post("/v1/projects", json=document).raise_for_status()
        for clip, path in zip(document["timeline"], pictures, strict=False):
            with path.open("rb") as stream:
                asset = jynco.api.post(f"/v1/projects/{project}/assets", files={"file": stream})
            clip["sourceImage"] = asset.raise_for_status().json()["path"]
        put = jynco.api.put(f"/v1/projects/{project}/storyboard", json=document, headers={"If-Match": "*"})
        put.raise_for_status()
        return project

    return create


Keep = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def keep() -> Keep:
    """Keeps what a page looks like, for people: ``keep(page, "takes")``, in ``artifacts/`` or where one says."""
    folder = Path(os.environ.get("JYNCO_ARTIFACTS") or ROOT / "artifacts") / "browser"
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", animations="disabled")

    return keep
