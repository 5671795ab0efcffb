"""A desk for each test; one running house that the tests of this folder share, and share with nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jynco.embedded import Servers
from tests.acceptance.kit import Desk, environment, held


@dataclass(frozen=True, slots=True)
class House:
    """Servers and workers that run, and where."""

    servers: Servers
    data: Path


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Servers and workers for commands to share, as beside a running ``jynco up``."""
    data = tmp_path_factory.mktemp("house") / "data"
    with held(data) as servers:
        yield House(servers, data)


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Iterator[Desk]:
    """A desk at the shared house."""
    with Desk(tmp_path, house.data, environment()).tidy() as made:
        yield made


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a data folder of its own, where nothing runs yet."""
    with Desk(tmp_path, tmp_path / "data", environment()).tidy() as made:
        yield made
