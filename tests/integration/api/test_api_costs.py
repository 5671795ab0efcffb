"""Money over HTTP and in a terminal: spend in parts and pages, charges that bought nothing, budgets, consent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Flask

from api import create_app
from config.settings import Settings
from jynco.adapters.database import secret
from jynco.adapters.database.desk import ApiKey, Scope, desk
from jynco.cli.main import main
from jynco.model.ids import JobId
from jynco.model.jobs import Failure, Job
from jynco.model.motion import Ticket
from jynco.model.states import GenerationState
from tests.integration.api.conftest import Caller, Projects, Terminal, numbers
from workers import house as houses
from workers.house import house

INTENT, SUBMITTED, SUCCEEDED, DONE, FAILED, UNKNOWN = GenerationState


def jobs_of(ask: Caller, project: str) -> list[Job]:
    started = ask.post(f"/v1/projects/{project}/jobs", json={"kind": "clips"})
    return [house().database.jobs.get(JobId(job["jobId"])) for job in started.get_json()["jobs"]]


def attempt(job: Job, *steps: GenerationState, usd: str, code: str | None = None) -> None:
    """An attempt in the ledger as workers write it."""
    assert job.shot is not None
    ledger = house().database.ledger
    row = ledger.take(job.shot.key, job, "w", 30, price=Decimal(usd))
    assert row is not None
    for step in steps:
        why = Failure(code, "Why it ended.") if code and step is steps[-1] else None
        ticket = Ticket("vendor-task-7") if step is SUBMITTED else None
        row = ledger.advance(row, step, ticket=ticket, failure=why)


@pytest.fixture
def spending(ask: Caller, project: Projects) -> str:
    """A project with a clip that was made, one that failed, and one that nobody knows about."""
    name = project(clips=3)
    made, broken, lost = jobs_of(ask, name)
    attempt(made, SUBMITTED, SUCCEEDED, DONE, usd="0.25")
    attempt(broken, SUBMITTED, FAILED, usd="0.125", code="generation_failed")
    attempt(lost, UNKNOWN, usd="0.5", code="outcome_unknown")
    return name


def test_spend_is_told_in_parts(ask: Caller, spending: str) -> None:
    told = ask.get(f"/v1/costs?projectId={spending}").get_json()
    assert (told["usd"], told["settledUsd"], told["reservedUsd"]) == ("0.875", "0.375", "0.5")
    assert (told["attempts"], told["by"]) == (3, ["project", "clip", "provider", "day"])
    today = datetime.now(UTC).date().isoformat()
    assert [(part["clipId"], part["usd"], part["day"]) for part in told["items"]] == [
        ("clip_1", "0.25", today),
        ("clip_2", "0.125", today),
        ("clip_3", "0.5", today),
    ]
    by = ask.get(f"/v1/costs?projectId={spending}&by=provider&from={today}&to={today}").get_json()["items"]
    assert [(part["provider"], part["usd"], part["attempts"]) for part in by] == [("camera", "0.875", 3)]
    assert ask.get(f"/v1/costs?projectId={spending}&to=2000-01-01").get_json()["usd"] == "0"


def test_spend_comes_in_pages(ask: Caller, spending: str) -> None:
    first = ask.get(f"/v1/costs?projectId={spending}&by=clip&limit=2").get_json()
    cursor = first["nextCursor"]
    second = ask.get(f"/v1/costs?projectId={spending}&by=clip&limit=2&cursor={cursor}").get_json()
    assert [part["clipId"] for part in first["items"] + second["items"]] == ["clip_1", "clip_2", "clip_3"]
    assert second["nextCursor"] is None
    assert ask.get(f"/v1/costs?by=project,clip&cursor={cursor}").status_code == 404


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("by=colour", "/by"),
        ("from=yesterday", "/from"),
        ("from=2026-02-01&to=2026-01-01", "/to"),
        ("limit=0", "/limit"),
        ("projectId=x", "/projectId"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(ask: Caller, query: str, pointer: str) -> None:
    refused = ask.get(f"/v1/costs?{query}")
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.get_json()["errors"]] == [pointer]


def test_what_bought_nothing_is_told_with_what_is_known(ask: Caller, spending: str) -> None:
    told = ask.get(f"/v1/costs/wasted?projectId={spending}&limit=2").get_json()
    assert told["wastedUsd"] == "0.875"
    assert [(loss["clipId"], loss["reason"], loss["usd"]) for loss in told["items"]] == [
        ("clip_3", "unknown", "0.5"),
        ("clip_2", "failed", "0.125"),
    ]
    assert (told["items"][1]["taskId"], told["items"][1]["message"]) == ("vendor-task-7", "Why it ended.")
    more = ask.get(f"/v1/costs/wasted?projectId={spending}&cursor={told['nextCursor']}").get_json()
    assert [(loss["clipId"], loss["reason"]) for loss in more["items"]] == [("clip_1", "superseded")]
    assert ask.get("/v1/costs/wasted?cursor=abc").status_code == 404
    assert ask.get(f"/v1/costs/wasted?projectId={spending}&to=9999-12-31").get_json()["wastedUsd"] == "0.875"


def test_an_unknown_outcome_is_settled_once(ask: Caller, spending: str) -> None:
    (lost,) = (
        loss
        for loss in ask.get(f"/v1/costs/wasted?projectId={spending}").get_json()["items"]
        if loss["reason"] == "unknown"
    )
    address = f"/v1/costs/unknown/{lost['attemptId']}"
    for wrong in ({}, {"billed": "no"}, {"billed": False, "usd": 1}, {"billed": True, "usd": -1}):
        assert ask.post(address, json=wrong).status_code == 422
    settled = ask.post(address, json={"billed": False})
    assert (settled.status_code, settled.get_json()["usd"], settled.get_json()["settled"]) == (200, "0", True)
    assert "this machine of local" in settled.get_json()["message"]
    told = ask.get(f"/v1/costs?projectId={spending}").get_json()
    assert (told["usd"], told["reservedUsd"]) == ("0.375", "0")
    assert ask.post(address, json={"billed": True}).status_code == 409
    for nobody in (10**9, 10**30):
        assert ask.post(f"/v1/costs/unknown/{nobody}", json={"billed": False}).status_code == 404


def test_what_a_deleted_project_cost_is_still_there(ask: Caller, spending: str) -> None:
    assert ask("DELETE", f"/v1/projects/{spending}").status_code == 204
    assert ask.get(f"/v1/costs?projectId={spending}").get_json()["usd"] == "0.875"


def test_a_budget_is_set_looked_at_and_taken_away(ask: Caller, spending: str) -> None:
    address = f"/v1/projects/{spending}/budget"
    none = ask.get(address).get_json()
    assert none == {"usd": None, "allowUnpriced": False, "spentUsd": "0.875", "leftUsd": None}
    put = ask("PUT", address, json={"usd": "1.00", "allowUnpriced": True}).get_json()
    assert (
        put
        == {"usd": "1", "allowUnpriced": True, "spentUsd": "0.875", "leftUsd": "0.125"}
        == ask.get(address).get_json()
    )
    assert ask.get(f"/v1/costs?projectId={spending}").get_json()["budgets"][0]["leftUsd"] == "0.125"
    assert ask("DELETE", address).status_code == 204
    assert ask.get(address).get_json() == none
    for wrong in ({}, {"usd": -1}, {"usd": "much"}, {"usd": 1, "more": 2}):
        assert ask("PUT", address, json=wrong).status_code == 422
    assert ask("PUT", "/v1/projects/proj_nowhere/budget", json={"usd": 1}).status_code == 404


@pytest.fixture
def guarded(app: Flask, settings: Settings) -> Iterator[Caller]:
    """The application, asking everybody for a name."""
    house().close()
    yield Caller(create_app(replace(settings, auth="required")))
    house().close()
    houses.use(settings)


def named(tenant: str, scope: Scope) -> dict[str, str]:
    words = secret.fresh()
    made = ApiKey(f"key_costs-{os.getpid()}-{next(numbers)}", "test", tenant, scope)
    desk(house().database).keys.add(made, secret.hashed(words))
    return {"Authorization": f"Bearer {words}"}


def test_nobody_sees_or_caps_anothers_money(guarded: Caller, spending: str, ask: Caller) -> None:
    theirs, own = named("zoo", Scope.ADMIN), named("zoo", Scope.SUBMIT)
    assert guarded.get(f"/v1/costs?projectId={spending}", headers=theirs).get_json()["attempts"] == 0
    assert guarded.get("/v1/costs/wasted", headers=theirs).get_json()["items"] == []
    for method in ("GET", "PUT", "DELETE"):
        body = {"json": {"usd": 1}} if method == "PUT" else {}
        assert guarded(method, f"/v1/projects/{spending}/budget", headers=theirs, **body).status_code == 404
    assert guarded("PUT", "/v1/costs/budget", headers=own, json={"usd": 1}).status_code == 403
    assert guarded("PUT", "/v1/costs/budget", headers=theirs, json={"usd": 1}).get_json()["leftUsd"] == "1"
    assert guarded.get("/v1/costs/budget", headers=own).get_json()["usd"] == "1"
    assert guarded("DELETE", "/v1/costs/budget", headers=theirs).status_code == 204


def test_the_terminal_says_and_sets_the_same(ask: Caller, jynco: Terminal, spending: str) -> None:
    told = jynco("costs", "--project", spending, "--by", "clip")
    assert told["usd"] == ask.get(f"/v1/costs?projectId={spending}").get_json()["usd"]
    assert [part["usd"] for part in told["items"]] == ["0.25", "0.125", "0.5"]
    lost = jynco("costs", "--project", spending, "--wasted")
    assert [loss["reason"] for loss in lost["items"]] == ["unknown", "failed", "superseded"]
    assert jynco("costs", "--set-budget", spending, "2.50")["leftUsd"] == "1.625"
    attempt = str(lost["items"][0]["attemptId"])
    assert jynco("costs", "--settle", attempt, exit_code=2)["error"]["code"] == "usage"
    assert jynco("costs", "--settle", attempt, "--billed", "--usd", "0.375")["usd"] == "0.375"
    assert ask.get(f"/v1/costs?projectId={spending}").get_json()["usd"] == "0.75"
    assert jynco("costs", "--settle", attempt, "--not-billed")["usd"] == "0"
    assert jynco("costs", "--settle", attempt, "--not-billed", exit_code=1)["error"]["code"] == "conflict"
    assert ask.get(f"/v1/projects/{spending}/budget").get_json()["usd"] == "2.5"
    assert jynco("costs", "--set-budget", spending, "none")["usd"] is None
    assert jynco("costs", "--by", "colour", exit_code=2)["error"]["code"] == "usage"


def test_people_read_money_in_cents(
    ask: Caller, jynco: Terminal, spending: str, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    assert jynco("costs", "--set-budget", spending, "2.50")["usd"] == "2.5"
    house().close()
    assert main(["costs", "--project", spending, "--by", "clip", "--data", str(settings.data)]) == 0
    words = capfd.readouterr().out
    assert "$0.25" in words
    assert "$0.125" in words, "exactly, where it is less than a cent"
    assert "$0.50" in words
    assert "of $2.50" in words
