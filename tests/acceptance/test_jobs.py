"""``status``, ``cancel``, ``retry``, ``doctor`` and ``db``: outputs and exit codes."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.kit import Desk, ask, board, clip, wait

pytestmark = pytest.mark.timeout(300)


def test_status_tells_how_a_job_ended(desk: Desk) -> None:
    bad = clip("bad", providerOptions={"fail": "moderated"})
    done = desk.render(board("status", clip("one"), bad), "--on-missing", "skip")
    job = done.json["jobId"]
    told = desk.jynco("status", job, "--json")
    assert (told.code, told.json) == (0, {k: v for k, v in done.json.items() if k != "film"})
    words = desk.jynco("status", job)
    assert words.code == 0
    assert words.out.splitlines()[0] == f"{job} (final of proj_status): completed, 100%"
    assert any("clip_bad: missing" in line for line in words.out.splitlines())
    clips = {each["clipId"]: each["jobId"] for each in done.json["clips"]}
    failed = desk.jynco("status", clips["clip_bad"], "--json")
    assert (failed.code, failed.json["state"], failed.json["error"]["code"]) == (1, "failed", "moderated")


@pytest.mark.long
def test_what_is_not_there_is_told(desk: Desk) -> None:
    for arguments in (
        ("status", "job_render_nobody"),
        ("cancel", "job_motion_nobody"),
        ("retry", "proj_nobody", "clip_a"),
        ("edit", "proj_nobody", "clip_a", "--prompt", "x"),
    ):
        told = desk.jynco(*arguments)
        assert (told.code, told.out, len(told.said)) == (2, "", 1)
    told = desk.jynco("status", "job_render_nobody", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "not_found")


def test_cancel_ends_a_running_film(desk: Desk, house: House) -> None:
    desk.write(board("cancel", clip("slow", providerOptions={"latency": 600}), clip("quick")))
    running = desk.start("render", "board.json", "--json")
    job = first(house, "proj_cancel")
    ended = desk.jynco("cancel", job, "--json")
    assert (ended.code, ended.json["state"]) == (0, "cancelled")
    told = desk.ended(running)
    assert (told.code, told.json["state"], told.json["film"]) == (1, "cancelled", None)
    assert any("cancelled" in line for line in told.said)
    assert not (desk.folder / "proj_cancel.mp4").exists()
    again = desk.jynco("cancel", job)
    assert (again.code, again.out) == (0, f"{job} is cancelled\n")
    states = ask(house.servers, "SELECT DISTINCT state FROM jobs WHERE project_id = 'proj_cancel'")
    assert {state for (state,) in states} <= {"cancelled", "completed"}


def test_doctor_says_that_all_is_well(desk: Desk) -> None:
    told = desk.jynco("doctor", "--json")
    assert (told.code, told.json["healthy"]) == (0, True)
    looked = {"python", "packages", "ffmpeg", "encoders", "effects", "data folder", "servers"}
    assert set(told.json["checks"]) == looked
    assert all(line.startswith("ok ") for line in desk.jynco("doctor").out.splitlines())


def test_doctor_says_what_is_away(desk: Desk) -> None:
    away = {"DATABASE_URL": "postgresql://x@127.0.0.1:9/x", "REDIS_URL": "redis://127.0.0.1:9/0"}
    told = desk.jynco("doctor", "--json", **away)
    assert (told.code, told.json["healthy"]) == (4, False)
    assert told.json["checks"]["servers"]["ok"] is False


@pytest.mark.long
def test_db_upgrade_can_be_run_again(desk: Desk) -> None:
    first, second = (desk.jynco("db", "upgrade", "--json") for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert first.json == second.json
    assert desk.jynco("db", "upgrade").out.startswith("The database is at ")


def first(house: House, project: str) -> str:
    """The film's job, once it is there and its clips are being made."""
    query = (
        "SELECT parent_id FROM jobs WHERE project_id = %s AND kind = 'motion' AND state = 'running' LIMIT 1"
    )
    wait(lambda: bool(ask(house.servers, query, project)), f"{project} is being made")
    return str(ask(house.servers, query, project)[0][0])
