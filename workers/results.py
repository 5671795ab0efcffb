"""Redis as the store of results, where chords count, without anybody listening for them.

Celery's own backend subscribes the sender to every result it sends for, and keeps the handles of a chord's header
until they are all in: memory and a connection for answers that nobody here reads (the rows tell), and an exception
at exit once the server has gone.
"""

from __future__ import annotations

from typing import Any

from celery.backends.redis import RedisBackend


class UnheardResults(RedisBackend):
    """Stores and counts; hears nothing."""

    def on_task_call(self, producer: Any, task_id: str) -> None:
        """A task was sent: nothing to subscribe to."""

    def add_pending_result(self, result: Any, *_: Any, **__: Any) -> Any:
        """A handle was made: nothing to keep."""
        return result

    def remove_pending_result(self, result: Any) -> Any:
        """A handle went: nothing to let go."""
        return result
