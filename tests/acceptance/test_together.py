"""Several commands at once on one data folder, and commands at servers that were there before."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.kit import Desk, ask, bills, board, clip, held, look, paid

pytestmark = pytest.mark.timeout(300)


def test_two_at_once_end_together(lonely: Desk) -> None:
    """Both start on an empty data folder: one starts the servers, both share them, the last one ends them."""
    one = lonely.write(board("first", clip("a"), clip("b")), "one.json")
    two = lonely.write(board("second", clip("a"), clip("b")), "two.json")
    running = [lonely.start("render", path, "--json") for path in (one, two)]
    for done in (lonely.ended(process) for process in running):
        assert look(done.film()).frames == 10
        assert set(done.made().values()) == {"generated"}
    assert not (lonely.data / "embedded.json").exists(), "the servers ended with the last command"


def test_the_same_film_twice_at_once_is_one_job(desk: Desk, house: House) -> None:
    document = board("twice", clip("slow", providerOptions={"latency": 2}))
    desk.write(document)
    running = [desk.start("render", "board.json", "--json", "--out", f"{n}.mp4") for n in (1, 2)]
    both = [desk.ended(process) for process in running]
    assert [look(done.film()).frames for done in both] == [5, 5]
    assert both[0].json["jobId"] == both[1].json["jobId"]
    assert paid(house.servers, "proj_twice") == {"clip_slow": 1}


def test_the_same_clip_in_two_projects_is_generated_once(desk: Desk, house: House) -> None:
    same = clip("same", seed=77, providerOptions={"latency": 2})
    paths = [desk.write(board(name, same), f"{name}.json") for name in ("left", "right")]
    running = [desk.start("render", path, "--json") for path in paths]
    both = [desk.ended(process) for process in running]
    assert sorted(made for done in both for made in done.made().values()) == ["cached", "generated"]
    key = desk.live("proj_left")["timeline"][0]["cacheKey"]
    assert key == desk.live("proj_right")["timeline"][0]["cacheKey"]
    assert bills(house.data).count(key) == 1
    done = ask(house.servers, "SELECT count(*) FROM generations WHERE cache_key = %s AND state = 'done'", key)
    assert done == [(1,)]


@pytest.mark.long
def test_servers_that_are_named_are_used_and_none_is_started(lonely: Desk) -> None:
    """Without workers the command says so; the job is kept, and done as soon as there are some."""
    elsewhere = lonely.folder / "elsewhere"
    lonely.write(board("named", clip("a")))
    with held(elsewhere, ()) as servers:
        urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        alone = lonely.jynco("render", "board.json", "--json", **urls)
        assert (alone.code, alone.json["error"]["code"]) == (4, "service_away")
        assert alone.said[-1].startswith("jynco: No worker answers")
        assert "Starting" not in alone.err
        assert not (lonely.data / "embedded.json").exists()
        with held(elsewhere, JYNCO_STORAGE=f"file://{lonely.data}"):
            done = lonely.jynco("render", "board.json", "--json", **urls)
    assert done.made()["clip_a"] in {"generated", "cached"}  # the job that was kept may be done before we ask


def test_a_database_that_is_away_is_told(lonely: Desk) -> None:
    lonely.write(board("away", clip("a")))
    away = {"DATABASE_URL": "postgresql://x@127.0.0.1:9/x", "REDIS_URL": "redis://127.0.0.1:9/0"}
    told = lonely.jynco("render", "board.json", **away)
    assert told.code == 4
    (sentence,) = told.said
    assert "database does not answer" in sentence
