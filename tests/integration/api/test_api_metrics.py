"""Metrics over HTTP, the dashboard and the alerts that are drawn from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from api import create_app
from api.tallying import Requests
from config.settings import Settings
from jynco.adapters.clock import SystemClock
from jynco.adapters.database import secret
from jynco.adapters.database.desk import LOCAL, ApiKey, Scope, desk
from jynco.adapters.database.memory import MemoryDatabase
from jynco.adapters.database.postgres import PostgresDatabase
from jynco.model import metrics
from tests.integration.api.conftest import Caller, Projects
from workers import house as houses
from workers.house import house
from workers.tasks.upkeep import sweep

GRAFANA = Path(__file__).parents[3] / "docs/grafana"
SUFFIXES = re.compile(r"_(total|bucket|sum|count)$")


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def exported(text: str) -> set[str]:
    """The names of all families, whether anything was counted in them or not."""
    return {SUFFIXES.sub("", line.split()[2]) for line in text.splitlines() if line.startswith("# TYPE")}


def named(text: str) -> set[str]:
    """The metrics of ours that an expression, a dashboard or a file of rules speaks of."""
    return {SUFFIXES.sub("", name) for name in re.findall(r"\bjynco_[a-z_]+", text)}


def test_queues_are_told_from_rows_even_when_nothing_waits(ask: Caller, project: Projects) -> None:
    before = samples(ask.get("/metrics").text)
    lane = (("kind", "motion"), ("priority", "low"), ("queue", "motion.low"))
    assert ("jynco_queue_age_seconds", lane) in before
    name = project(clips=2)
    answer = ask.post(f"/v1/projects/{name}/jobs", json={"kind": "final", "priority": "low"})
    after = samples(ask.get("/metrics").text)
    waiting = ("jynco_queue_jobs", lane)
    assert after[waiting] == before[waiting] + 2
    ask("DELETE", answer.headers["Location"])
    assert samples(ask.get("/metrics").text)[waiting] == before[waiting]


def test_counters_only_rise_whatever_is_deleted_or_folded(ask: Caller, project: Projects) -> None:
    orders = ("jynco_agent_runs_total", (("agent", "architect"), ("code", ""), ("outcome", "completed")))
    name = project()
    ask.post(f"/v1/projects/{name}/jobs", json={"kind": "final"})
    before = samples(ask.get("/metrics").text)[orders]
    assert ask("DELETE", f"/v1/projects/{name}").status_code == 204
    house().database.metrics.fold()
    assert samples(ask.get("/metrics").text)[orders] == before


def test_requests_are_counted_by_route_and_status(ask: Caller, project: Projects) -> None:
    name, route = project(), ("route", "/v1/projects/{project_id}")
    found, lost = ((("method", "GET"), route, ("status", status)) for status in ("200", "404"))
    took = ("jynco_http_request_seconds_count", (("method", "GET"), route))
    before = samples(ask.get("/metrics").text)
    for path in (name, name, "proj_nobodys"):
        ask.get(f"/v1/projects/{path}")
    after = samples(ask.get("/metrics").text)
    for counted, times in ((found, 2), (lost, 1)):
        told = ("jynco_http_requests_total", counted)
        assert after[told] - before.get(told, 0) == times
    assert after[took] - before.get(took, 0) == 3


def test_what_cannot_be_counted_now_is_counted_later(tmp_path: Path) -> None:
    away = PostgresDatabase(f"postgresql://nobody@/nothing?host={tmp_path}")
    there = MemoryDatabase(SystemClock())
    made = Requests()
    made.answered("GET", "/somewhere", 200, 0.05)
    made.flush(away.metrics)
    made.answered("GET", "/somewhere", 200, 0.07)
    made.flush(there.metrics)
    made.flush(there.metrics)
    told = {(each.metric, each.labels, each.count) for each in there.metrics.totals()}
    assert told == {
        (metrics.HTTP_REQUESTS.name, ("GET", "/somewhere", "200"), 2),
        (metrics.HTTP_SECONDS.name, ("GET", "/somewhere"), 2),
    }


def test_what_the_architect_refuses_is_its_failure(ask: Caller, project: Projects) -> None:
    name = project()
    body = {"kind": "clips", "clips": ["clip_99"]}
    refused = ask.post(f"/v1/projects/{name}/jobs", json=body)
    assert refused.status_code >= 400
    code = refused.get_json()["code"]
    told = samples(ask.get("/metrics").text)
    labels = (("agent", "architect"), ("code", code), ("outcome", "failed"))
    assert told["jynco_agent_runs_total", labels] >= 1


def test_the_sweeper_says_what_it_did(ask: Caller, quiet: None) -> None:
    sweeps = ("jynco_sweeper_actions_total", (("action", "sweep"),))
    before = samples(ask.get("/metrics").text).get(sweeps, 0)
    houses.enter(None)
    sweep()
    assert samples(ask.get("/metrics").text)[sweeps] == before + 1


def test_a_distribution_is_one_to_prometheus(ask: Caller) -> None:
    for seconds in (0.2, 40.0):
        house().database.metrics.count(metrics.QUEUE_WAIT.tally("high", amount=seconds))
    told = samples(ask.get("/metrics").text)
    high = ("priority", "high")
    below = told["jynco_queue_wait_seconds_bucket", (("le", "30.0"), high)]
    assert told["jynco_queue_wait_seconds_bucket", (("le", "60.0"), high)] == below + 1
    every = told["jynco_queue_wait_seconds_bucket", (("le", "+Inf"), high)]
    assert every == told["jynco_queue_wait_seconds_count", (high,)]


def test_openmetrics_is_spoken_to_those_who_ask(ask: Caller) -> None:
    kind = "application/openmetrics-text; version=1.0.0"
    answer = ask.get("/metrics", headers={"Accept": kind})
    assert answer.mimetype == "application/openmetrics-text"
    assert answer.text.endswith("# EOF\n")
    assert ask.get("/metrics").mimetype == "text/plain"


@pytest.fixture
def guarded(app: Flask, settings: Settings) -> Iterator[Flask]:
    house().close()
    yield create_app(replace(settings, auth="required"))
    house().close()
    houses.use(settings)


@pytest.mark.parametrize(("tenant", "status"), [(LOCAL, 200), ("acme", 403), (None, 401)])
def test_only_the_installations_own_keys_read_it(guarded: Flask, tenant: str | None, status: int) -> None:
    headers = {}
    if tenant:
        words = secret.fresh()
        key = ApiKey(f"key_m-{tenant}-{words[3:9]}", "prometheus", tenant, Scope.READ)
        desk(house().database).keys.add(key, secret.hashed(words))
        headers = {"Authorization": f"Bearer {words}"}
    assert guarded.test_client().get("/metrics", headers=headers).status_code == status


def panels(dashboard: dict[str, Any]) -> Iterator[str]:
    """Every expression of a dashboard."""
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


def test_the_dashboard_draws_only_what_is_exported_and_all_that_is_counted(ask: Caller) -> None:
    dashboard = json.loads((GRAFANA / "jynco.json").read_text())
    drawn = set().union(*map(named, panels(dashboard)))
    there = exported(ask.get("/metrics").text)
    assert drawn <= there
    assert {metric.name for metric in metrics.ALL} <= drawn, "what nobody sees need not be counted"


def test_the_alerts_speak_only_of_what_is_exported(ask: Caller) -> None:
    rules = (GRAFANA / "alerts.yaml").read_text()
    spoken = named(rules)
    assert spoken
    assert spoken <= exported(ask.get("/metrics").text)


@pytest.mark.parametrize("file", ["jynco.json", "alerts.yaml"])
def test_labels_are_those_that_the_metrics_have(ask: Caller, file: str) -> None:
    known = {label for metric in metrics.ALL for label in metric.labels} | {
        *("queue", "kind", "priority", "provider", "model", "le", "job", "instance", "version", "python")
    }
    told = (GRAFANA / file).read_text().replace("\\", "")
    selected = re.findall(r"[{,]\s*([a-z_]+)\s*(?:=~|!~|!=|=)\"", told)
    grouped = [word.strip() for words in re.findall(r"\bby ?\(([^)]*)\)", told) for word in words.split(",")]
    assert {*selected, *grouped} <= known
