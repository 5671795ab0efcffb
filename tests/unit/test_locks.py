"""The locks say what their .in files ask for, agree with one another, and hold on any machine."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements", "requirements-embedded", "requirements-test", "requirements-local"]


@cache
def wanted(name: str) -> list[Requirement]:
    lines = (line.split(" #")[0].strip() for line in (ROOT / f"{name}.in").read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


@cache
def locked(name: str) -> list[tuple[Requirement, int]]:
    """Each requirement of a lock, and how many hashes it has."""
    joined = (ROOT / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]
    return [(Requirement(line.split(" --hash")[0]), line.count("--hash=sha256:")) for line in lines]


def pins(name: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for requirement, _ in locked(name):
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def version(pin: Requirement) -> str:
    (specifier,) = pin.specifier
    assert specifier.operator == "==", pin
    return specifier.version


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_met_by_its_lock(name: str) -> None:
    assert wanted(name)
    for line in wanted(name):
        candidates = pins(name).get(canonicalize_name(line.name), [])
        assert candidates, f"{line} is not in {name}.txt; run `make lock`"
        for pin in candidates:
            assert line.specifier.contains(version(pin)), (
                f"{name}.in wants {line}, {name}.txt has {pin}; run `make lock`"
            )


@pytest.mark.parametrize("name", LOCKS)
def test_the_extras_are_locked_too(name: str) -> None:
    brings = {
        "psycopg": {"binary": "psycopg-binary", "pool": "psycopg-pool"},
        "pyjwt": {"crypto": "cryptography"},
    }
    for line in wanted(name):
        for extra in line.extras & brings.get(line.name, {}).keys():
            assert brings[line.name][extra] in pins(name)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_line_has_its_hashes(name: str) -> None:
    without = [str(pin) for pin, hashes in locked(name) if hashes == 0]
    assert len(locked(name)) >= len(wanted(name))
    assert not without


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("suffix", ["in", "txt"])
def test_no_lock_names_an_index_or_a_machine(name: str, suffix: str) -> None:
    text = (ROOT / f"{name}.{suffix}").read_text()
    assert not re.findall(
        r"\w+://\S*|--(?:extra-)?index-url|--find-links|--trusted-host|(?<!\w)-[ief] ", text
    )
    assert not re.findall(r"(?:^|[\s@])(?:/|~/|[A-Z]:\\)\S+", text, re.MULTILINE)


def test_the_locks_agree_on_what_they_share() -> None:
    seen: dict[str, set[tuple[str, ...]]] = {}
    for name in LOCKS:
        for package, found in pins(name).items():
            seen.setdefault(package, set()).add(tuple(sorted({version(pin) for pin in found})))
    differing = {package: versions for package, versions in seen.items() if len(versions) > 1}
    assert not differing


def test_nothing_of_the_tests_is_needed_to_run() -> None:
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & pins("requirements").keys()
