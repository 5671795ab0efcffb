"""What waits and since when, how the providers are doing, and what people hold back."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from api import queues
from api.answers import told
from api.callers import caller
from api.errors import Forbidden
from api.routing import Answer, Routes
from api.schemas.queues import PausedTold, QueuesTold
from jynco.adapters.database.desk import LOCAL, Scope
from jynco.model.storyboard import Json
from workers import pauses
from workers.house import house

routes = Routes("queues", "What waits, by kind and priority, and what is held back.")


@routes.route("GET", "/v1/queues", answer=Answer(QueuesTold), errors=(503,))
def list_queues() -> ResponseReturnValue:
    """How much waits in each queue and since when, and how the providers are doing"""
    messages = queues.depths()
    items: list[Json] = [_told(lane, messages[str(lane["name"])]) for lane in pauses.lanes(house())]
    return told({"items": items, "providers": pauses.providers(house())})


def _told(lane: dict[str, Json], messages: int) -> dict[str, Json]:
    """Of a lane the rows count, which no broker forgets: a film is one message, however many clips it has."""
    return {**lane, "messages": messages, "depth": messages if lane["depth"] is None else lane["depth"]}


@routes.route(
    "POST",
    "/v1/queues/<path:queue>/pause",
    answer=Answer(PausedTold),
    errors=(403, 404, 409),
    scope=Scope.ADMIN,
)
def pause_queue(queue: str) -> ResponseReturnValue:
    """Hold back what has not begun: of a queue such as motion.low, or of provider:runway"""
    _ours(queue)
    return told(pauses.pause(house(), queue))


@routes.route(
    "POST",
    "/v1/queues/<path:queue>/resume",
    answer=Answer(PausedTold),
    errors=(403, 404, 409),
    scope=Scope.ADMIN,
)
def resume_queue(queue: str) -> ResponseReturnValue:
    """Let a queue or a provider go on"""
    _ours(queue)
    return told(pauses.resume(house(), queue))


def _ours(queue: str) -> None:
    """Queues and providers are all tenants' together, so only the installation's own people hold them back."""
    if caller().tenant != LOCAL:
        raise Forbidden(
            f"{queue} is every tenant's: only a key of this installation's own may hold it back.", "admin"
        )
