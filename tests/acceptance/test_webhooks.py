"""Webhooks from outside: real workers tell real receivers, once for each end, whatever befalls either of them."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from tests.acceptance.kit import clip, wait
from tests.faults.kit import Caller, Estate, estate, film

pytestmark = pytest.mark.timeout(300)

Message = tuple[dict[str, str], bytes]


class Post:
    """Receivers by path: /mute/... never answers while it is told not to, /moody/... fails twice, the rest hear."""

    def __init__(self) -> None:
        self.heard: defaultdict[str, list[Message]] = defaultdict(list)
        self.speaks = threading.Event()
        self.address = ""

    def answer(self, path: str) -> int:
        if path.startswith("/mute"):
            self.speaks.wait(60)
        moody = path.startswith("/moody") and len(self.heard[path]) <= 2
        return 500 if moody else 204

    def said(self, path: str, secret: str) -> list[dict[str, Any]]:
        """What a receiver has heard, each checked as receivers do, and once for each id."""
        told = {headers["webhook-id"]: (headers, body) for headers, body in list(self.heard[path])}
        return [Verifier(secret).verify(body, headers) for headers, body in told.values()]


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    post = Post()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post.heard[self.path].append(({name.lower(): v for name, v in self.headers.items()}, body))
            self.send_response(post.answer(self.path))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        post.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        yield post
        post.speaks.set()
        server.shutdown()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    data = tmp_path_factory.mktemp("webhooks") / "data"
    with estate(data, JYNCO_OUTGOING_LOOPBACK="on", JYNCO_PUBLIC_URL="https://jynco.example.com") as made:
        yield made


@pytest.fixture
def call(place: Estate) -> Iterator[Caller]:
    with place.http() as client:
        yield Caller(client)


def subscribe(call: Caller, url: str, *events: str) -> dict[str, Any]:
    answer = call("POST", "/v1/webhooks", json={"url": url, "events": list(events)})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def log(call: Caller, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call("GET", webhook["links"]["deliveries"]).json()["items"]
    return items


def carrier(place: Estate, webhook: dict[str, Any]) -> int:
    """The process that has a delivery in its hands; 0 while none has."""
    query = "SELECT owner FROM webhook_deliveries WHERE webhook_id = %s AND lease_until > now()"
    found = place.rows(query, webhook["webhookId"])
    return int(found[0][0].split(":")[1]) if found else 0


def test_every_end_is_told_once_and_no_receiver_keeps_another_waiting(call: Caller, post: Post) -> None:
    post.speaks.clear()
    mute, moody = (subscribe(call, f"{post.address}/{name}/told") for name in ("mute", "moody"))
    good = subscribe(call, f"{post.address}/good/told")
    project = call.create(
        film("told", clip("a"), clip("b"), clip("c", providerOptions={"fail": "moderated"}))
    )
    job = call.start(project, onMissing="slate")
    call.completed(job)

    wait(lambda: len(post.said("/good/told", good["secret"])) == 4, "all is told")
    said = post.said("/good/told", good["secret"])
    told = Counter((each["type"], each["data"].get("clipId") or each["data"]["jobId"]) for each in said)
    assert told == {
        ("clip.completed", "clip_a"): 1,
        ("clip.completed", "clip_b"): 1,
        ("clip.failed", "clip_c"): 1,
        ("job.completed", job): 1,
    }
    (end,) = (each["data"] for each in said if each["type"] == "job.completed")
    assert (end["complete"], end["projectId"]) == (False, project)
    assert end["links"]["output"] == f"https://jynco.example.com/v1/jobs/{job}/output"

    wait(lambda: all(each["state"] == "delivered" for each in log(call, moody)), "the moody one has heard")
    assert {each["attempts"] for each in log(call, moody)} > {1}
    assert not [each for each in log(call, mute) if each["state"] == "delivered"]
    post.speaks.set()
    wait(lambda: all(each["state"] == "delivered" for each in log(call, mute)), "the mute one has heard")
    assert len(post.said("/mute/told", mute["secret"])) == 4
    for each in (mute, moody, good):
        call("DELETE", each["links"]["self"])


def test_what_a_killed_worker_had_in_hand_comes_again_under_the_same_id(
    place: Estate, call: Caller, post: Post
) -> None:
    post.speaks.clear()
    mute = subscribe(call, f"{post.address}/mute/killed", "job.cancelled")
    project = call.create(film("killed", clip("a", providerOptions={"latency": 60})))
    call("DELETE", f"/v1/jobs/{call.start(project)}")
    wait(lambda: len(post.heard["/mute/killed"]) > 0, "it is being told")
    pid = carrier(place, mute)
    assert pid, "somebody has it in hand"
    os.kill(pid, signal.SIGKILL)
    post.speaks.set()
    heard = post.heard["/mute/killed"]
    before = len(heard)
    wait(lambda: len(heard) > before, "it is told again")
    assert len({headers["webhook-id"] for headers, _ in heard}) == 1
    assert len(post.said("/mute/killed", mute["secret"])) == 1
    wait(lambda: [each["state"] for each in log(call, mute)] == ["delivered"], "it is written down")
