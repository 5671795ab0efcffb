"""For those who watch over the machine: what waits and since when, what runs, who works, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from api import queues
from api.callers import caller
from jynco.adapters.database.desk import LOCAL, Scope
from jynco.bootstrap import House
from jynco.errors import ServiceAway
from jynco.model.census import Census
from jynco.model.jobs import Job
from jynco.model.money import Span
from jynco.model.states import JobKind, JobState, Lane
from workers import capacity, pauses
from workers.house import house
from workers.queues import PAUSABLE, RESUME, UPKEEP, name

SHOWN: Final = 40  # jobs
ROWS: Final = (("Clips under way", RESUME), ("Upkeep", UPKEEP))


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: its messages in the broker, its jobs that wait in truth, and since when the oldest of them does."""

    name: str
    depth: int
    paused: bool
    jobs: int = 0
    since: datetime | None = None

    @property
    def pausable(self) -> bool:
        """Whether people may hold it back: what has begun goes on."""
        return self.name in PAUSABLE


def add(pages: Blueprint) -> None:
    """The page, and the parts of it that are fetched again."""
    pages.add_url_rule("/operations", view_func=operations)
    pages.add_url_rule("/operations/now", view_func=now)
    pages.add_url_rule("/operations/crew", view_func=crew)


def operations() -> ResponseReturnValue:
    """The page."""
    return render_template("editor/operations.html", flower=house().settings.flower_url, **_now())


def now() -> ResponseReturnValue:
    """Queues, providers, money and jobs as of now."""
    return render_template("editor/now.html", **_now())


def crew() -> ResponseReturnValue:
    """The workers. Apart from the rest, for they are given a second to answer."""
    return render_template("editor/crew.html", crew=capacity.crew())


def _now() -> dict[str, object]:
    here = house()
    census = here.database.jobs.census()
    return {
        "queues": _queues(here, census),
        "lanes": list(Lane),
        "kinds": [(kind, [name(kind, lane) for lane in Lane]) for kind in JobKind],
        "others": ROWS,
        "census": census,
        "providers": pauses.providers(here),
        "may": caller().tenant == LOCAL and caller().scope.allows(Scope.ADMIN),
        "spent": _spent(here),
        "rooms": here.database.books.rooms(None),
        "running": _jobs(JobState.RUNNING),
        "waiting": _jobs(JobState.QUEUED),
        "recent": [job for job in _jobs(None) if job.state.terminal],
    }


def _queues(here: House, census: Census) -> dict[str, Queue] | None:
    """By name; None while the broker does not answer."""
    try:
        depths = queues.depths()
    except ServiceAway:
        return None
    lines = {name(line.kind, line.lane): (line.waiting, line.since) for line in census.lines}
    held = here.database.admission.paused()
    return {each: Queue(each, depth, each in held, *lines.get(each, ())) for each, depth in depths.items()}


def _spent(here: House) -> dict[str, object]:
    """Today's and this month's, in UTC as budgets count."""
    today = datetime.now(UTC).date()
    total = here.database.books.total
    return {
        "today": total(Span(since=today, until=today)),
        "this month": total(Span(since=today.replace(day=1), until=today)),
    }


def _jobs(state: JobState | None) -> list[Job]:
    return list(house().database.jobs.page(None, state, None, SHOWN))
