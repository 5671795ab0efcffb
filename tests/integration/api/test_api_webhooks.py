"""Webhooks over HTTP: made, looked at, rotated, replayed; each tenant's its own, and no address inside a network."""

from __future__ import annotations

from typing import Any

import pytest

from config.settings import Settings
from jynco.model.webhooks import Attempt, DeliveryState, Load, Settlement
from tests.integration.api.conftest import Caller, Projects, Terminal
from tests.integration.api.test_api_once import lose_answer
from tests.integration.test_outgoing import REFUSED
from workers.house import house

URL = "https://hooks.example.com/jynco"


@pytest.fixture
def webhook(ask: Caller) -> Any:
    """A webhook, gone afterwards: a tenant may have only so many."""
    made = ask.post("/v1/webhooks", json={"url": URL, "events": ["job.cancelled"], "description": "The news"})
    assert made.status_code == 201, made.text
    yield made.get_json()
    ask("DELETE", f"/v1/webhooks/{made.get_json()['webhookId']}")


def test_a_webhook_is_made_listed_and_deleted(ask: Caller) -> None:
    made = ask.post("/v1/webhooks", json={"url": URL})
    told = made.get_json()
    assert made.headers["Location"] == told["links"]["self"]
    assert told["secret"].startswith("whsec_")
    assert (told["enabled"], told["events"]) == (True, [])
    kept = ask.get(told["links"]["self"]).get_json()
    assert "secret" not in kept
    assert kept["url"] == URL
    listed = ask.get("/v1/webhooks?limit=100").get_json()["items"]
    assert told["webhookId"] in [each["webhookId"] for each in listed]
    assert all("secret" not in each for each in listed)
    assert ask("DELETE", told["links"]["self"]).status_code == 204
    assert ask.get(told["links"]["self"]).status_code == 404


def test_asked_twice_with_one_key_it_is_made_once(ask: Caller, project_id: str) -> None:
    answers = [
        ask.post("/v1/webhooks", json={"url": URL}, headers={"Idempotency-Key": project_id}) for _ in range(2)
    ]
    assert answers[0].get_json() == answers[1].get_json()
    ask("DELETE", answers[0].get_json()["links"]["self"])


def test_what_was_made_is_told_though_its_answer_was_lost(
    ask: Caller, settings: Settings, project_id: str
) -> None:
    """Else nobody would know the secret, and a second rotation would end the first secret's day."""
    key = {"Idempotency-Key": f"{project_id}-new"}
    made = ask.post("/v1/webhooks", json={"url": URL}, headers=key).get_json()
    lose_answer(settings, key, [made["webhookId"]])
    again = ask.post("/v1/webhooks", json={"url": URL}, headers=key)
    assert (again.status_code, again.get_json()) == (201, made)
    key = {"Idempotency-Key": f"{project_id}-rotate"}
    rotated = ask.post(f"{made['links']['self']}/rotate", headers=key).get_json()
    lose_answer(settings, key, [made["webhookId"]])
    again = ask.post(f"{made['links']['self']}/rotate", headers=key)
    assert (again.status_code, again.get_json()) == (200, rotated)
    ask("DELETE", made["links"]["self"])


@pytest.mark.parametrize("url", REFUSED)
def test_no_address_inside_a_network_is_taken(ask: Caller, url: str) -> None:
    answer = ask.post("/v1/webhooks", json={"url": url})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/url"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": 7},
        {"url": None},
        {"url": [URL]},
        {"url": URL, "events": ["clip.lost"]},
        {"url": URL, "events": ["job.failed", "job.failed"]},
        {"url": URL, "events": "job.failed"},
        {"url": URL, "description": "x" * 201},
        {"url": URL, "secret": "whsec_mine"},
        {"url": URL, "tenant": "zoo"},
    ],
)
def test_what_is_no_webhook_is_refused_with_its_place(ask: Caller, body: dict[str, object]) -> None:
    answer = ask.post("/v1/webhooks", json=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]


def test_a_secret_is_changed(ask: Caller, webhook: Any) -> None:
    rotated = ask.post(f"{webhook['links']['self']}/rotate").get_json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != webhook["secret"]
    assert set(rotated) == set(webhook)


def test_what_was_told_can_be_seen_and_told_again(ask: Caller, webhook: Any, project: Projects) -> None:
    project_id = project()
    job = ask.post(f"/v1/projects/{project_id}/jobs", json={"kind": "final"}).get_json()["jobId"]
    assert ask("DELETE", f"/v1/jobs/{job}").status_code == 200
    (told,) = ask.get(webhook["links"]["deliveries"]).get_json()["items"]
    assert (told["event"], told["state"], told["attempts"]) == ("job.cancelled", "pending", 0)
    assert told["payload"]["data"]["jobId"] == job
    assert told["nextAttemptAt"]
    _give_up(webhook["webhookId"])
    page = ask.get(webhook["links"]["deliveries"] + "?limit=1").get_json()
    (ended,) = page["items"]
    assert page["nextCursor"] is None
    assert (ended["state"], ended["log"][0]["status"]) == ("failed", 500)
    assert ended["nextAttemptAt"] is None
    again = ask.post(ended["links"]["replay"])
    assert (again.status_code, again.get_json()["state"]) == (202, "pending")
    assert again.get_json()["deliveryId"] == told["deliveryId"]
    kept = ask.get(webhook["links"]["self"]).get_json()
    assert kept["failingSince"]
    assert kept["enabled"]


def _give_up(webhook_id: str) -> None:
    """As a worker would, after a day of trying."""
    hooks = house().database.webhooks
    for parcel in hooks.claim("w", 30, 100, Load(100, 100)):
        if parcel.webhook.webhook_id == webhook_id:
            tried = Attempt(house().clock.now(), 500, "It answered with HTTP 500.", 7)
            assert hooks.settle(parcel, tried, Settlement(DeliveryState.FAILED))


def test_who_is_disabled_says_why_and_is_enabled_again(ask: Caller, webhook: Any, project: Projects) -> None:
    project_id = project()
    job = ask.post(f"/v1/projects/{project_id}/jobs", json={"kind": "final"}).get_json()["jobId"]
    ask("DELETE", f"/v1/jobs/{job}")
    hooks = house().database.webhooks
    (parcel,) = hooks.claim("w", 30, 100, Load())
    gone = Settlement(DeliveryState.FAILED, disable="It answered 410 Gone.")
    hooks.settle(parcel, Attempt(house().clock.now(), 410, "It answered with HTTP 410.", 7), gone)
    kept = ask.get(webhook["links"]["self"]).get_json()
    assert (kept["enabled"], kept["disabledReason"]) == (False, "It answered 410 Gone.")
    replay = f"{webhook['links']['deliveries']}/{parcel.delivery.delivery_id}/replay"
    assert ask.post(replay).status_code == 409
    enabled = ask.post(f"{webhook['links']['self']}/enable").get_json()
    assert (enabled["enabled"], enabled["disabledReason"]) == (True, None)
    assert ask.post(replay).status_code == 202


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/webhooks/wh_nobody"),
        ("DELETE", "/v1/webhooks/wh_nobody"),
        ("GET", "/v1/webhooks/wh_nobody/deliveries"),
        ("POST", "/v1/webhooks/wh_nobody/rotate"),
        ("POST", "/v1/webhooks/wh_nobody/enable"),
        ("POST", "/v1/webhooks/wh_nobody/deliveries/msg_none/replay"),
        ("GET", "/v1/webhooks/..%2f"),
        ("GET", "/v1/webhooks/wh_%00"),
        ("POST", "/v1/webhooks/wh_nobody/deliveries/no/replay"),
    ],
)
def test_what_is_not_there_is_a_404(ask: Caller, method: str, path: str) -> None:
    assert ask(method, path).status_code == 404


def test_the_terminal_sets_webhooks_too(jynco: Terminal) -> None:
    made = jynco(
        "webhooks", "add", "https://hooks.example.com/t", "--event", "job.failed", "--description", "T"
    )
    name = made["webhookId"]
    assert (made["events"], made["secret"][:6]) == (["job.failed"], "whsec_")
    shown = [each for each in jynco("webhooks", "list")["items"] if each["webhookId"] == name]
    assert [(each["url"], "secret" in each) for each in shown] == [("https://hooks.example.com/t", False)]
    assert jynco("webhooks", "rotate", name)["secret"] != made["secret"]
    assert jynco("webhooks", "enable", name)["enabled"]
    assert jynco("webhooks", "deliveries", name) == {"items": []}
    assert jynco("webhooks", "replay", name, "msg_nobody", exit_code=2)["error"]["code"] == "not_found"
    assert jynco("webhooks", "delete", name)["deleted"]
    assert jynco("webhooks", "delete", name, exit_code=2)["error"]["code"] == "not_found"
    assert jynco("webhooks", "add", "https://10.0.0.1/", exit_code=2)["error"]["code"] == "address_refused"
