"""One estate for each file of tests: what one of them breaks, its neighbours have to live with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.kit import below, wait
from tests.faults.kit import Caller, Estate, estate


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Everything, running; nothing of it is left afterwards."""
    data = tmp_path_factory.mktemp("estate") / "data"
    with estate(data) as made:
        yield made
    wait(lambda: below(data) == {}, "everything has ended")


@pytest.fixture
def call(place: Estate) -> Iterator[Caller]:
    """A patient client."""
    with place.http() as client:
        yield Caller(client)
