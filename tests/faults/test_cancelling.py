"""Cancelled or deleted at any moment: over at once, the vendor told once, and what comes late is kept, not used."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.kit import Desk, below, clip, environment, footage, wait
from tests.acceptance.test_kills import composers
from tests.doubles.runway import Runway
from tests.doubles.vendor import KEY
from tests.faults.kit import FULL, Caller, Estate, estate, film, large, paid
from tests.integration.film_kit import ffmpeg

pytestmark = pytest.mark.timeout(300)
WORKERS = ("worker_motion", "worker_render", "worker_preview")
EVERY = ("http", "terminal", "delete", "terminal delete")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, vendor: Runway) -> Iterator[Estate]:
    """Everything, running, with that vendor."""
    data = tmp_path_factory.mktemp("estate") / "data"
    with estate(data, RUNWAYML_API_SECRET=KEY, RUNWAYML_BASE_URL=vendor.address) as made:
        yield made
    wait(lambda: below(data) == {}, "everything has ended")


@pytest.fixture(autouse=True)
def calm(vendor: Runway) -> Iterator[None]:
    vendor.life = None
    yield
    vendor.life, vendor.trickle, vendor.forgets = None, None, True


class Ended:
    """One way to end a job in the midst of it, and what has to be so afterwards."""

    def __init__(self, place: Estate, call: Caller, how: str, folder: Path) -> None:
        self.place, self.call, self.how = place, call, how
        self._desk = Desk(folder, place.data, environment())

    def begin(self, name: str, *clips: dict[str, object]) -> tuple[str, str]:
        """A project and the job of its film."""
        project = self.call.create(large(f"{name}-{self.how.replace(' ', '-')}", *clips))
        return project, self.call.start(project)

    def end(self, project: str, job: str) -> None:
        """End it; then it is over, and stays so."""
        if self.how == "http":
            assert self.call("DELETE", f"/v1/jobs/{job}").json()["state"] == "cancelled"
        elif self.how == "terminal":
            assert self._desk.jynco("cancel", job, "--json").json["state"] == "cancelled"
        elif self.how == "delete":
            assert self.call("DELETE", f"/v1/projects/{project}").status_code == 204
        else:
            assert self._desk.jynco("delete", project).code == 0
        self.check(project, job)

    def check(self, project: str, job: str) -> None:
        """Nothing of it goes on, and nothing that came late is shown."""
        answer = self.call("GET", f"/v1/jobs/{job}")
        open_ = "SELECT 1 FROM jobs WHERE project_id = %s AND state IN ('queued', 'running')"
        assert self.place.rows(open_, project) == []
        if self.how in ("http", "terminal"):
            assert answer.json()["state"] == "cancelled"
            assert answer.json()["outputUrl"] is None
            clips = self.call("GET", f"/v1/projects/{project}/storyboard").json()["timeline"]
            assert {each["status"] for each in clips} <= {"pending", "completed"}
        else:
            assert answer.status_code == 404
            assert not (self.place.data / "projects" / project).exists()


def by(*ways: str) -> pytest.MarkDecorator:
    """Each of these ways; in the full chaos every way at every moment."""
    return pytest.mark.parametrize("how", EVERY if FULL else ways)


@pytest.fixture
def ended(how: str, place: Estate, call: Caller, tmp_path: Path) -> Ended:
    return Ended(place, call, how, tmp_path)


def billed(vendor: Runway, name: str) -> int:
    return sum(count for (_, prompt), count in vendor.bills.items() if f" {name} " in prompt)


def attempt(place: Estate, project: str) -> str:
    """How the only attempt for a project's clip stands; empty while there is none."""
    rows = place.rows("SELECT state FROM generations WHERE project_id = %s", project)
    assert len(rows) < 2
    return str(rows[0][0]) if rows else ""


@by("terminal", "delete")
def test_before_anybody_has_begun(ended: Ended, vendor: Runway) -> None:
    """Nobody took it up: the vendor never hears of it."""
    name = f"unbegun-{ended.how.replace(' ', '-')}"
    with ended.place.frozen(*WORKERS):
        project, job = ended.begin("unbegun", paid(name, seed=7))
        ended.end(project, job)
    ended.call.completed(ended.call.start(ended.call.create(film(f"after-{name}", clip("a")))))
    ended.check(project, job)
    assert billed(vendor, name) == 0


@by("http", "terminal delete")
def test_while_the_vendor_works(ended: Ended, vendor: Runway) -> None:
    """It is told to stop, once; it does not, and its clip is kept for whoever asks for it next."""
    vendor.life, vendor.forgets = ("RUNNING",), False
    name, told = f"ordered-{ended.how.replace(' ', '-')}", len(vendor.cancelled)
    project, job = ended.begin("ordered", paid(name, seed=7))
    wait(lambda: attempt(ended.place, project) == "submitted", "the vendor has it")
    ended.end(project, job)
    wait(lambda: len(vendor.cancelled) > told, "the vendor is told")
    (task,) = vendor.cancelled[told:]
    vendor.tasks[task].states = deque(["SUCCEEDED"])
    wait(lambda: attempt(ended.place, project) == "done", "what it made is written down")
    ended.check(project, job)
    again = ended.call.create(large(f"again-{name}", paid(name, seed=7)))
    done = ended.call.completed(ended.call.start(again))
    assert [each["cacheHit"] for each in done["clips"]] == [True]
    assert vendor.cancelled[told:] == [task], "once"
    assert billed(vendor, name) == 1, "and paid once"


@by("terminal")
def test_while_a_clip_is_fetched(ended: Ended, vendor: Runway) -> None:
    vendor.trickle = 0.02
    name, told, fetches = (
        f"fetched-{ended.how.replace(' ', '-')}",
        len(vendor.cancelled),
        vendor.seen["result"],
    )
    project, job = ended.begin("fetched", paid(name, seed=7))
    wait(lambda: vendor.seen["result"] > fetches, "it is fetched")
    ended.end(project, job)
    vendor.trickle = None
    wait(lambda: attempt(ended.place, project) == "done", "what was paid is kept")
    ended.check(project, job)
    assert vendor.cancelled[told:] == [], "nothing is left to cancel"
    assert billed(vendor, name) == 1


@by("http")
def test_between_the_clips_and_the_film(ended: Ended, vendor: Runway) -> None:
    name = f"between-{ended.how.replace(' ', '-')}"
    with ended.place.frozen("worker_render"):
        project, job = ended.begin("between", paid(name, seed=7))
        made = "SELECT 1 FROM jobs WHERE parent_id = %s AND state = 'completed'"
        wait(lambda: bool(ended.place.rows(made, job)), "its clip is made")
        ended.end(project, job)
    ended.call.completed(ended.call.start(ended.call.create(film(f"after-{name}", clip("a")))))
    ended.check(project, job)
    assert billed(vendor, name) == 1


@by("http", "delete")
def test_while_the_film_is_composed(ended: Ended, tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=20", "-preset", "ultrafast", source)
    name = f"composed-{ended.how.replace(' ', '-')}"
    project = ended.call.create(large(name, clip("placeholder")))
    with source.open("rb") as file:
        path = ended.call("POST", f"/v1/projects/{project}/assets", files={"file": file}).json()["path"]
    document = large(name, footage("in", path))
    address = f"/v1/projects/{project}/storyboard"
    assert ended.call("PUT", address, json=document, headers={"If-Match": "*"}).is_success
    job = ended.call.start(project)
    wait(lambda: bool(composers(ended.place.data)), "FFmpeg composes")
    ended.end(project, job)
    wait(lambda: not composers(ended.place.data), "FFmpeg ends")
    ended.check(project, job)
    assert not list((ended.place.data / "projects").glob(f"{project}/exports/*"))
