from __future__ import annotations

from collections.abc import Iterator

import pytest

from jynco.model.admission import Breaker, Gate
from tests.integration.api.conftest import Caller
from workers.house import house


@pytest.fixture(autouse=True)
def nothing_held_back(ask: Caller) -> Iterator[None]:
    yield
    for name in house().database.admission.paused():
        ask.post(f"/v1/queues/{name}/resume")


def state(ask: Caller, name: str) -> bool | None:
    """Whether a queue or provider is paused; None when it is not told of."""
    told = ask.get("/v1/queues").get_json()
    return next((one["paused"] for one in told["items"] + told["providers"] if one["name"] == name), None)


@pytest.mark.parametrize("name", ["motion.low", "render.high"])
def test_a_queue_is_held_back_and_let_go(ask: Caller, name: str) -> None:
    assert state(ask, name) is False
    for _ in range(2):
        told = ask.post(f"/v1/queues/{name}/pause")
        assert (told.status_code, told.get_json()["paused"]) == (200, True)
    assert state(ask, name) is True
    told = ask.post(f"/v1/queues/{name}/resume")
    assert told.get_json() == {"name": name, "paused": False, "pausedSince": None}
    assert state(ask, name) is False


@pytest.mark.parametrize(
    "name", ["provider:runway", "provider:runway:gen4.5", "provider:replicate:bytedance/seedance-1-pro"]
)
def test_a_provider_is_held_back_by_name_or_with_its_model(ask: Caller, name: str) -> None:
    assert ask.post(f"/v1/queues/{name}/pause").get_json()["paused"] is True
    assert state(ask, name.removeprefix("provider:")) is True
    ask.post(f"/v1/queues/{name}/resume")
    assert not state(ask, name.removeprefix("provider:"))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("motion.urgent", 404),
        ("provider:nobody", 404),
        ("provider:runway:gen1", 404),
        ("provider:", 404),
        ("runway", 404),
        ("motion.resume", 409),
        ("upkeep", 409),
    ],
)
def test_what_cannot_be_held_back_is_said_so(ask: Caller, name: str, status: int) -> None:
    for verb in ("pause", "resume"):
        told = ask.post(f"/v1/queues/{name}/{verb}")
        assert told.status_code == status
        assert (
            "choose" in told.get_json()["detail"]
            or "hold" in told.get_json()["detail"].lower()
            or ("model" in told.get_json()["detail"])
        )


def test_a_provider_that_keeps_failing_is_told_of(ask: Caller) -> None:
    gate, admission = Gate("luma", "ray-3.2", "ab12"), house().database.admission
    for _ in range(2):
        admission.heard(gate, "Luma answered HTTP 503.", Breaker(failures=2, pause=60))
    (told,) = [one for one in ask.get("/v1/queues").get_json()["providers"] if one["name"] == "luma:ray-3.2"]
    assert (told["failures"], told["lastFailure"]) == (2, "Luma answered HTTP 503.")
    assert told["failingUntil"] is not None
    admission.heard(gate, None, Breaker())
    assert state(ask, "luma:ray-3.2") is None


def test_limits_are_told(ask: Caller) -> None:
    (told,) = [one for one in ask.get("/v1/queues").get_json()["providers"] if one["name"] == "replicate"]
    assert told["limits"] == {"concurrent": None, "perMinute": 600, "perDay": None}


def test_depths_are_told_whoever_else_asks_the_workers(ask: Caller) -> None:
    """Both use the same lines to the broker; who waited there for workers' answers leaves an open question behind."""
    for _ in range(4):
        assert ask.app.test_client().get("/operations/crew").status_code == 200
        answer = ask.get("/v1/queues")
        assert answer.status_code == 200
        assert all(one["messages"] >= 0 for one in answer.get_json()["items"])
