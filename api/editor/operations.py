"""For those who watch over the machine: what waits, what runs, and where to look further."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from api import queues
from jynco.errors import ServiceAway
from jynco.model.jobs import Job
from jynco.model.states import JobKind, JobState, Lane
from workers.house import house
from workers.queues import RESUME, UPKEEP, name

SHOWN = 40  # jobs
ROWS = (("Clips under way", (RESUME,)), ("Upkeep", (UPKEEP,)))


def add(pages: Blueprint) -> None:
    """The page, and the part of it that is fetched again."""
    pages.add_url_rule("/operations", view_func=operations)
    pages.add_url_rule("/operations/now", view_func=now)


def operations() -> ResponseReturnValue:
    """The page."""
    settings = house().settings
    flower = settings.port + 1 if settings.host == "127.0.0.1" else None
    return render_template("editor/operations.html", flower=flower, **_now())


def now() -> ResponseReturnValue:
    """Queues and jobs as of now."""
    return render_template("editor/now.html", **_now())


def _now() -> dict[str, object]:
    try:
        depths: dict[str, int] | None = queues.depths()
    except ServiceAway:
        depths = None
    return {
        "depths": depths,
        "lanes": list(Lane),
        "kinds": [(kind, [name(kind, lane) for lane in Lane]) for kind in JobKind],
        "others": [(words, queue) for words, (queue,) in ROWS],
        "running": _jobs(JobState.RUNNING),
        "waiting": _jobs(JobState.QUEUED),
        "recent": [job for job in _jobs(None) if job.state.terminal],
    }


def _jobs(state: JobState | None) -> list[Job]:
    return list(house().database.jobs.page(None, state, None, SHOWN))
