"""A film that was just accepted: its chord is written here, and not while whoever asked for it waits."""

from __future__ import annotations

from typing import Any

from celery import Task

from jynco.errors import NotFound, ServiceAway
from jynco.model.ids import JobId
from workers import base, dispatch
from workers.app import app
from workers.house import house
from workers.tasks.motion import again


@app.task(bind=True, name="film.begin", max_retries=None, shared=False, ignore_result=True)
def begin(self: Task[Any, Any], job_id: str) -> None:
    """Ring for the film's clips, in its lane. Delivered twice it rings twice, which the clips' claims put up with."""
    jobs = house().database.jobs
    try:
        film = jobs.get(JobId(job_id))
        clips = jobs.children(film.job_id)
    except NotFound:  # deleted with its project
        return
    except ServiceAway:
        again(self, base.until_back(), base.lane_of(self))
    if not film.state.terminal:
        dispatch.chord_of(film, clips, film.trace)
