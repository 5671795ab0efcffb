"""One estate for each file of tests: what one of them breaks, its neighbours have to live with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.kit import below, wait
from tests.doubles.runway import Runway
from tests.faults.kit import Caller, Estate, estate
from tests.integration.film_kit import ffmpeg


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runway]:
    """A vendor's double that bills, and goes on with what is cancelled."""
    source = tmp_path_factory.mktemp("vendor") / "clip.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=5", "-pix_fmt", "yuv420p", source)
    with Runway(source.read_bytes()) as double:
        yield double


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
