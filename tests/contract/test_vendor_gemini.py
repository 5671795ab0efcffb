"""Gemini by itself: what its orders say, and clips behind its own door or in its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.gemini import Gemini
from jynco.errors import GenerationFailed, PollFailed, RequestRejected
from jynco.model.motion import PollState, Shot, Ticket
from jynco.model.time import Rate
from tests.contract.vendors import Watching
from tests.doubles.gemini import Gemini as Double
from tests.doubles.vendor import KEY, Fault, Reply

SHOT = Shot("gemini", "gemini-omni-1.2-flash", "1", "waves", "", "0" * 64, 126, Rate(30), 1080, 1920)


@pytest.fixture
def double() -> Iterator[Double]:
    with Double(b"clip") as double:
        yield double


@pytest.fixture
def gemini(double: Double) -> Gemini:
    return Gemini(Account("GEMINI_API_KEY", KEY, double.address, 5.0))


@pytest.fixture
def still(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 36), "teal").save(tmp_path / "still.png")
    return tmp_path / "still.png"


def test_an_order_says_what_was_fitted(gemini: Gemini, double: Double, still: Path) -> None:
    order = double.tasks[gemini.submit(SHOT, still).task_id].order
    assert (order["model"], order["background"]) == ("gemini-omni-1.2-flash", True)
    assert [part["type"] for part in order["input"][0]["content"]] == ["image", "text"]
    assert order["response_format"] == {
        "type": "video",
        "aspect_ratio": "9:16",
        "duration": "5s",
        "resolution": "720p",
        "delivery": "uri",
    }


def test_words_alone_will_do(gemini: Gemini, double: Double) -> None:
    content = double.tasks[gemini.submit(SHOT, None).task_id].order["input"][0]["content"]
    assert [part["type"] for part in content] == ["text"]


def test_a_clip_in_the_answer_is_written_down(
    gemini: Gemini, double: Double, still: Path, tmp_path: Path
) -> None:
    double.life = ("inline",)
    ticket = gemini.submit(SHOT, still)
    answer = gemini.poll(SHOT, ticket)
    assert answer.state is PollState.SUCCEEDED
    kept = Ticket(ticket.task_id, answer.details)
    gemini.collect(SHOT, still, kept, tmp_path / "clip.mp4", Watching())
    assert (tmp_path / "clip.mp4").read_bytes() == b"clip"
    double.fail(
        "poll", Fault("reply", Reply(200, {"id": ticket.task_id, "status": "completed", "steps": []}))
    )
    with pytest.raises(PollFailed):
        gemini.collect(SHOT, still, kept, tmp_path / "other.mp4", Watching())
    assert not (tmp_path / "other.mp4").exists()


def test_its_door_opens_with_the_key_and_nobody_elses_gets_it(
    gemini: Gemini, double: Double, still: Path, tmp_path: Path
) -> None:
    double.life = ("completed",)
    ticket = gemini.submit(SHOT, still)
    gemini.collect(SHOT, still, ticket, tmp_path / "clip.mp4", Watching())
    assert double.seen["file"] == 1
    elsewhere = Ticket(
        ticket.task_id, {"url": double.address.replace("127.0.0.1", "localhost") + "/results/t/1.mp4"}
    )
    gemini.collect(SHOT, still, elsewhere, tmp_path / "clip.mp4", Watching())
    assert len(double.result_headers) == 2
    assert not [value for headers in double.result_headers for value in headers.values() if KEY in value]


@pytest.mark.parametrize(
    "state",
    ["failed", "cancelled", "incomplete", "budget_exceeded", "requires_action", "requires_continuation"],
)
def test_what_ended_without_a_clip_has_failed(
    gemini: Gemini, double: Double, still: Path, state: str
) -> None:
    double.life = (state,)
    answer = gemini.poll(SHOT, gemini.submit(SHOT, still))
    assert answer.state is PollState.FAILED
    assert isinstance(answer.error, GenerationFailed)
    assert state in answer.error.message


def test_options_are_refused(gemini: Gemini, still: Path) -> None:
    with pytest.raises(RequestRejected, match="providerOptions"):
        gemini.submit(replace(SHOT, options={"loop": True}), still)
