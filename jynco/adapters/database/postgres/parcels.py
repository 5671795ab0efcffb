"""Deliveries on their way: who carries what, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping, func, or_, select, update

from jynco.adapters.database.postgres.tables import NOW
from jynco.adapters.database.postgres.webhook_tables import webhook_deliveries as deliveries
from jynco.adapters.database.postgres.webhook_tables import webhooks
from jynco.adapters.database.text import storable
from jynco.model.webhooks import (
    LOGGED,
    Attempt,
    Delivery,
    DeliveryState,
    Load,
    Parcel,
    Settlement,
    Topic,
    Webhook,
    shares,
)

OWED: Final = deliveries.join(webhooks)
PENDING: Final = (deliveries.c.state == DeliveryState.PENDING) & webhooks.c.disabled_at.is_(None)
_RECEIVERS: Final = 64  # looked at in one round

_free = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= NOW)
_due = (deliveries.c.state == DeliveryState.PENDING) & (deliveries.c.due_at <= NOW) & _free


def claim(connection: Connection, owner: str, seconds: float, limit: int, load: Load) -> Sequence[Parcel]:
    """Lease what is due, each receiver's share of it."""
    waiting = _waiting(connection)
    carried = _carried(connection) if waiting else []
    rooms = shares(waiting, carried, limit, load)
    taken: list[Parcel] = []
    for webhook, _ in waiting:
        room = rooms.get(webhook.webhook_id, 0)
        found = _lease(connection, webhook.webhook_id, owner, seconds, room) if room else ()
        taken += [Parcel(delivery, webhook, owner) for delivery in found]
    return taken


def _waiting(connection: Connection) -> list[tuple[Webhook, int]]:
    """Receivers with something due, and how much, held so that nobody else hands out their parcels.

    Those that fail just now come last, else who waits longest comes first.
    """
    due = select(
        deliveries.c.webhook_id, func.count().label("due"), func.min(deliveries.c.due_at).label("first")
    )
    due_ = due.where(_due).group_by(deliveries.c.webhook_id).subquery()
    chosen = select(webhooks, due_.c.due).join(due_, due_.c.webhook_id == webhooks.c.webhook_id)
    ordered = chosen.where(webhooks.c.disabled_at.is_(None)).order_by(
        webhooks.c.failing_since.is_not(None), due_.c.first
    )
    held = ordered.limit(_RECEIVERS).with_for_update(of=webhooks, key_share=True, skip_locked=True)
    return [(to_webhook(row), row["due"]) for row in connection.execute(held).mappings()]


def _carried(connection: Connection) -> list[tuple[Webhook, int]]:
    busy = select(deliveries.c.webhook_id, func.count().label("busy")).where(
        deliveries.c.state == DeliveryState.PENDING, deliveries.c.lease_until > NOW
    )
    busy_ = busy.group_by(deliveries.c.webhook_id).subquery()
    found = select(webhooks, busy_.c.busy).join(busy_, busy_.c.webhook_id == webhooks.c.webhook_id)
    return [(to_webhook(row), row["busy"]) for row in connection.execute(found).mappings()]


def _lease(
    connection: Connection, webhook_id: str, owner: str, seconds: float, room: int
) -> Sequence[Delivery]:
    due = select(deliveries.c.delivery_id).where(deliveries.c.webhook_id == webhook_id, _due)
    chosen = due.order_by(deliveries.c.due_at, deliveries.c.ordinal).limit(room).with_for_update()
    values = {"owner": owner, "lease_until": NOW + timedelta(seconds=seconds)}
    taken = update(deliveries).where(deliveries.c.delivery_id.in_(chosen)).values(values)
    rows = connection.execute(taken.returning(deliveries)).mappings()
    return sorted(map(to_delivery, rows), key=lambda each: each.ordinal)


def settle(connection: Connection, parcel: Parcel, attempt: Attempt, settled: Settlement) -> bool:
    """End the delivery or put it off, and remember how its receiver is doing."""
    delivery = parcel.delivery
    mine = update(deliveries).where(
        deliveries.c.delivery_id == delivery.delivery_id,
        deliveries.c.owner == parcel.owner,
        deliveries.c.attempts == delivery.attempts,
    )
    pending = settled.state is DeliveryState.PENDING
    log = [*delivery.log, attempt][-LOGGED:]
    values: dict[str, object] = {
        "state": settled.state,
        "attempts": delivery.attempts + 1,
        "tries": delivery.tries + 1,
        "log": [each.to_json() for each in log],
        "due_at": NOW + timedelta(seconds=settled.wait),
        "owner": None,
        "lease_until": None,
        "ended_at": None if pending else NOW,
    }
    if not connection.execute(mine.values(values)).rowcount:
        return False
    _receiver(connection, delivery.webhook_id, settled)
    return True


def _receiver(connection: Connection, webhook_id: str, settled: Settlement) -> None:
    well = settled.state is DeliveryState.DELIVERED
    values: dict[str, object] = {
        "failing_since": None if well else func.coalesce(webhooks.c.failing_since, NOW)
    }
    if settled.disable:
        values |= {"disabled_at": NOW, "disabled_reason": storable(settled.disable)}
        given_up = update(deliveries).where(
            deliveries.c.webhook_id == webhook_id, deliveries.c.state == DeliveryState.PENDING
        )
        connection.execute(
            given_up.values(state=DeliveryState.FAILED, ended_at=NOW, owner=None, lease_until=None)
        )
    connection.execute(update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(values))


def to_webhook(row: RowMapping) -> Webhook:
    """A row of ``webhooks``."""
    values = {name: row[name] for name in Webhook.__dataclass_fields__}
    return Webhook(**{**values, "topics": tuple(map(Topic, row["topics"]))})


def to_delivery(row: RowMapping) -> Delivery:
    """A row of ``webhook_deliveries``."""
    values = {name: row[name] for name in Delivery.__dataclass_fields__}
    log = tuple(Attempt.from_json(each) for each in row["log"])
    return Delivery(
        **{**values, "topic": Topic(row["topic"]), "state": DeliveryState(row["state"]), "log": log}
    )
