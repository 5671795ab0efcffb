"""The sweeper: rings again for whatever was lost, and brings mirrors up. Safe to run twice at once."""

from __future__ import annotations

import logging

from jynco.adapters.database.desk import desk
from jynco.bootstrap import House
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
    stranded = backlog.unheard(here.database.jobs.stranded(here.settings.lease, 1000))
    for job in stranded:
        log.info("rung again", extra={"job_id": job.job_id, "resends": job.resends})
    dispatch.again([job for job in stranded if job.kind is JobKind.MOTION])
    for job in stranded:
        if job.kind is JobKind.RENDER:
            dispatch.film(job)
    dispatch.withdraw()
    here.storyboard.publish_behind()
    here.quartermaster.sweep()
    here.architect.bury()
    desk(here.database).replies.sweep()
    here.database.admission.sweep()
    here.database.webhooks.sweep()
    _forget_uploads(here)
    courier.ring()


def _forget_uploads(here: House) -> None:
    """What was never sent in time, or never looked at, makes room; what came long ago is not asked for again."""
    for late in here.database.uploads.overdue(100):
        here.quartermaster.incoming.drop(late)
        here.database.uploads.forget(late.upload_id)
