"""Twenty people who write at once. Nobody makes what they ask for, so the time is theirs alone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jynco.adapters.storage.s3 import S3Storage
from tests.acceptance.kit import below, clip, wait
from tests.faults.kit import Caller, Estate, estate, film
from tests.faults.test_documents import PEOPLE, reader
from tests.s3_server import KEYS, S3Server, s3_server

__all__ = ["s3_server"]
pytestmark = pytest.mark.timeout(300)
TIMES = int(os.environ.get("JYNCO_CHAOS_TIMES", "3"))  # 50 is what is promised


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The web alone, and documents on this disk."""
    data = tmp_path_factory.mktemp("estate") / "data"
    with estate(data, workers=()) as made:
        yield made
    wait(lambda: below(data) == {}, "everything has ended")


@pytest.fixture
def afar(
    tmp_path: Path, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Estate, S3Storage]]:
    """The web alone, with two processes, and documents in a bucket."""
    address = s3_server.address()
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    place = f"s3://{address.bucket}/{address.prefix}"
    with estate(
        tmp_path / "data",
        workers=(),
        JYNCO_STORAGE=place,
        AWS_ENDPOINT_URL_S3=s3_server.url,
        WEB_CONCURRENCY="2",
    ) as made:
        yield made, S3Storage(address, tmp_path / "looking")


@pytest.mark.long
def test_twenty_people_write_fifty_times_each(place: Estate) -> None:
    project = begun(place)
    path = place.file(project)
    check_none_is_lost(place, project, path.read_bytes)


@pytest.mark.long
def test_twenty_people_write_to_a_bucket(afar: tuple[Estate, S3Storage]) -> None:
    """Where no lock of this machine's helps: writes go by the document's version in the bucket."""
    place, bucket = afar
    project = begun(place)
    check_none_is_lost(place, project, lambda: bucket.read(f"projects/{project}/storyboard.json"))


def begun(place: Estate) -> str:
    with place.http() as client:
        return Caller(client).create(film("crowd", *(clip(f"p{number}") for number in range(PEOPLE))))


def check_none_is_lost(place: Estate, project: str, live: Callable[[], bytes]) -> None:
    """Each writes to a field of their own, through revisions that they may find taken: all of it is there."""

    def write(person: int) -> None:
        with place.http() as client:
            patient = Caller(client)
            for number in range(1, TIMES + 1):
                address, body = (
                    f"/v1/projects/{project}/clips/clip_p{person}",
                    {"motionPrompt": f"{person} {number}"},
                )
                assert patient("PATCH", address, json=body).is_success

    def shown() -> dict[str, str]:
        return {each["clipId"]: each["motionPrompt"] for each in json.loads(live())["timeline"]}

    with reader(live), ThreadPoolExecutor(PEOPLE) as crowd:
        list(crowd.map(write, range(PEOPLE)))
    said = {f"clip_p{person}": f"{person} {TIMES}" for person in range(PEOPLE)}
    wait(lambda: shown() == said, "all is there")
    revision = place.rows("SELECT revision FROM projects WHERE project_id = %s", project)[0][0]
    assert revision == PEOPLE * TIMES + 1, "each update was one change"
