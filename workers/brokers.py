"""The brokers that can carry the bells, and what each has to be told. Everything else is the same for all of them.

The address says which: ``redis://``, ``rediss://`` and ``unix://`` (Valkey too), ``amqp://`` and ``amqps://``
(RabbitMQ), ``sqs://`` (Amazon SQS), ``memory://`` (this very process).
"""

from __future__ import annotations

import math
import ssl
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import ChannelError, KombuError
from kombu.transport.virtual import Transport
from redis.exceptions import RedisError

from jynco.errors import UsageWrong

VISIBLE: Final = 900  # seconds, longer than any one step: a step that outlives it would run twice at once
QUICK: Final = 1  # second, where people wait
CONFIRMED: Final = 5  # seconds that a broker may take to say that it has a message
CERTIFICATES: Final = {
    "none": ssl.CERT_NONE,
    "optional": ssl.CERT_OPTIONAL,
    "required": ssl.CERT_REQUIRED,
}


class Broker(StrEnum):
    """What carries the messages."""

    REDIS = "redis"
    RABBITMQ = "amqp"
    SQS = "sqs"
    MEMORY = "memory"


SCHEMES: Final = {
    **dict.fromkeys(("redis", "rediss", "unix", "redis+socket"), Broker.REDIS),
    **dict.fromkeys(("amqp", "amqps", "pyamqp"), Broker.RABBITMQ),
    "sqs": Broker.SQS,
    "memory": Broker.MEMORY,
}


def broker(url: str) -> Broker:
    """Which broker an address leads to; UsageWrong for one that we do not know."""
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise UsageWrong(
            f"JYNCO_BROKER_URL begins with '{scheme}:', which is no broker that Jynco knows; "
            f"choose one of {', '.join(f'{each}://' for each in SCHEMES)}."
        )
    return SCHEMES[scheme]


def connection(url: str) -> dict[str, Any]:
    """Celery's settings for the way to a broker."""
    settings: dict[str, Any] = {
        "broker_url": celery_url(url),
        "broker_transport_options": {**_OPTIONS[broker(url)]},
        "broker_connection_retry_on_startup": True,  # brokers restart
        "broker_connection_max_retries": None,  # the default gives up after 100 tries
        "broker_connection_timeout": 3,
        "broker_use_ssl": tls(url),
    }
    if broker(url) is Broker.SQS:  # it has no way to speak to all workers at once
        settings |= {"worker_enable_remote_control": False, "worker_send_task_events": False}
        settings |= {"task_send_sent_event": False}
    return settings


def haste(url: str) -> dict[str, Any]:
    """As ``connection``, for a process that people wait for: who does not answer at once is left to the sweeper."""
    options: dict[str, Any] = {**_OPTIONS[broker(url)], "max_retries": 0}
    if broker(url) is Broker.REDIS:
        options |= {"socket_timeout": QUICK, "socket_connect_timeout": QUICK}
    return {"broker_transport_options": options, "broker_connection_timeout": QUICK}


_OPTIONS: Final[dict[Broker, dict[str, Any]]] = {
    Broker.REDIS: {
        "visibility_timeout": VISIBLE,
        "unacked_restore_interval": 10,  # with the defaults a lost message took 101 s to come back, with these 5
        "unacked_restore_throttle": 1,
        "queue_order_strategy": "priority",  # keep the order of the table
        "socket_timeout": 5,  # a silent broker held a publish for over a minute
        "socket_connect_timeout": 3,
        "max_retries": 1,
    },
    # Without confirmation a message that was sent into a node's death is lost without a word.
    Broker.RABBITMQ: {"confirm_publish": True, "max_retries": 1},
    Broker.SQS: {"visibility_timeout": VISIBLE, "wait_time_seconds": 5, "polling_interval": 0.1},
    Broker.MEMORY: {"polling_interval": 0.005},  # by default it does four tasks a second
}


def results(url: str | None) -> dict[str, Any]:
    """Celery's settings for what counts a chord's parts: Redis beside any broker, for the database polls and
    ``rpc://`` has no chords; this process's memory where there is no Redis."""
    if url is None:
        return {"result_backend": "cache+memory://"}
    return {
        "result_backend": celery_url(url),
        "redis_backend_use_ssl": tls(url),
        "result_backend_always_retry": True,  # saved the chord in every Redis restart
        "redis_socket_timeout": 5,
        "redis_socket_connect_timeout": 3,
        "redis_retry_on_timeout": True,
    }


def tls(url: str) -> dict[str, Any] | None:
    """How a server is believed; None where nothing is encrypted. UsageWrong for a word that we do not know.

    RabbitMQ has to prove its name. A ``rediss://`` server is believed by the address's own ``ssl_...`` words, and
    without any as it comes: platforms hand out such addresses, and sign their certificates themselves.
    """
    parts = urlsplit(url)
    if parts.scheme == "amqps":
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": parts.hostname}
    if parts.scheme != "rediss":
        return None
    said = {name: word for name, word in parse_qsl(parts.query) if name.startswith("ssl_")}
    word = said.pop("ssl_cert_reqs", "none").lower().removeprefix("cert_")
    if word not in CERTIFICATES:
        raise UsageWrong(
            f"ssl_cert_reqs in REDIS_URL must be one of {', '.join(CERTIFICATES)}; it is '{word}'."
        )
    return {**said, "ssl_cert_reqs": CERTIFICATES[word]}


def celery_url(url: str) -> str:
    """As Celery and kombu want it: they say ``redis+socket:///path`` where redis-py says ``unix:///path``, and take
    what ``tls`` has read from their settings alone."""
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://")
    return url.partition("?")[0] if url.startswith("rediss://") else url


def countdown(url: str, seconds: float) -> float:
    """Seconds that a broker can wait: RabbitMQ counts whole ones."""
    return math.ceil(seconds) if broker(url) is Broker.RABBITMQ else seconds


def away() -> tuple[type[Exception], ...]:
    """What is raised when a broker is not there, or does not do what it is asked."""
    from botocore.exceptions import BotoCoreError, ClientError

    return KombuError, RedisError, OSError, AMQPError, BotoCoreError, ClientError


def depth(line: Connection, queue: str) -> int:
    """Messages that wait in a queue. Raises what ``away`` names."""
    # A channel each: RabbitMQ closes the one on which it was asked for a queue that nothing was ever put in. Those
    # that kombu has made up outlive it, and a new one takes as long as four questions.
    kept = isinstance(line.transport, Transport)
    channel: Any = line.default_channel if kept else line.channel()  # each transport has its own kind
    try:
        if line.transport.driver_type == "redis":  # which would first be asked whether the queue is there
            with channel.conn_or_acquire() as client:  # whose own may be waiting for messages still
                return int(client.llen(queue))
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except ChannelError:
        return 0
    finally:
        if not kept:
            channel.close()
