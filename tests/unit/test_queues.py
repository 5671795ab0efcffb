"""One table of queues, and what each kind of broker is told about it."""

from __future__ import annotations

import ssl

import pytest
from kombu.transport.native_delayed_delivery import calculate_routing_key

from jynco.errors import UsageWrong
from workers import brokers, queues
from workers.brokers import Broker


@pytest.mark.parametrize("kind", list(Broker))
def test_every_broker_has_the_same_queues(kind: Broker) -> None:
    assert [queue.name for queue in queues.table(kind)] == list(queues.NAMES)
    assert all(queue.routing_key == queue.name for queue in queues.table(kind))


def test_every_queue_is_served_and_a_preview_has_a_worker_that_takes_no_batch() -> None:
    assert {queue for role in queues.ROLES.values() for queue in role.queues} == set(queues.NAMES)
    reserved = queues.ROLES["preview"].queues
    assert not [queue for queue in reserved if queue.endswith((".low", ".normal"))]
    assert reserved[1] == "motion.high", "even a batch's steps, which motion serves first, come behind it"
    assert queues.ROLES["motion"].queues[1] == queues.RESUME
    assert [role for role in queues.ROLES.values() if role.reserved] == [queues.ROLES["preview"]]
    low = {queue for queue in queues.NAMES if queue.endswith(".low")}
    assert set(queues.ROLES["batch"].queues) == low, "strict order alone would starve it"


def test_the_sweeper_is_served_first_and_also_where_no_vendor_can_hold_it_up() -> None:
    """Its message lives for one round: behind clips whose vendor says nothing, all rounds would be lost."""
    serving = {name: role.queues for name, role in queues.ROLES.items() if queues.UPKEEP in role.queues}
    assert {served[0] for served in serving.values()} == {queues.UPKEEP}
    assert any(not any(queue.startswith("motion") for queue in served) for served in serving.values())


def test_rabbitmq_replicates_its_queues_and_serves_the_reserved_worker_first() -> None:
    usual, first = (queues.table(Broker.RABBITMQ, first=asked) for asked in (False, True))
    assert {(queue.queue_arguments or {})["x-queue-type"] for queue in usual} == {"quorum"}
    assert [queue.queue_arguments for queue in usual] == [queue.queue_arguments for queue in first]
    assert all((queue.consumer_arguments or {})["x-priority"] > 0 for queue in first)
    assert {queue.exchange.type for queue in usual} == {"topic"}, "delays travel in topics only"


@pytest.mark.parametrize("queue", queues.NAMES)
def test_a_message_that_waited_is_known_by_its_queue(queue: str) -> None:
    waited = calculate_routing_key(5, queue)
    assert (queues.of_key(waited), queues.of_key(queue)) == (queue, queue)
    assert queues.of_key(calculate_routing_key(7, waited)) == queue


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("redis://h:1/0", Broker.REDIS),
        ("rediss://:p@h:1", Broker.REDIS),
        ("unix:///tmp/s", Broker.REDIS),
        ("amqp://u:p@h//", Broker.RABBITMQ),
        ("amqps://u:p@h/v", Broker.RABBITMQ),
        ("sqs://", Broker.SQS),
        ("memory://", Broker.MEMORY),
    ],
)
def test_the_address_says_which_broker_it_is(url: str, kind: Broker) -> None:
    assert brokers.broker(url) is kind


def test_an_unknown_broker_is_refused_by_name() -> None:
    with pytest.raises(UsageWrong, match="JYNCO_BROKER_URL begins with 'kafka:'"):
        brokers.broker("kafka://h")


def test_rabbitmq_waits_whole_seconds_and_never_shorter_than_asked() -> None:
    """Celery refuses to send what waits for less than a second there."""
    assert [brokers.countdown("amqp://h", seconds) for seconds in (0, 0.2, 1, 2.1)] == [0, 1, 1, 3]
    assert brokers.countdown("redis://h", 0.2) == 0.2


def test_certificates_are_believed_as_the_address_says() -> None:
    assert brokers.tls("redis://h") is None
    assert brokers.tls("rediss://h") == {"ssl_cert_reqs": ssl.CERT_NONE}, "platforms sign their own"
    strict = "rediss://:p@h:1/0?ssl_cert_reqs=required&ssl_ca_certs=/ca.pem"
    assert brokers.tls(strict) == {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_ca_certs": "/ca.pem"}
    assert brokers.celery_url(strict) == "rediss://:p@h:1/0"
    assert brokers.tls("amqps://h/v") == {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": "h"}
    with pytest.raises(UsageWrong, match="ssl_cert_reqs"):
        brokers.tls("rediss://h?ssl_cert_reqs=maybe")


def test_results_are_counted_in_redis_beside_any_broker() -> None:
    assert brokers.results("unix:///tmp/s")["result_backend"] == "redis+socket:///tmp/s"
    hosted = brokers.results("rediss://h?ssl_cert_reqs=none")
    assert hosted["result_backend"] == "rediss://h"
    assert hosted["redis_backend_use_ssl"] == {"ssl_cert_reqs": ssl.CERT_NONE}
    assert brokers.results(None) == {"result_backend": "cache+memory://"}


def test_sqs_is_not_asked_what_it_cannot_do() -> None:
    settings = brokers.connection("sqs://")
    assert (settings["worker_enable_remote_control"], settings["worker_send_task_events"]) == (False, False)
