"""When all is quiet again: what became of each film, and whether everything is as it must be."""

from __future__ import annotations

from typing import Any, Final

from jynco.document import checks, codec
from jynco.embedded.locks import until
from jynco.errors import JyncoError
from tests.acceptance.kit import QUICK
from tests.chaos.tally import Tally
from tests.chaos.world import World
from tests.faults.kit import ENDED, Caller, film

QUIET: Final = float(QUICK["JYNCO_LEASE_SECONDS"]) + 60  # seconds from the last misfortune to the last end
TWICE: Final = (
    "SELECT payload->>'jobId' FROM events WHERE kind = 'job' AND payload->>'state' = 'completed'"
    " GROUP BY 1 HAVING count(*) > 1"
)


def judged(world: World) -> Tally:
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
    query = (
        "SELECT job_id, state, owner, created_at::text, started_at::text, due_at::text, clock_timestamp()::text, waits,"
        " resends, crashes, fence FROM jobs WHERE NOT state = ANY(%s)"
    )
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
