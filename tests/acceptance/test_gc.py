"""``jynco gc``: what a project uses stays, whatever the rules say, and leaves when the project has."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.acceptance.kit import Desk, bills, board, clip, look

LONG_AGO = 10 * 86_400  # seconds
NOTHING_KEPT = {
    "JYNCO_KEEP_EXPORTS_DAYS": "0",
    "JYNCO_KEEP_SEGMENTS_DAYS": "0",
    "JYNCO_KEEP_CLIPS_DAYS": "0",
    "JYNCO_CACHE_MAX_GB": "0",
}


@pytest.mark.long
def test_a_clip_leaves_after_its_project(desk: Desk) -> None:
    assert desk.render(board("swept", clip("a"))).code == 0
    key = str(desk.live("proj_swept")["timeline"][0]["cacheKey"])
    film = unused(desk, key)
    assert key not in names(desk, "--dry-run")
    assert desk.jynco("delete", "proj_swept").code == 0
    assert key in names(desk, "--dry-run")
    assert film.exists()
    assert key in names(desk)
    assert not film.exists()
    assert key not in names(desk)


@pytest.mark.long
def test_a_film_is_made_while_everything_that_may_leave_does(lonely: Desk) -> None:
    document = board("raced", *(clip(name) for name in "abcdef"))
    render = lonely.start("render", lonely.write(document), "--json")
    left: set[str] = set()
    while render.poll() is None:
        left |= names(lonely, **NOTHING_KEPT)
    done = lonely.ended(render)
    assert set(done.made().values()) == {"generated"}
    assert look(done.film()).frames == 30
    assert set(lonely.render(document).made().values()) == {"cached"}
    assert len(bills(lonely.data)) == 6, left


def unused(desk: Desk, key: str) -> Path:
    """A clip in the cache, which looks as if nobody had wanted it for long."""
    film = desk.data / "cache" / "motion" / key[:2] / f"{key}.mp4"
    then = time.time() - LONG_AGO
    os.utime(film.with_suffix(".json"), (then, then))
    return film


def names(desk: Desk, *options: str, **rules: str) -> set[str]:
    """What ``jynco gc`` tells."""
    done = desk.jynco("gc", *options, "--json", **(rules or {"JYNCO_KEEP_CLIPS_DAYS": "9"}))
    assert done.code == 0, done.err
    assert done.json["dryRun"] is ("--dry-run" in options)
    return {str(each["name"]) for each in done.json["items"]}


def test_a_rule_that_cannot_be_read_is_refused(desk: Desk) -> None:
    done = desk.jynco("gc", JYNCO_KEEP_EXPORTS_DAYS="soon")
    assert done.code == 2
    assert "JYNCO_KEEP_EXPORTS_DAYS" in done.err
