"""How workers end: told alone, or with everything of their group as platforms do; killed alone, or with their group."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from jynco.embedded.locks import until
from tests.acceptance.kit import below, clip, footage, wait
from tests.acceptance.test_kills import composers, parent
from tests.doubles.runway import Runway
from tests.doubles.vendor import KEY, Fault
from tests.faults.kit import Caller, Estate, estate, film, large, paid
from tests.integration.film_kit import ffmpeg

pytestmark = pytest.mark.timeout(300)
ENDS = 25.0  # seconds, promised: platforms kill after 30
AT_ONCE = 1.0 + 2.0  # seconds until nothing new is taken: what is promised, and what a busy machine may add
LISTEN = """
CREATE TABLE taken (owner text, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION note_taken() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO taken (owner) VALUES (NEW.owner); RETURN NEW; END $$;
CREATE TRIGGER note_taken AFTER UPDATE ON jobs FOR EACH ROW
WHEN (NEW.owner IS NOT NULL AND NEW.owner IS DISTINCT FROM OLD.owner) EXECUTE FUNCTION note_taken();
"""
LISTEN_NO_MORE = "DROP TRIGGER note_taken ON jobs; DROP FUNCTION note_taken; DROP TABLE taken;"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, vendor: Runway) -> Iterator[Estate]:
    """Everything, running, with a vendor that may say nothing for a minute."""
    data = tmp_path_factory.mktemp("estate") / "data"
    with estate(data, RUNWAYML_API_SECRET=KEY, RUNWAYML_BASE_URL=vendor.address) as made:
        yield made
    wait(lambda: below(data) == {}, "everything has ended")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A film that takes some seconds to compose, and of which nothing lies on the shelf: it is nobody else's."""
    path, hue = tmp_path / "in.mp4", random.randrange(360)
    picture = f"testsrc2=s=640x360:r=30:d=12,hue=h={hue}:s={random.uniform(0.5, 2)}"
    ffmpeg("-f", "lavfi", "-i", picture, "-preset", "ultrafast", path)
    return path


def composing(place: Estate, call: Caller, name: str, source: Path) -> str:
    """The job of a film that FFmpeg is at."""
    project = call.create(large(name, clip("placeholder")))
    with source.open("rb") as file:
        path = call("POST", f"/v1/projects/{project}/assets", files={"file": file}).json()["path"]
    document = large(name, footage("in", path))
    address = f"/v1/projects/{project}/storyboard"
    assert call("PUT", address, json=document, headers={"If-Match": "*"}).is_success
    job = call.start(project)
    wait(lambda: bool(composers(place.data)), "FFmpeg composes")
    return job


def tell(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def spent(place: Estate, job: str) -> int:
    """Tries and crashes that were counted for a job and those below it."""
    query = "SELECT coalesce(sum(attempts + crashes), 0) FROM jobs WHERE job_id = %s OR parent_id = %s"
    return int(place.rows(query, job, job)[0][0])


def test_everything_of_a_composer_is_told_at_once(place: Estate, call: Caller, source: Path) -> None:
    """The worker, its pool and FFmpeg, in no order: it is handed back, and no clip is said to be broken."""
    job = composing(place, call, "all-told", source)
    pid, told = place.pid("worker_render"), list[int]()

    def met() -> bool:
        """Between two segments there is no FFmpeg for a moment."""
        told[:] = place.below("worker_render")
        return bool(set(composers(place.data)) & set(told))

    wait(met, "FFmpeg is among them")
    tell(told[::-1], signal.SIGTERM)
    assert until(lambda: not set(told) & set(below(place.data)), ENDS), "all of them have ended"
    place.back("worker_render", pid)
    call.completed(job)
    assert spent(place, job) == 0


def test_a_process_of_the_pool_is_told_alone(place: Estate, call: Caller, source: Path) -> None:
    """Its film is handed back and goes on, with its worker: that one was not told, and nobody would begin it again."""
    job = composing(place, call, "told-alone", source)
    encoding, pid = composers(place.data), place.pid("worker_render")
    told = parent(encoding[0])
    assert told != pid
    os.kill(told, signal.SIGTERM)
    assert until(lambda: not set(encoding) & set(composers(place.data)), ENDS), "it was handed back"
    call.completed(job)
    assert (spent(place, job), place.pid("worker_render")) == (0, pid)
    call.completed(call.start(call.create(large("after-alone", clip("b")))))


@pytest.mark.long
def test_everything_of_a_camera_is_told_at_once(place: Estate, call: Caller) -> None:
    job = call.start(call.create(large("all-filmed", clip("a", duration=20))))
    wait(lambda: bool(composers(place.data)), "a clip is encoded")
    pid, told = place.pid("worker_motion"), place.below("worker_motion")
    tell(told[::-1], signal.SIGTERM)
    assert until(lambda: not set(told) & set(below(place.data)), ENDS)
    place.back("worker_motion", pid)
    call.completed(job)
    assert spent(place, job) == 0


def whole_group(place: Estate) -> None:
    os.killpg(place.pid("worker_render"), signal.SIGKILL)


def the_pool(place: Estate) -> None:
    os.kill(parent(composers(place.data)[0]), signal.SIGKILL)


def the_worker_alone(place: Estate) -> None:
    """While nobody is there who would end what it left."""
    with place.frozen_alone("supervisor"):
        mine = place.below("worker_render")
        place.tell("worker_render", signal.SIGKILL)
        assert until(lambda: not set(mine[1:]) & set(below(place.data)), 5.0), "its pool ended with it"


@pytest.mark.long
@pytest.mark.parametrize("killed", [whole_group, the_pool, the_worker_alone])
def test_no_ffmpeg_outlives_its_worker(
    place: Estate, call: Caller, source: Path, killed: Callable[[Estate], None]
) -> None:
    job = composing(place, call, killed.__name__.replace("_", "-"), source)
    seen = composers(place.data)
    killed(place)
    assert until(lambda: not set(seen) & set(composers(place.data)), 5.0)
    call.completed(job)


@pytest.mark.long
def test_a_vendor_that_says_nothing_keeps_no_worker(place: Estate, call: Caller, vendor: Runway) -> None:
    """It would be listened to for a minute: the clip is handed back, and never sent again without consent."""
    asked = vendor.seen["submit"]
    vendor.fail("submit", Fault("silence_after"))
    job = call.start(call.create(film("silent", paid("silent"), clip("b"))), onMissing="skip")
    wait(lambda: vendor.seen["submit"] > asked, "it is sent")
    began = time.monotonic()
    pid = place.tell("worker_motion", signal.SIGTERM)
    place.back("worker_motion", pid)
    assert time.monotonic() - began < ENDS + 5
    done = call.ended(job)
    assert sum(count for (_, prompt), count in vendor.bills.items() if " silent " in prompt) == 1
    assert "nobody knows" in done["clips"][0]["errorMessage"]
    assert spent(place, job) == 0


@pytest.fixture
def taken(place: Estate) -> Iterator[Callable[[list[int], float], int]]:
    """How many jobs some processes took later than so many seconds after the database's ``epoch``."""

    def count(pids: list[int], epoch: float) -> int:
        mine = "split_part(owner, ':', 2)::int = ANY(%s) AND at > to_timestamp(%s)"
        return int(place.rows(f"SELECT count(*) FROM taken WHERE {mine}", pids, epoch)[0][0])

    with psycopg.connect(place.servers.database_url, autocommit=True) as connection:
        connection.execute(LISTEN.encode())
        yield count
        connection.execute(LISTEN_NO_MORE.encode())


@pytest.mark.long
@pytest.mark.parametrize("name", ["worker_motion", "worker_render"])
def test_who_was_told_takes_nothing_new(
    place: Estate, call: Caller, taken: Callable[[list[int], float], int], name: str
) -> None:
    """There is plenty to do: what comes after the word is for others."""
    clips = [clip(f"c{number}") for number in range(3)]
    films = [call.start(call.create(film(f"plenty-{name[7:]}-{number}", *clips))) for number in range(8)]
    mine = place.below(name)
    wait(lambda: taken(mine, 0) > 2, "it is in the midst of it")
    pid = place.tell(name, signal.SIGTERM)
    (told,) = place.rows("SELECT extract(epoch FROM clock_timestamp())")[0]
    place.back(name, pid)
    assert taken(mine, float(told) + AT_ONCE) == 0
    for job in films:
        call.completed(job)
        assert spent(place, job) == 0
