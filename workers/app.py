"""The Celery application, and every setting with its reason."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab

from config.settings import Settings
from workers import brokers
from workers.queues import UPKEEP, table

app = Celery(
    "jynco",
    include=[
        f"workers.tasks.{name}"
        for name in ("begin", "motion", "withdraw", "render", "segments", "upkeep", "deliver")
    ],
)


app.loader.override_backends["redis"] = "workers.results:UnheardResults"


def configure(settings: Settings, *, waited_for: bool = False, first: bool = False) -> Celery:
    """Point the application at this installation's broker. Call once per process, before any task.

    ``waited_for``: people wait for this process's answers. A bell that cannot be rung at once is left to the sweeper.
    ``first``: this process is served before others that serve the same queues. UsageWrong for an unknown broker.
    """
    _, redis_url = settings.servers()
    url = settings.broker_url or redis_url or "memory://"
    queues = table(brokers.broker(url), first=first)
    app.conf.update(
        **{
            **_manners(),
            **_shape(settings),
            **brokers.connection(url),
            **brokers.results(None if settings.in_one_process else redis_url),
        },
        task_queues=queues,
    )
    if waited_for:
        app.conf.update(**_HASTE, **brokers.haste(url))
    _forget()
    app.set_default()  # without it a worker in a thread stores no results, and chords hang in silence
    app.set_current()
    return app


def _forget() -> None:
    """What was made once, for the broker and the results that were known then: a process may be told of others."""
    known: Any = app
    known.__dict__.pop("amqp", None)
    known._local, known._backend_cache = threading.local(), None


def countdown(seconds: float) -> float:
    """Seconds that a message can be told to wait, at least ``seconds``."""
    return brokers.countdown(str(app.conf.broker_url), seconds)


_HASTE: dict[str, Any] = {
    "task_send_sent_event": False,  # a second message for each; Flower hears of a task when a worker has it
    "task_publish_retry": False,
    "result_backend_always_retry": False,
    # twenty times, a second each, by default: a film is counted before it is rung for
    "result_backend_transport_options": {"retry_policy": {"max_retries": 1, "interval_start": 0}},
    "redis_socket_timeout": brokers.QUICK,
    "redis_socket_connect_timeout": brokers.QUICK,
    "redis_retry_on_timeout": False,
}


def _manners() -> dict[str, Any]:
    return {
        "task_acks_late": True,  # a message is done when the work is
        "worker_prefetch_multiplier": 1,  # with 4, six of the low lane started before each of the high
        "task_reject_on_worker_lost": True,  # with a cap in the rows: a poison task alone ran 7 times in 8 s
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # True lost 2 of 20 tasks and the chord
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0.1},
        "worker_send_task_events": True,  # Flower
        "task_send_sent_event": True,
        "result_expires": timedelta(days=7),
        "result_chord_join_timeout": 30,
        "worker_hijack_root_logger": False,
        "enable_utc": True,
    }


def _shape(settings: Settings) -> dict[str, Any]:
    return {
        "task_create_missing_queues": False,  # a typo fails loudly
        "task_default_queue": UPKEEP,
        "beat_scheduler": "workers.pulse:LivingScheduler",  # one interval needs no file to remember it
        "beat_max_loop_interval": 1,
        "beat_schedule": {
            "sweep": {
                "task": "upkeep.sweep",
                "schedule": settings.sweep,
                "options": {"queue": UPKEEP, "expires": settings.sweep},
            },
            "gc": {  # at a time of day, for beat remembers nothing of a life before
                "task": "upkeep.gc",
                "schedule": crontab(hour="3", minute="17"),
                "options": {"queue": UPKEEP, "expires": 3600},
            },
        },
    }
