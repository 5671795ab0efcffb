"""The Celery application, and every setting with its reason."""

from __future__ import annotations

import ssl
from datetime import timedelta
from typing import Any

from celery import Celery

from config.settings import Settings
from workers.queues import QUEUES, UPKEEP

app = Celery(
    "jynco",
    include=[
        f"workers.tasks.{name}" for name in ("motion", "withdraw", "render", "segments", "upkeep", "deliver")
    ],
)


app.loader.override_backends["redis"] = "workers.results:UnheardResults"


def configure(settings: Settings, *, waited_for: bool = False) -> Celery:
    """Point the application at this installation's broker. Call once per process, before any task.

    ``waited_for``: people wait for this process's answers. A bell that cannot be rung at once is left to the sweeper.
    """
    _, redis_url = settings.servers()
    broker = settings.broker_url or redis_url
    app.conf.update(**_broker(broker), **_results(redis_url), **_manners(), **_shape(settings))
    if waited_for:
        app.conf.update(**_haste(app.conf.broker_transport_options))
    app.set_default()  # without it a worker in a thread stores no results, and chords hang in silence
    app.set_current()
    return app


def _broker(url: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "visibility_timeout": 900,  # longer than any one step: a step that outlives it would run twice at once
        "unacked_restore_interval": 10,  # with the defaults a lost message took 101 s to come back, with these 5
        "unacked_restore_throttle": 1,
        "queue_order_strategy": "priority",  # keep the order of the table
        "socket_timeout": 5,  # a silent broker held a publish for over a minute
        "socket_connect_timeout": 3,
        "max_retries": 1,
    }
    settings: dict[str, Any] = {
        "broker_url": _celery_url(url),
        "broker_transport_options": options,
        "broker_connection_retry_on_startup": True,  # brokers restart
        "broker_connection_max_retries": None,  # the default gives up after 100 tries
        "broker_connection_timeout": 3,
    }
    if url.startswith("rediss://"):
        settings["broker_use_ssl"] = {
            "ssl_cert_reqs": ssl.CERT_NONE
        }  # hosted Redis signs its own certificates
    return settings


def _results(url: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "result_backend": _celery_url(
            url
        ),  # Redis even beside another broker: the database polls, rpc has no chords
        "result_backend_always_retry": True,  # saved the chord in every Redis restart
        "result_expires": timedelta(days=7),
        "result_chord_join_timeout": 30,
        "redis_socket_timeout": 5,
        "redis_socket_connect_timeout": 3,
        "redis_retry_on_timeout": True,
    }
    if url.startswith("rediss://"):
        settings["redis_backend_use_ssl"] = {"ssl_cert_reqs": ssl.CERT_NONE}
    return settings


def _haste(transport_options: dict[str, Any]) -> dict[str, Any]:
    quick = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
    return {
        "broker_transport_options": {**transport_options, **quick},
        "broker_connection_timeout": 1,
        "task_publish_retry": False,
        "result_backend_always_retry": False,
        "redis_socket_timeout": 1,
        "redis_socket_connect_timeout": 1,
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
        "worker_hijack_root_logger": False,
        "enable_utc": True,
    }


def _shape(settings: Settings) -> dict[str, Any]:
    return {
        "task_queues": QUEUES,
        "task_create_missing_queues": False,  # a typo fails loudly
        "task_default_queue": UPKEEP,
        "beat_scheduler": "celery.beat:Scheduler",  # one interval needs no file to remember it
        "beat_max_loop_interval": 1,
        "beat_schedule": {
            "sweep": {
                "task": "upkeep.sweep",
                "schedule": settings.sweep,
                "options": {"queue": UPKEEP, "expires": settings.sweep},
            }
        },
    }


def _celery_url(url: str) -> str:
    """``unix:///path`` as redis-py says it; Celery and kombu say ``redis+socket:///path``."""
    return "redis+socket://" + url.removeprefix("unix://") if url.startswith("unix://") else url
