"""A start, and the bell: what every route does that asks for work."""

from __future__ import annotations

import logging
from typing import Final

from flask import Response

from api import patience, queues
from api.answers import told
from api.trace import trace_id
from api.views import links
from api.views.jobs import accepted
from jynco.agents.architect import Started
from workers import dispatch
from workers.queues import name

POLL_SECONDS = "1"
log: Final = logging.getLogger("jynco.api")


def ring(started: Started) -> Response:
    """Ring for the jobs, which are committed already, and answer 202 with the one to follow.

    What ran already was rung for by whoever asked first; should that bell be lost, the sweeper rings.
    """
    rung = started.joined or dispatch.start(started)
    first = patience.awaited(started.first) if rung else started.first
    ids = {"project_id": first.project_id, "job_id": first.job_id, "trace_id": trace_id()}
    joined = first.trace.split("-")[1]  # another's, where the film was asked for before
    log.info("accepted", extra={**ids, "job_trace_id": joined})
    next_up = next((clip for clip in started.clips if not clip.state.terminal), first)
    position = queues.depth(name(next_up.kind, next_up.lane)) if rung else None
    headers = {"Location": links.job(first.job_id), "Retry-After": POLL_SECONDS}
    return told(accepted(first, started.clips, position), 202, headers)
