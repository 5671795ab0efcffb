"""The sweeper: rings again for whatever was lost, and brings mirrors up. Safe to run twice at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import filterfalse
from typing import Final

from jynco.adapters.database.desk import desk
from jynco.agents.counting import counted
from jynco.bootstrap import House
from jynco.model.jobs import Job
from jynco.model.metrics import SWEEPER, Tally
from jynco.model.states import JobKind
from workers import backlog, chores, dispatch
from workers.app import app
from workers.courier import courier
from workers.house import house

PAGE: Final = 1000  # jobs that are rung for between two looks
LONGEST: Final = 30.0  # seconds of ringing in one round; the next one goes on
log = logging.getLogger("jynco.upkeep")


@app.task(name="upkeep.sweep", shared=False, ignore_result=True)
def sweep() -> None:
    """Find jobs that nobody works on and nobody waits for, mirrors that are behind, and what dead processes left."""
    here = house()
    done = chores.done(_chores(here), here.database.ping)
    counted(here.database.metrics, SWEEPER.tally("sweep"), *_tallies(done))
    counted(here.database.metrics, *here.quartermaster.journeys())
    courier.ring()


def _chores(here: House) -> Iterator[chores.Chore]:
    """Those that people wait for come first."""
    yield "ring", lambda: _rung(here)
    yield "withdraw", _withdraw
    yield "call", lambda: _called(here)
    yield "publish", here.storyboard.publish_behind
    yield "publish", here.storyboard.look_round
    yield "clean", here.quartermaster.sweep
    yield "bury", here.architect.bury
    yield "forget replies", desk(here.database).replies.sweep
    yield "forget admissions", here.database.admission.sweep
    yield "forget webhooks", here.database.webhooks.sweep
    yield "forget uploads", lambda: _forget_uploads(here)
    yield "fold tallies", here.database.metrics.fold


def _rung(here: House) -> int:
    """Ring for jobs that nobody works on, page by page, until none is left; for how many."""
    rung, round_, ends = 0, backlog.Round(), time.monotonic() + LONGEST
    while True:
        page = here.database.jobs.stranded(here.settings.lease, PAGE)
        unheard = round_.unheard(page)
        rung += len(unheard)
        if not _ring(unheard) or round_.silent or len(page) < PAGE or time.monotonic() > ends:
            return rung


def _ring(unheard: Sequence[Job]) -> bool:
    """False as soon as the broker does not answer: to knock a thousand times would keep the sweeper for hours."""
    for job in unheard:
        log.info("rung again", extra={"job_id": job.job_id, "resends": job.resends})
    clips = [job for job in unheard if job.kind is JobKind.MOTION]
    late, others = filter(_late, clips), filterfalse(_late, clips)
    films = (job for job in unheard if job.kind is JobKind.RENDER)
    return dispatch.call(late) and dispatch.again(others) and all(map(dispatch.film, films))


def _late(job: Job) -> bool:
    """Whether it had begun, and comes before anything new: at the end of a long lane it would be later still."""
    return job.started_at is not None and backlog.overdue(job)


def _withdraw() -> None:
    """Whether there is anything to withdraw is found out by who hears it."""
    dispatch.withdraw()


def _called(here: House) -> int:
    """Ring for those who are next at a vendor with limits and whose message comes late; for how many."""
    due = here.motion.next()
    return len(due) if dispatch.call(due) else 0


def _tallies(done: Mapping[str, int]) -> Iterator[Tally]:
    return (SWEEPER.tally(action, amount=float(times)) for action, times in done.items() if times)


def _forget_uploads(here: House) -> int:
    """What was never sent in time, or never looked at, makes room; what came long ago is not asked for again."""
    overdue = here.database.uploads.overdue(100)
    for late in overdue:
        here.quartermaster.incoming.drop(late)
        here.database.uploads.forget(late.upload_id)
    return len(overdue)


@app.task(name="upkeep.gc", shared=False, ignore_result=True)
def clear() -> None:
    """Have leave what nobody needs any more. Two at once do no harm."""
    gone = house().janitor.clear()
    log.info("cleared away", extra={"things": len(gone), "bytes": sum(each.size for each in gone)})
