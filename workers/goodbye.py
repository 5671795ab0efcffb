"""How a worker ends in time, whoever was told to: it alone, or all processes of its group at once, as platforms do.

Its work is handed back within a second, where it comes to look. What cannot look, because it waits for a vendor that
says nothing, is handed back by its heartbeat (``HANDED_BACK``); after that nobody waits for it any more (``GONE``).

A process of a pool that is told alone (Flower's *Terminate*, an operator's ``kill``) hands back its task and goes on
with the next one: its worker was not told, and nobody would begin that one again.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType
from typing import Final

from celery.signals import task_postrun, task_prerun, worker_process_init, worker_shutting_down

from workers.heartbeat import HANDED_BACK, STOPPING

GONE: Final = (
    HANDED_BACK + 2.0
)  # seconds from the word to the end; 25 are promised, and platforms kill after 30
log = logging.getLogger("jynco.workers")


def heed() -> None:
    """From now on this worker, and the processes of its pool, end as said above."""
    worker_shutting_down.connect(_told, weak=False)
    worker_process_init.connect(_born, weak=False)


def _told(**_: object) -> None:
    STOPPING.set()
    last = threading.Timer(GONE, _go)
    last.daemon = True
    last.start()


def _go() -> None:
    """The kernel ends the processes of the pool, and theirs, with this one."""
    log.warning("what does not end is left: it was handed back")
    os._exit(0)


def _born(**_: object) -> None:
    """A process of a pool. Celery would end it in the midst of its task, which would look like a crash."""
    task_prerun.connect(_listen, weak=False)
    task_postrun.connect(_listen_no_more, weak=False)


def _listen(**_: object) -> None:
    _before.append(signal.signal(signal.SIGTERM, _told_in_a_task))


def _listen_no_more(**_: object) -> None:
    if _before:
        signal.signal(signal.SIGTERM, _before.pop())
        STOPPING.go_on()


def _told_in_a_task(_number: int, _frame: FrameType | None) -> None:
    STOPPING.set_here()


_before: list[signal._HANDLER] = []
