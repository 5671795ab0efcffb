"""What every test may ask for: a program of the system, or to be left out with the reason."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Need = Callable[[str], Path]

# Rooms whose tests wait for leases, kills and films come first: the many quick files then fill what is left evenly.
PATIENT = {"acceptance", "faults", "chaos", "browser", "security"}

pytest_plugins = ["pytester"]  # tests/architecture/test_skips.py runs pytest itself


def everything() -> bool:
    """Whether JYNCO_TEST_ALL=1 promised that nothing is left out."""
    return os.environ.get("JYNCO_TEST_ALL") == "1"


def find_or_skip(program: str) -> Path:
    """The program's path. Without it the test is skipped, or failed where JYNCO_TEST_ALL=1 promised it."""
    found = shutil.which(program)
    if found:
        return Path(found)
    reason = f"{program} is not installed"
    if everything():
        pytest.fail(f"{reason}, and JYNCO_TEST_ALL=1 lets no test be skipped", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def need() -> Need:
    """``chromium = need("chromium")``, for a test that also wants to know where the program is."""
    return find_or_skip


def pytest_runtest_setup(item: pytest.Item) -> None:
    """``@pytest.mark.need("rabbitmq-server")`` wants it to be there; ``@pytest.mark.long`` wants time."""
    if item.get_closest_marker("long") and not everything():
        pytest.skip("it takes long: JYNCO_TEST_ALL=1 runs it")
    for mark in item.iter_markers("need"):
        for program in mark.args:
            find_or_skip(program)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The patient rooms first, everything else as it was."""
    items.sort(key=lambda item: PATIENT.isdisjoint(item.path.parts))
