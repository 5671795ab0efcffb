"""The sweeper: rings again for whatever was lost, and brings mirrors up. Safe to run twice at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from jynco.adapters.database.desk import desk
from jynco.agents.counting import counted
from jynco.bootstrap import House
from jynco.model.metrics import SWEEPER, Tally
from jynco.model.states import JobKind
from workers import backlog, dispatch
from workers.app import app
from workers.courier import courier
from workers.house import house

log = logging.getLogger("jynco.upkeep")


@app.task(name="upkeep.sweep", shared=False, ignore_result=True)
def sweep() -> None:
    """Find jobs that nobody works on and nobody waits for, mirrors that are behind, and what dead processes left."""
    here = house()
    rung = _rung(here)
    dispatch.withdraw()
    done = {
        "ring": rung,
        "publish": here.storyboard.publish_behind(),
        "clean": here.quartermaster.sweep(),
        "bury": here.architect.bury(),
        "forget replies": desk(here.database).replies.sweep(),
        "forget admissions": here.database.admission.sweep(),
        "forget webhooks": here.database.webhooks.sweep(),
    }
    counted(here.database.metrics, SWEEPER.tally("sweep"), *_tallies(done))
    counted(here.database.metrics, *here.quartermaster.journeys())
    here.database.metrics.fold()
    _forget_uploads(here)
    courier.ring()


def _rung(here: House) -> int:
    """Ring for jobs that nobody works on; how many there were."""
    stranded = backlog.unheard(here.database.jobs.stranded(here.settings.lease, 1000))
    for job in stranded:
        log.info("rung again", extra={"job_id": job.job_id, "resends": job.resends})
    dispatch.again([job for job in stranded if job.kind is JobKind.MOTION])
    for job in stranded:
        if job.kind is JobKind.RENDER:
            dispatch.film(job)
    return len(stranded)


def _tallies(done: Mapping[str, int]) -> Iterator[Tally]:
    return (SWEEPER.tally(action, amount=float(times)) for action, times in done.items() if times)


def _forget_uploads(here: House) -> None:
    """What was never sent in time, or never looked at, makes room; what came long ago is not asked for again."""
    for late in here.database.uploads.overdue(100):
        here.quartermaster.incoming.drop(late)
        here.database.uploads.forget(late.upload_id)


@app.task(name="upkeep.gc", shared=False, ignore_result=True)
def clear() -> None:
    """Have leave what nobody needs any more. Two at once do no harm."""
    gone = house().janitor.clear()
    log.info("cleared away", extra={"things": len(gone), "bytes": sum(each.size for each in gone)})
