"""How many films' shares could be worked on at once: asked of the workers themselves, and remembered for a while."""

from __future__ import annotations

import time
from typing import Any, Final

from celery.worker.control import inspect_command

from workers.app import app

PATIENCE: Final = 0.3  # seconds; workers answer within some milliseconds
REMEMBERED: Final = 30.0  # seconds
_known: dict[str, tuple[float, int]] = {}


@inspect_command(name="hands")
def hands(state: Any) -> dict[str, Any]:
    """How many tasks this worker does at a time, and from which queues."""
    consumer = state.consumer
    return {
        "hands": consumer.controller.concurrency,
        "queues": [q.name for q in consumer.task_consumer.queues],
    }


def workers(queue: str) -> int:
    """How many tasks of a queue can be done at once; 1 where nobody answers, as on brokers without remote control."""
    asked, found = _known.get(queue, (0.0, 1))
    if time.monotonic() - asked > REMEMBERED or not asked:
        found = max(1, _ask(queue))
        _known[queue] = (time.monotonic(), found)
    return found


def crew(seconds: float = 1.0) -> list[tuple[str, int, list[str]]]:
    """Who answers within so many seconds: each worker's name, how much it does at a time, and its queues."""
    try:
        answers = app.control.broadcast("hands", reply=True, timeout=seconds) or []
    except Exception:  # a broker that cannot be asked, or that carries no questions
        return []
    told = [(name, answer) for each in answers for name, answer in each.items() if isinstance(answer, dict)]
    return sorted((name, int(one.get("hands", 0)), list(one.get("queues", ()))) for name, one in told)


def _ask(queue: str) -> int:
    """A broker that cannot be asked is no reason not to make the film."""
    return sum(hands for _, hands, queues in crew(PATIENCE) if queue in queues)
