"""One process of the Procfile, from its name to its end."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from celery.signals import worker_process_shutdown
from celery.utils.nodenames import default_nodename, host_format

from config.logging import set_up
from config.settings import Settings, read
from jynco.errors import JyncoError
from jynco.ports import tracing
from workers import goodbye, house, pulse
from workers.app import app, configure
from workers.heartbeat import STOPPING
from workers.mirror import mirror
from workers.queues import ROLES
from workers.watching import watch

log = logging.getLogger("jynco.workers")


def main(arguments: Sequence[str]) -> int:
    """Run one process until it is told to end. Exit code 2 for a wrong name, 4 for a missing service."""
    names = [*ROLES, "beat", "flower"]
    if len(arguments) < 1 or arguments[0] not in names:
        sys.stderr.write(f"usage: python -m workers {'|'.join(names)}\n")
        return 2
    try:
        settings = read()
        configure(settings, first=arguments[0] in ROLES and ROLES[arguments[0]].reserved)
    except JyncoError as error:
        sys.stderr.write(f"{error.message}\n")
        return 4
    set_up(settings.log_level)
    return _run(arguments[0], list(arguments[1:]), settings)


def _run(name: str, rest: list[str], settings: Settings) -> int:
    if name == "beat":
        pulse.LivingScheduler.place = settings.data
        app.Beat(loglevel=settings.log_level, quiet=True).run()
        return 0
    if name == "flower":
        return watch(settings, rest)
    return _work(name, settings)


def _work(name: str, settings: Settings) -> int:
    role = ROLES[name]
    house.use(settings, connections=role.connections)
    STOPPING.begin()
    pulse.give(settings.data, name)
    goodbye.heed()
    worker_process_shutdown.connect(_say_the_rest, weak=False)
    worker = app.Worker(
        hostname=host_format(default_nodename(f"{name}@%h")),
        pool=role.pool,
        concurrency=role.hands(settings.encoders),
        queues=list(role.queues),
        loglevel=settings.log_level,
        without_mingle=True,  # 1.1 s at boot, and nothing here needs to know its neighbours
        without_gossip=True,
        task_events=True,  # Flower
    )
    worker.start()
    mirror.flush()
    tracing.close()
    if worker.exitcode and not STOPPING.is_set():
        _begin_again(name)
    return int(worker.exitcode or 0)


def _begin_again(name: str) -> NoReturn:
    """Kombu gives up when a broker dies in the middle of a reconnection; whoever watches over us need not know."""
    log.error("the worker ended by itself and begins again")
    time.sleep(1)
    os.execv(sys.executable, [sys.executable, "-m", "workers", name])


def _say_the_rest(**_: object) -> None:
    """A process of a pool ends without Python's own farewell."""
    tracing.close()
