"""Part two: what befalls servers, workers and documents while people ask for films, and what became of each film.

The plan of misfortunes is drawn from the seed before the first of them, so it can be drawn again; what it hits is
whoever stands there. In the end there is quiet, and every film that was accepted has to come to its end in it.
"""

from __future__ import annotations

import json
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import redis

from jynco.document import checks, codec
from jynco.embedded.locks import until
from jynco.errors import JyncoError
from tests.acceptance.kit import QUICK, clip
from tests.chaos.tally import Tally
from tests.doubles.runway import Runway
from tests.doubles.vendor import KEY
from tests.faults.kit import ENDED, PATIENCE, Caller, Estate, estate, film, publish, slow
from tests.integration.film_kit import ffmpeg

QUIET: Final = float(QUICK["JYNCO_LEASE_SECONDS"]) + 60  # seconds from the last misfortune to the last end
WORKERS: Final = ("worker_motion", "worker_render", "worker_preview")
TWICE: Final = (
    "SELECT payload->>'jobId' FROM events WHERE kind = 'job' AND payload->>'state' = 'completed'"
    " GROUP BY 1 HAVING count(*) > 1"
)
# A misfortune that finds nobody to befall is none.
NOBODY: Final = (
    AssertionError,
    LookupError,
    OSError,
    ValueError,
    httpx.HTTPError,
    psycopg.Error,
    redis.RedisError,
)
PACE: Final = (0.3, 1.5)  # seconds between two misfortunes


@dataclass(frozen=True, slots=True)
class Misfortune:
    """What is to happen, so many seconds after the one before."""

    after: float
    name: str
    chance: float  # decides whom it hits


@dataclass
class World:
    """The estate, the people and what they were promised."""

    place: Estate
    double: Runway
    films: list[str] = field(default_factory=list)  # jobs that were accepted
    projects: list[str] = field(default_factory=list)
    kills: int = 0
    faults: int = 0
    notes: list[str] = field(default_factory=list)


def run(seed: int, seconds: float) -> Tally:
    """Misfortunes for all but the last part of ``seconds``, which is for the ends. Prints nothing."""
    chance, began = random.Random(f"nemesis/{seed}"), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jynco-nemesis-") as folder, _world(Path(folder)) as world:
        storm = max(5.0, min(seconds - 30.0, 0.7 * seconds))
        _storm(world, plan(chance, storm), max(time.monotonic() + 5.0, began + storm))
        return _judged(world)


def plan(chance: random.Random, seconds: float) -> list[Misfortune]:
    """Misfortunes for so many seconds; the same from the same chance."""
    found, left, names = [], seconds, sorted(MISFORTUNES)
    while left > 0:
        each = Misfortune(chance.uniform(*PACE), chance.choice(names), chance.random())
        found.append(each)
        left -= each.after
    return found


@contextmanager
def _world(folder: Path) -> Iterator[World]:
    source = folder / "clip.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=5", "-pix_fmt", "yuv420p", source)
    with ExitStack() as stack:
        double = stack.enter_context(Runway(source.read_bytes()))
        place = stack.enter_context(
            estate(
                folder / "data",
                RUNWAYML_API_SECRET=KEY,
                RUNWAYML_BASE_URL=double.address,
                JYNCO_PROVIDER_TIMEOUT_SECONDS="5",
                LOG_LEVEL="WARNING",
            )
        )
        yield World(place, double)


# --- the storm


def _storm(world: World, misfortunes: list[Misfortune], ends: float) -> None:
    """Until all have happened, or the time ``ends`` of the monotonic clock has come."""
    over = threading.Event()
    people = [threading.Thread(target=_person, args=(world, over, number)) for number in range(2)]
    for person in people:
        person.start()
    for each in misfortunes:
        if time.monotonic() > ends:  # some take their time: a server that was killed has to come back first
            break
        time.sleep(each.after)
        # a misfortune that finds nobody to befall is none
        with suppress(
            AssertionError, OSError, ValueError, httpx.HTTPError, redis.RedisError, psycopg.Error, LookupError
        ):
            MISFORTUNES[each.name](world, each.chance)
            world.faults += 1
    over.set()
    for person in people:
        person.join(2 * PATIENCE)


def _person(world: World, over: threading.Event, person: int) -> None:
    """Somebody who asks for a film, and then for another one."""
    with world.place.http(timeout=15) as client:
        call, count = Caller(client), 0
        while not over.is_set():
            name = f"storm-{person}-{count}"
            document = film(name, paid(f"{name}a"), paid(f"{name}b"), slow("c", 1.0))
            project = call.create(document)
            world.projects.append(project)
            world.films.append(call.start(project, onMissing="skip"))
            count += 1
            over.wait(2.0)


def paid(name: str) -> dict[str, Any]:
    """A clip that a vendor bills; it needs no picture."""
    words = f"The nemesis {name} passes."
    return clip(name, provider="runway", model="gen4.5", motionPrompt=words, duration=5)


def _kill(world: World, chance: float) -> None:
    world.place.tell(_of(WORKERS, chance), signal.SIGKILL)
    world.kills += 1


def _end(world: World, chance: float) -> None:
    world.place.tell(_of((*WORKERS, "beat", "web"), chance), signal.SIGTERM)


def _freeze(world: World, chance: float) -> None:
    with world.place.frozen(_of(WORKERS, chance)):
        time.sleep(2.5)  # longer than the lease


def _forget(world: World, _: float) -> None:
    with world.place.broker() as valkey:
        valkey.flushall()


def _valkey(world: World, chance: float) -> None:
    world.place.tell("valkey", signal.SIGKILL if chance < 0.5 else signal.SIGTERM)


def _postgres(world: World, chance: float) -> None:
    world.place.tell("postgres", signal.SIGKILL if chance < 0.3 else signal.SIGINT)


def _mute(world: World, chance: float) -> None:
    with world.place.frozen("postgres" if chance < 0.5 else "valkey"):
        time.sleep(1.5)


def _repeat(world: World, _: float) -> None:
    """Every open job's message, twice more."""
    found = world.place.rows("SELECT job_id, kind FROM jobs WHERE state IN ('queued', 'running')")
    for job_id, kind in found:
        task = "render.film" if kind == "render" else "motion.make"
        publish(world.place, task, f"{kind}.normal", job_id, 2)


def _edit(world: World, chance: float) -> None:
    """By hand: a prompt, and statuses that nobody believes."""
    path = world.place.file(_of(world.projects, chance))
    document = json.loads(path.read_text())
    document["timeline"][-1] |= {"motionPrompt": f"by hand {chance}", "status": "completed"}
    fresh = path.with_name("mine.tmp")
    fresh.write_text(json.dumps(document))
    fresh.replace(path)


def _spoil(world: World, chance: float) -> None:
    path = world.place.file(_of(world.projects, chance))
    if chance < 0.5:
        path.unlink()
    else:
        path.write_text("{ half a docu")


def _cancel(world: World, chance: float) -> None:
    with world.place.http(timeout=5) as client:
        client.delete(f"/v1/jobs/{_of(world.films, chance)}")


MISFORTUNES: Final[Mapping[str, Callable[[World, float], None]]] = {
    "a message twice": _repeat,
    "a worker ends": _end,
    "a worker freezes": _freeze,
    "a worker is killed": _kill,
    "another worker is killed": _kill,
    "cancelled": _cancel,
    "edited by hand": _edit,
    "Postgres dies": _postgres,
    "silence": _mute,
    "spoilt by hand": _spoil,
    "Valkey dies": _valkey,
    "Valkey forgets": _forget,
}


def _of(names: Any, chance: float) -> Any:
    return names[int(chance * 1000) % len(names)]


# --- the ends


def _judged(world: World) -> Tally:
    with world.place.http() as client:
        call = Caller(client)
        until(lambda: not _open(world), QUIET, 0.5)
        stuck = _open(world)
        lost = [job for job in world.films if call("GET", f"/v1/jobs/{job}").status_code != 200]
        lost += [] if _is_calm(call) else ["a film that was asked for when all was quiet again"]
        spoilt = [project for project in world.projects if not _is_valid(world, call, project)]
    bills = {prompt: count for (_, prompt), count in world.double.bills.items() if count > 1}
    renders = [row[0] for row in world.place.rows(TWICE)]
    for word, found in (
        ("stuck", stuck),
        ("lost", lost),
        ("no document", spoilt),
        ("billed", bills),
        ("twice", renders),
    ):
        world.notes += [f"{word}: {each}" for each in found]
    return Tally(
        "nemesis",
        rounds=1,
        clips=world.place.rows("SELECT count(*) FROM jobs WHERE kind = 'motion'")[0][0],
        kills=world.kills,
        faults=world.faults - world.kills,
        double=sum(count - 1 for count in bills.values()) + len(renders),
        lost=len(lost) + len(spoilt),
        stuck=len(stuck),
        notes=tuple(world.notes),
    )


def _is_calm(call: Caller) -> bool:
    """Whether everything works as before."""
    try:
        return bool(call.completed(call.start(call.create(film("calm")))))
    except AssertionError:
        return False


def _open(world: World) -> list[tuple[Any, ...]]:
    """Jobs that have not ended, with all that the database knows of why."""
    query = "SELECT job_id, state, owner, lease_until, due_at, resends, crashes FROM jobs WHERE NOT state = ANY(%s)"
    return world.place.rows(query, list(ENDED))


def _is_valid(world: World, call: Caller, project: str) -> bool:
    """Whether the file is whole, valid, and says what the API says."""

    def agrees() -> bool:
        told = call("GET", f"/v1/projects/{project}/storyboard").json()
        try:
            document = codec.loads(world.place.file(project).read_bytes())
            checks.validate(document)
        except (OSError, JyncoError):
            return False
        return bool(document == told)

    return until(agrees, 20.0, 0.5)
