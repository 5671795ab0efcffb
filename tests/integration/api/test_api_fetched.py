"""Pictures that lie on the web (facts: a guarded client with a deadline and a cap, and the content decides)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask

from api import create_app
from config.settings import Settings
from tests.integration.api.conftest import Caller, picture, storyboard
from workers import house as houses
from workers.house import house

SEA = picture(color="teal", size=(70, 40))
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/sea.gif": (200, {"Content-Type": "text/html"}, SEA),
    "/moved": (302, {"Location": "/sea.gif"}, b""),
    "/page": (200, {"Content-Type": "image/png"}, b"<html><script>alert(1)</script></html>"),
    "/inside": (302, {"Location": "https://169.254.169.254/latest/meta-data"}, b""),
    "/file": (302, {"Location": "file:///etc/passwd"}, b""),
    "/large": (200, {"Content-Length": str(65 * 1024**2)}, b""),
    "/round": (302, {"Location": "/round"}, b""),
}


class Web(BaseHTTPRequestHandler):
    """Somebody else's pictures."""

    def do_GET(self) -> None:
        status, headers, body = ANSWERS.get(self.path, (404, {}, b"nothing"))
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def fetching(app: Flask, settings: Settings) -> Iterator[Caller]:
    """The application, allowed to ask this machine."""
    house().close()
    yield Caller(create_app(replace(settings, outgoing_loopback=True)))
    house().close()
    houses.use(settings)


@pytest.fixture
def assets(fetching: Caller, project_id: str) -> str:
    assert fetching.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    return f"/v1/projects/{project_id}/assets"


@pytest.mark.parametrize("path", ["/sea.gif", "/moved"])
def test_a_picture_is_fetched_and_judged_by_its_content(
    fetching: Caller, assets: str, elsewhere: str, path: str
) -> None:
    asset = fetching.post(assets, json={"url": elsewhere + path})
    assert asset.status_code == 201, asset.text
    assert (asset.get_json()["mediaType"], asset.get_json()["width"]) == ("image/png", 70)
    assert asset.get_json()["path"].endswith(".png")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/page", 422, "asset_refused"), ("/nothing", 422, "address_failed"), ("/inside", 422, "request_invalid"),
        ("/file", 422, "request_invalid"), ("/large", 413, "limit_exceeded"), ("/round", 422, "address_failed"),
    ],
)  # fmt: skip
def test_what_is_no_picture_or_leads_elsewhere_is_refused(
    fetching: Caller, assets: str, elsewhere: str, path: str, status: int, code: str
) -> None:
    refused = fetching.post(assets, json={"url": elsewhere + path})
    assert (refused.status_code, refused.get_json()["code"]) == (status, code)
    assert not list(house().ground.storage.keys(f"projects/{assets.split('/')[3]}/assets"))


def test_this_machine_is_not_asked_unless_it_was_said(ask: Caller, project_id: str, elsewhere: str) -> None:
    assert ask.post("/v1/projects", json=storyboard(project_id)).status_code == 201
    refused = ask.post(f"/v1/projects/{project_id}/assets", json={"url": f"{elsewhere}/sea.gif"})
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/url")
