"""Twenty people who write at once. Nobody makes what they ask for, so the time is theirs alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.kit import below, clip, wait
from tests.faults.kit import Caller, Estate, estate, film
from tests.faults.test_documents import PEOPLE, live, reader

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The web alone."""
    data = tmp_path_factory.mktemp("estate") / "data"
    with estate(data, workers=()) as made:
        yield made
    wait(lambda: below(data) == {}, "everything has ended")


@pytest.mark.long
def test_twenty_people_write_fifty_times_each(place: Estate, call: Caller) -> None:
    """Each to a field of their own, through revisions that they may find taken: none of a thousand is lost."""
    times = int(os.environ.get("JYNCO_CHAOS_TIMES", "3"))  # 50 is what is promised
    project = call.create(film("crowd", *(clip(f"p{number}") for number in range(PEOPLE))))
    path = place.file(project)

    def write(person: int) -> None:
        with place.http() as client:
            patient = Caller(client)
            for number in range(1, times + 1):
                address, body = (
                    f"/v1/projects/{project}/clips/clip_p{person}",
                    {"motionPrompt": f"{person} {number}"},
                )
                assert patient("PATCH", address, json=body).is_success

    with reader(path), ThreadPoolExecutor(PEOPLE) as crowd:
        list(crowd.map(write, range(PEOPLE)))
    said = {f"clip_p{person}": f"{person} {times}" for person in range(PEOPLE)}
    wait(
        lambda: {each["clipId"]: each["motionPrompt"] for each in live(path)["timeline"]} == said,
        "all is there",
    )
    revision = place.rows("SELECT revision FROM projects WHERE project_id = %s", project)[0][0]
    assert revision == PEOPLE * times + 1, "each update was one change"
