"""What is known of vendors and stands in no protocol: pictures, lengths, pauses; and that each fact has its test."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from PIL import Image

from config.settings import read
from jynco.model.motion import PollState
from jynco.ports import Provider
from tests.contract.vendors import CASES, Case, shot_of
from tests.doubles.vendor import Vendor

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "providers.md"
# The longest picture that a vendor takes within a request: characters, of a data URI where it is one.
PICTURES: Final = {
    "runway": 5_000_000,
    "fal": 10_000_000,
    "replicate": 5_000_100,
    "luma": 10_000_000,
    "gemini": 10_000_000,
}
SECONDS: Final = {
    "runway": range(2, 11),
    "fal": range(4, 16),
    "replicate": range(2, 13),
    "luma": (5, 10),
    "gemini": range(3, 16),
}


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture
def vendor(case: Case) -> Iterator[Vendor]:
    with case.double(b"clip") as vendor:
        yield vendor


@pytest.fixture(scope="session")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of 12 MB, for noise cannot be packed."""
    path = tmp_path_factory.mktemp("huge") / "huge.png"
    noise = np.random.default_rng(7).integers(0, 255, (2000, 2000, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, compress_level=0)
    return path


def texts(part: object) -> Iterator[str]:
    """Every text within an order."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)


def test_a_large_picture_is_sent_as_small_as_the_vendor_takes_it(
    case: Case, vendor: Vendor, huge: Path
) -> None:
    ticket = case.at(vendor).submit(shot_of(case), huge)
    order: Mapping[str, Any] = vendor.tasks[ticket.task_id].order
    (picture,) = (text for text in texts(order) if len(text) > 10_000)
    assert 100_000 < len(picture) <= PICTURES[case.name]


def test_the_lengths_that_can_be_ordered(case: Case) -> None:
    provider: Provider = case.provider(case.account(None))
    assert provider.capabilities(case.model).durations == tuple(SECONDS[case.name])
    assert provider.capabilities(case.model).image_forms == ("data",)


def test_a_client_lives_as_long_as_its_provider(case: Case, vendor: Vendor, huge: Path) -> None:
    """One of the SDKs closes its connections when its client is collected."""
    provider, shot = case.at(vendor), shot_of(case)
    ticket = provider.submit(shot, huge)
    gc.collect()
    assert provider.poll(shot, ticket).state is PollState.WAITING


def test_a_vendor_is_asked_every_five_seconds_at_most_and_given_up_late() -> None:
    settings = read({})
    assert (settings.poll, settings.give_up, settings.retry_base) == (5.0, 900.0, 2.0)


def test_each_fact_names_a_test_that_is_there() -> None:
    table = PAGE.read_text().partition("| what is known |")[2].partition("\n\n")[0]
    named = re.findall(r"`(test_\w+)`", table)
    files = [*(ROOT / "tests").rglob("test_*.py")]
    there = {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)}
    assert len(named) > 25
    assert sorted(set(named) - there) == []
