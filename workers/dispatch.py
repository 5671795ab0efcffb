"""Writes a plan's jobs as a Celery chord: one motion task per open clip, the render task as the body.

Idempotent: ringing twice makes nothing twice, for every task claims its row first. A broker that is away is
no failure of the job; it was committed before, and the sweeper rings when the broker is back.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from celery import Signature, chord

from jynco.agents.architect import Started
from jynco.agents.parting import Share
from jynco.errors import NotFound, ServiceAway
from jynco.model.ids import CacheKey, JobId
from jynco.model.jobs import Job
from jynco.ports.tracing import span
from workers import queues
from workers.app import app
from workers.brokers import CONFIRMED, away
from workers.house import house

log = logging.getLogger("jynco.workers")


def start(started: Started) -> bool:
    """Ring for everything a request led to; False when the broker is away and the sweeper has to.

    A film is one bell, however many clips it has: a worker writes its chord, so that nobody waits for that.
    """
    open_clips = [job for job in started.clips if not job.state.terminal]
    if started.film is not None and open_clips:
        return _ring([_bell("film.begin", _queue(open_clips[0]), started.film.job_id)], None)
    return chord_of(started.film, open_clips, started.first.trace)


def chord_of(film: Job | None, clips: Sequence[Job], trace: str) -> bool:
    """Ring for those clips that are open, with their film as the chord's body; False as for ``start``."""
    header = [_motion(job) for job in clips if not job.state.terminal]
    with span("chord.send", trace, tasks=len(header)) as told:
        rung = _ring(header, None if film is None else _film(film))
        told.note(broker_answered=rung)
    return rung


def again(clips: Iterable[Job], queue: str | None = None) -> bool:
    """Ring once more for clips whose message was lost, with the film they belong to as the body.

    ``queue``: another than their lanes'. False as soon as the broker is found to be away; the next round goes on.
    """
    by_film: defaultdict[JobId | None, list[Job]] = defaultdict(list)
    for clip in clips:
        by_film[clip.parent_id].append(clip)
    return all(_again(parent, jobs, queue) for parent, jobs in by_film.items())


def _again(parent: JobId | None, clips: Sequence[Job], queue: str | None) -> bool:
    try:
        body = _film(house().database.jobs.get(parent)) if parent else None
    except NotFound:  # deleted with its project, and its clips with it
        return True
    return _ring([_motion(job, queue) for job in clips], body)


def call(clips: Iterable[Job]) -> bool:
    """Ring for clips whose turn it is at their vendor, before anything new."""
    return again(clips, queues.RESUME)


def film(job: Job) -> bool:
    """Ring for a film whose clips have all ended."""
    return _ring([], _film(job))


def gather(job: Job, shares: Sequence[Share]) -> bool:
    """Ring for a film's segments, a share each, with the film as the body: it joins them."""
    header = [_signature("render.segments", job, list(share)) for share in shares]
    with span("chord.send", job.trace, tasks=len(header)):
        return _ring(header, _film(job))


def withdraw() -> bool:
    """Ring for the vendors of what was cancelled; False when the broker is away and the sweeper has to."""
    return _ring([_bell("motion.withdraw", queues.RESUME, expires=60)], None)


def announce() -> bool:
    """Ring for the receivers of webhooks, where any is owed something; False when the sweeper has to, or need not."""
    try:
        owed = house().database.webhooks.next_due() is not None
    except ServiceAway:  # what has just ended has ended all the same
        return False
    return owed and _ring([_bell("webhooks.deliver", queues.UPKEEP, expires=60)], None)


def _ring(header: Sequence[Signature], body: Signature | None) -> bool:
    try:
        if header and body is not None:
            chord(header, body).apply_async()
        else:
            for signature in [*header, *([body] if body is not None else [])]:
                signature.apply_async()
    except away() as fault:
        log.warning("the broker is away, the sweeper will ring again: %s", fault)
        return False
    return True


def _motion(job: Job, queue: str | None = None) -> Signature:
    return _bell("motion.make", queue or queues.name(job.kind, job.lane), job.job_id)


def _film(job: Job) -> Signature:
    return _signature("render.film", job)


def _signature(task: str, job: Job, *more: list[CacheKey]) -> Signature:
    return _bell(task, _queue(job), job.job_id, *more)


def _queue(job: Job) -> str:
    return queues.name(job.kind, job.lane)


def _bell(task: str, queue: str, *arguments: object, **options: float) -> Signature:
    # Every signature carries its queue: apply_async(queue=) on the chord would move the body too.
    options["confirm_timeout"] = CONFIRMED
    return app.signature(task, args=arguments, immutable=True, options={"queue": queue, **options})
