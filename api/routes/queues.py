"""What waits in the broker."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from api import queues
from api.answers import told
from api.routing import Answer, Routes
from api.schemas.told import QueuesTold

routes = Routes("queues", "What waits, by kind and priority.")


@routes.route("GET", "/v1/queues", answer=Answer(QueuesTold), errors=(503,))
def list_queues() -> ResponseReturnValue:
    """How many messages wait in each queue"""
    return told({"items": [{"name": name, "depth": depth} for name, depth in queues.depths().items()]})
