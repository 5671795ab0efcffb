"""Films that are played while they are being made."""

from __future__ import annotations

from itertools import chain

from flask import Response
from flask.typing import ResponseReturnValue

from api.routing import Answer, Routes
from api.streams import begun, growing, playlist, showing
from jynco.errors import Conflict, NotFound
from jynco.model.ids import JobId

routes = Routes("streams", "A film to be played while it is being made.")
PATH = "/v1/jobs/<job:job_id>/stream"
FILM = {"type": "string", "contentMediaType": "video/mp4"}
LIST = {"type": "string", "description": "An HLS playlist (RFC 8216) of fragmented MP4."}
KEEP = "private, max-age=3600"  # a part never changes


@routes.route("GET", f"{PATH}.mp4", answer=Answer(FILM, content_type="video/mp4"), errors=(404, 409, 503))
def get_stream(job_id: JobId) -> ResponseReturnValue:
    """Play a film while it is being made

    One fragmented MP4 that goes on as parts are made, for Chromium and Firefox. A film whose parts are just being
    begun is waited for; 409 before that, 404 when there never will be any. A completed job's output has ranges too.
    """
    told = growing(begun(job_id))
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    first = next(told)  # so that one film too many is answered with 503 and not with a broken stream
    answer = Response(chain([first], told), content_type="video/mp4", headers=headers)
    answer.call_on_close(told.close)  # whoever leaves takes no thread with them
    return answer


@routes.route(
    "GET",
    f"{PATH}.m3u8",
    answer=Answer(LIST, content_type="application/vnd.apple.mpegurl"),
    errors=(404, 409),
)
def get_playlist(job_id: JobId) -> ResponseReturnValue:
    """Play a film while it is being made, as HLS

    For Safari. The list grows until it is whole; 409 while there is nothing to play, 404 when there never will be.
    """
    text = playlist(showing(job_id))
    return Response(text, content_type="application/vnd.apple.mpegurl", headers={"Cache-Control": "no-store"})


@routes.route("GET", f"{PATH}/init.mp4", answer=Answer(FILM, content_type="video/mp4"), errors=(404, 409))
def get_stream_opening(job_id: JobId) -> ResponseReturnValue:
    """What a player reads before the first part"""
    return _kept(showing(job_id).screen.opening())


@routes.route(
    "GET",
    f"{PATH}/<int:number>.m4s",
    answer=Answer(FILM, content_type="video/mp4"),
    errors=(404, 409),
)
def get_stream_part(job_id: JobId, number: int) -> ResponseReturnValue:
    """One part of a film that is being made"""
    shown = showing(job_id)
    if number >= shown.screen.parts:
        raise NotFound(f"{job_id} has {shown.screen.parts} parts, counted from 0.")
    if not shown.screen.has(number):
        raise Conflict(f"Part {number} of {job_id} is not made yet: ask again in a moment.")
    return _kept(shown.screen.part(number))


def _kept(content: bytes) -> Response:
    return Response(content, content_type="video/mp4", headers={"Cache-Control": KEEP})
