"""What happens in a project, as it happens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Response, request
from flask.typing import ResponseReturnValue

from api.errors import RequestInvalid
from api.feed import feed, newest, spoken
from api.routing import Answer, Routes
from api.schemas.asked import EventsAsked
from jynco.errors import Fault
from jynco.model.ids import ProjectId
from workers.house import house

routes = Routes("events", "What happens in a project, as it happens.")
STREAM = {"type": "string", "description": "Server-Sent Events: clip, job, storyboard; each with an id."}


@routes.route(
    "GET",
    "/v1/projects/<project:project_id>/events",
    query=EventsAsked,
    answer=Answer(STREAM, content_type="text/event-stream"),
    takes=("Last-Event-ID",),
    errors=(404, 422, 503),
)
def get_events(project_id: ProjectId, query: dict[str, int | None]) -> ResponseReturnValue:
    """Listen to a project

    Events carry ids; whoever comes back with Last-Event-ID misses nothing. A comment comes every 15 seconds.
    """
    house().database.projects.get(project_id)
    after = _last_seen()
    after = query["after"] if after is None else after
    told = _stream(project_id, newest(project_id) if after is None else after)
    next(told)  # joins now, so that one stream too many is answered with 503 and not with a broken stream
    return Response(
        told,
        content_type="text/event-stream",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


def _stream(project_id: ProjectId, after: int) -> Iterator[bytes]:
    with feed.listen(project_id, after) as listener:
        yield b""
        yield from spoken(listener)


def _last_seen() -> int | None:
    given = request.headers.get("Last-Event-ID")
    if given is not None and not re.fullmatch(r"[0-9]{1,18}", given):
        raise RequestInvalid(
            [Fault("/Last-Event-ID", "invalid", "the header Last-Event-ID must be an id of ours")]
        )
    return None if given is None else int(given)
