"""Signs of life, for those who watch over processes (``python -m workers.health``): written by what does the work.

A worker writes from the loop that takes its messages, beat from the one that sends them. A process that exists and does
nothing any more writes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from celery.beat import Scheduler
from celery.signals import worker_ready

from workers.health import pulse_of

SECONDS: Final = 5.0  # between two signs


def give(data: Path, name: str) -> None:
    """From now on, once it is ready, this worker gives a sign every few seconds."""

    def ready(sender: Any, **_: object) -> None:
        _sign(data, name)
        sender.timer.call_repeatedly(SECONDS, _sign, (data, name))

    worker_ready.connect(ready, weak=False)


class LivingScheduler(Scheduler):
    """Celery's own, which remembers nothing between two lives, with a sign at every round where beat is a process."""

    place: Path | None = None  # ``data`` is Celery's own word for its schedule

    def tick(self, *args: Any, **options: Any) -> float:
        """Send what is due; seconds until the next round."""
        if self.place is not None:
            _sign(self.place, "beat")
        return float(super().tick(*args, **options))


def _sign(data: Path, name: str) -> None:
    with suppress(OSError):  # a full disk is no reason to stop
        pulse_of(data, name).parent.mkdir(parents=True, exist_ok=True)
        pulse_of(data, name).touch()
