"""The files that platforms read say what the Procfile says. No engine has tried them here."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from jynco.embedded.procfile import LINE
from workers.health import PAGES
from workers.queues import ROLES

ROOT = Path(__file__).parents[2]
FOUND = [LINE.fullmatch(line) for line in (ROOT / "Procfile").read_text().splitlines()]
PROCFILE = {found[1]: found[2] for found in FOUND if found}
SERVERS = {"postgres", "valkey"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    return found


def test_compose_starts_what_the_procfile_starts(services: dict[str, Any]) -> None:
    ours = {name: each["command"] for name, each in services.items() if name not in SERVERS}
    assert ours == {name: shlex.split(line) for name, line in PROCFILE.items() if name != "flower"}


def test_compose_asks_every_process_whether_it_lives(services: dict[str, Any]) -> None:
    asked = {
        name: each["healthcheck"]["test"][-1]
        for name, each in services.items()
        if name not in {*SERVERS, "release"}
    }
    assert asked == {name: name.removeprefix("worker_") for name in asked}
    assert set(asked.values()) == {*PAGES, *ROLES, "beat"} - {"flower"}
    assert all("healthcheck" in services[name] for name in SERVERS)


def test_compose_sets_variables_that_are_read(services: dict[str, Any]) -> None:
    read = (ROOT / "config" / "settings.py").read_text() + (ROOT / "config" / "variables.py").read_text()
    unknown = {name for each in services.values() for name in each.get("environment", ()) if name not in read}
    assert unknown == {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def test_the_image_is_made_of_what_is_there() -> None:
    lines = [
        line.split() for line in (ROOT / "Dockerfile").read_text().splitlines() if line and line[0].isupper()
    ]
    assert {words[0] for words in lines} <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "CMD"}
    version = (ROOT / ".python-version").read_text().strip()
    assert {words[1] for words in lines if words[0] == "FROM"} == {f"python:{version}-slim"}
    copied = [words[1] for words in lines if words[0] == "COPY" and not words[1].startswith("--")]
    assert all((ROOT / path).exists() for path in copied)
    assert [words[1] for words in lines if words[0] == "USER"] == ["jynco"], "it does not run as root"


def test_the_image_has_every_room_and_nothing_private() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert {"api", "config", "jynco", "migrations", "workers", "Procfile", "requirements.txt"} <= let_in
    assert all((ROOT / name).exists() for name in let_in)


def test_heroku_s_manifest_names_processes_that_there_are() -> None:
    manifest = json.loads((ROOT / "app.json").read_text())
    assert set(manifest["formation"]) == set(PROCFILE) - {"release", "flower"}
    assert all(re.fullmatch(r"[A-Z0-9_]+", name) for name in manifest["env"])
    assert manifest["env"]["JYNCO_PROXIES"]["value"] == "1", "else wrong keys are counted for the router"
