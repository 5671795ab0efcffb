"""The herald: signed, retried over a day, given up where nobody listens; to a receiver on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from jynco.adapters.clock import SystemClock
from jynco.adapters.database.memory import MemoryDatabase
from jynco.adapters.outgoing import Outgoing, Rules
from jynco.agents.herald import PATIENCE, WAITS, Herald
from jynco.errors import AddressRefused
from jynco.model.webhooks import Delivery, DeliveryState, Parcel, Topic, Webhook
from tests.contract.databases import PROJECT, document, film


class Clock(SystemClock):
    """Time passes when a test says so."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead

    def turn(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class Receiver:
    """Hears webhooks, and answers as it is told to."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        yield receiver, f"http://127.0.0.1:{server.server_port}/hook"
        server.shutdown()


@pytest.fixture
def receiver(server: tuple[Receiver, str]) -> Receiver:
    receiver, url = server
    receiver.__init__(url=url)  # type: ignore[misc] # as new for every test
    return receiver


class Town:
    """A herald with its database and its clock."""

    def __init__(self, *, loopback: bool = True) -> None:
        self.clock = Clock()
        self.database = MemoryDatabase(self.clock)
        self.hooks = self.database.webhooks
        self.herald = Herald(
            self.hooks,
            Outgoing(Rules(loopback=loopback)),
            self.clock,
            public_url="https://jynco.example.com/",
            chance=lambda: 0.5,
        )

    def owe(self, url: str, *topics: Topic) -> Webhook:
        webhook = self.herald.subscribe(url, topics, "")
        self.database.projects.create(PROJECT, document())
        self.database.jobs.accept([film()], [])
        self.database.jobs.cancel(film().job_id)
        return webhook

    def go(self) -> list[Parcel]:
        """One round over what is due."""
        parcels = list(self.herald.claim("w", 10))
        for parcel in parcels:
            assert self.herald.settle(parcel, self.herald.carry(parcel))
        return parcels

    def delivery(self, webhook: Webhook) -> Delivery:
        return self.hooks.deliveries(webhook.webhook_id, None, 1)[0]


def test_a_message_is_what_standard_webhooks_expects(receiver: Receiver) -> None:
    town = Town()
    webhook = town.owe(receiver.url)
    town.go()
    ((headers, body),) = receiver.heard
    said = Verifier(webhook.secret).verify(body, headers)
    assert said["type"] == "job.cancelled"
    assert datetime.fromisoformat(said["timestamp"]).tzinfo
    assert said["data"]["links"]["job"] == "https://jynco.example.com/v1/jobs/job_render_lake"
    assert headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Verifier(webhook.secret).verify(body.replace(b"cancelled", b"completed"), headers)
    ended = town.delivery(webhook)
    assert (ended.state, ended.delivery_id) == (DeliveryState.DELIVERED, headers["webhook-id"])
    assert [(each.status, each.error) for each in ended.log] == [(204, None)]
    assert town.go() == []


def test_retries_are_one_message_and_take_a_day(receiver: Receiver) -> None:
    town, receiver.status = Town(), 500
    webhook = town.owe(receiver.url)
    waits: list[float] = []
    while town.go():
        waits.append(town.hooks.next_due() or 0)
        town.clock.turn(waits[-1])
    assert len(waits) == len(WAITS) + 1
    assert 20 < sum(waits) / 3600 < 30
    assert waits[:-1] == sorted(waits[:-1])
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1
    assert len({body for _, body in receiver.heard}) == 1
    ended = town.delivery(webhook)
    assert (ended.state, ended.attempts) == (DeliveryState.FAILED, len(WAITS) + 1)
    assert ended.log[-1].error == "It answered with HTTP 500."
    receiver.status = 200
    town.hooks.replay(webhook.webhook_id, ended.delivery_id)
    town.go()
    assert receiver.heard[-1][0]["webhook-id"] == ended.delivery_id
    assert town.delivery(webhook).state is DeliveryState.DELIVERED


def test_who_is_busy_says_when_to_come_again(receiver: Receiver) -> None:
    town = Town()
    receiver.status, receiver.headers = 429, {"Retry-After": "1000"}
    town.owe(receiver.url)
    town.go()
    assert 990 < (town.hooks.next_due() or 0) <= 1000


def test_who_is_gone_is_told_nothing_more(receiver: Receiver) -> None:
    town, receiver.status = Town(), 410
    webhook = town.owe(receiver.url)
    town.go()
    kept = town.hooks.get(webhook.webhook_id)
    assert (kept.disabled_at is not None, kept.disabled_reason) == (True, "It answered 410 Gone.")


def test_who_has_heard_nothing_for_days_is_disabled(receiver: Receiver) -> None:
    town, receiver.status = Town(), 503
    webhook = town.owe(receiver.url)
    town.go()
    town.clock.turn(PATIENCE.total_seconds() + 60)
    town.go()
    kept = town.hooks.get(webhook.webhook_id)
    assert kept.disabled_reason == "Nothing has arrived for 3 days: It answered with HTTP 503."


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    town = Town()
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    webhook = town.owe(receiver.url)
    town.go()
    assert len(receiver.heard) == 1
    assert town.delivery(webhook).log[0].error == "It answered with HTTP 307."


def test_both_secrets_sign_for_a_day_after_a_rotation(receiver: Receiver) -> None:
    town = Town()
    webhook = town.owe(receiver.url)
    fresh = town.herald.rotate(webhook.webhook_id)
    assert fresh.secret != webhook.secret
    town.go()
    headers, body = receiver.heard[0]
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (webhook.secret, fresh.secret):
        assert json.loads(body) == Verifier(secret).verify(body, headers)
    now = town.clock.now()
    assert town.hooks.get(webhook.webhook_id).secrets(now + timedelta(hours=25)) == (fresh.secret,)


def test_an_address_inside_is_refused_when_set_and_when_sent(receiver: Receiver) -> None:
    """The address was allowed when the webhook was made, or its name led elsewhere then."""
    town = Town(loopback=False)
    with pytest.raises(AddressRefused):
        town.herald.subscribe(receiver.url, (), "")
    town.hooks.add(Webhook("wh_old", receiver.url, "whsec_" + "A" * 44))
    town.database.projects.create(PROJECT, document())
    town.database.jobs.accept([film()], [])
    town.database.jobs.cancel(film().job_id)
    town.go()
    assert receiver.heard == []
    attempt = town.hooks.deliveries("wh_old", None, 1)[0].log[0]
    assert attempt.status is None
    assert "https://" in (attempt.error or "")


def test_who_refuses_the_connection_is_tried_again(receiver: Receiver) -> None:
    town = Town()
    webhook = town.owe("http://127.0.0.1:9/")
    town.go()
    delivery = town.delivery(webhook)
    assert (delivery.state, delivery.log[0].status) == (DeliveryState.PENDING, None)
    assert delivery.log[0].error == "The address cannot be reached."
