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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import redis

from jynco.embedded.locks import until
from tests.acceptance.kit import clip
from tests.chaos.tally import Tally
from tests.chaos.verdict import judged
from tests.chaos.world import World
from tests.doubles.runway import Runway
from tests.doubles.vendor import KEY
from tests.faults.kit import PATIENCE, Caller, estate, film, publish, slow
from tests.integration.film_kit import ffmpeg

WORKERS: Final = ("worker_motion", "worker_render", "worker_preview")
FILMS: Final = "SELECT count(*) FROM jobs WHERE kind = 'render' AND state IN ('queued', 'running')"
MOST: Final = 8  # films that are open at a time
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


def run(seed: int, seconds: float) -> Tally:
    """Misfortunes for all but the last part of ``seconds``, which is for the ends. Prints nothing."""
    chance, began = random.Random(f"nemesis/{seed}"), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jynco-nemesis-") as folder, _world(Path(folder)) as world:
        storm = max(5.0, min(seconds - 30.0, 0.7 * seconds))
        _storm(world, plan(chance, storm), max(time.monotonic() + 5.0, began + storm))
        return judged(world)


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
        with suppress(*NOBODY):
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
            until(lambda: over.is_set() or _has_room(world), PATIENCE, 0.5)


def _has_room(world: World) -> bool:
    """Whether few enough films are open: what is asked for at the end has to be made in the quiet, by this machine."""
    return int(world.place.rows(FILMS)[0][0]) < MOST


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
