"""Ctrl+C and SIGTERM: the command ends at once, its servers with it, and the same command goes on later."""

from __future__ import annotations

import json
import signal
from collections import Counter
from typing import Any

import pytest

from tests.acceptance.kit import Desk, below, bills, board, clip, wait

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_an_interrupted_film_goes_on_where_it_was(lonely: Desk, number: signal.Signals) -> None:
    slow = clip("slow", providerOptions={"latency": 6})
    lonely.write(board("broken", clip("quick"), slow))
    running = lonely.start("render", "board.json", "--json")
    wait(lambda: statuses(lonely) == {"clip_quick": "completed", "clip_slow": "generating"}, "one is made")
    running.send_signal(number)
    done = lonely.ended(running)
    assert (done.code, done.out) == (130, "")
    assert done.said[-1].startswith("jynco: interrupted.")
    assert below(lonely.data) == {}
    assert not (lonely.folder / "proj_broken.mp4").exists()
    again = lonely.jynco("render", "board.json", "--json")
    assert again.film().is_file()
    assert set(Counter(bills(lonely.data)).values()) == {1}, "nothing was asked for twice"
    assert {each["status"] for each in lonely.live("proj_broken")["timeline"]} == {"completed"}


def statuses(desk: Desk) -> dict[str, Any]:
    """What the live storyboard says; nothing while there is none."""
    file = desk.data / "projects/proj_broken/storyboard.json"
    timeline = json.loads(file.read_text())["timeline"] if file.exists() else []
    return {each["clipId"]: each["status"] for each in timeline}


@pytest.mark.long
def test_an_interrupt_while_the_servers_start(lonely: Desk) -> None:
    lonely.write(board("early", clip("a")))
    running = lonely.start("render", "board.json", "--json")
    assert running.stderr is not None
    assert running.stderr.readline().startswith("Starting Postgres and Valkey")
    running.send_signal(signal.SIGINT)
    assert lonely.ended(running).code == 130
    wait(lambda: below(lonely.data) == {}, "everything has ended")
    assert lonely.jynco("render", "board.json", "--json").made() == {"clip_a": "generated"}
