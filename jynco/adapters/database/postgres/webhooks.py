"""Receivers of webhooks, and the deliveries to them: what is owed is claimed by lease, like a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, true, update

from jynco.adapters.database.desk import LOCAL
from jynco.adapters.database.postgres import parcels
from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.replies import note
from jynco.adapters.database.postgres.tables import NOW
from jynco.adapters.database.postgres.webhook_tables import webhook_deliveries as deliveries
from jynco.adapters.database.postgres.webhook_tables import webhooks
from jynco.adapters.database.sentences import disabled, too_many_webhooks, unknown_delivery, unknown_webhook
from jynco.model.webhooks import (
    KEPT,
    MOST,
    Attempt,
    Delivery,
    DeliveryState,
    Load,
    Parcel,
    Settlement,
    Webhook,
)


class PostgresWebhooks:
    """The tables ``webhooks`` and ``webhook_deliveries``."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def add(self, webhook: Webhook) -> Webhook:
        """Tell this receiver from now on. Conflict where its tenant has as many as may be."""
        tenant = self._gate.tenant or LOCAL
        values = {name: getattr(webhook, name) for name in ("webhook_id", "url", "secret", "description")}
        made = insert(webhooks).values(**values, tenant=tenant, topics=[str(each) for each in webhook.topics])
        with self._gate.transaction() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"webhooks-{tenant}"))))
            count = select(func.count()).select_from(webhooks).where(webhooks.c.tenant == tenant)
            if (connection.scalar(count) or 0) >= MOST:
                raise too_many_webhooks()
            note(connection, [webhook.webhook_id])
            return parcels.to_webhook(connection.execute(made.returning(webhooks)).mappings().one())

    def get(self, webhook_id: str) -> Webhook:
        """The receiver. NotFound."""
        with self._gate.autocommit() as connection:
            return self._found(connection, webhook_id)

    def page(self, after: str | None, limit: int) -> Sequence[Webhook]:
        """Up to ``limit`` receivers whose id comes after ``after``, by id."""
        chosen = select(webhooks).where(self._own()).order_by(webhooks.c.webhook_id).limit(limit)
        chosen = chosen if after is None else chosen.where(webhooks.c.webhook_id > after)
        with self._gate.autocommit() as connection:
            return [parcels.to_webhook(row) for row in connection.execute(chosen).mappings()]

    def delete(self, webhook_id: str) -> None:
        """Tell it nothing more, and forget what it was told. NotFound."""
        with self._gate.transaction() as connection:
            if not connection.execute(delete(webhooks).where(self._is(webhook_id))).rowcount:
                raise unknown_webhook(webhook_id)

    def rotate(self, webhook_id: str, secret: str, seconds: float) -> Webhook:
        """Sign with ``secret``; the one before signs along for ``seconds``. NotFound."""
        until = NOW + timedelta(seconds=seconds)
        return self._changed(
            webhook_id, {"secret": secret, "old_secret": webhooks.c.secret, "old_until": until}
        )

    def enable(self, webhook_id: str) -> Webhook:
        """Tell it again, from now on. NotFound."""
        return self._changed(
            webhook_id, {"disabled_at": None, "disabled_reason": None, "failing_since": None}
        )

    def deliveries(self, webhook_id: str, after: int | None, limit: int) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries before ``after``, the newest first. NotFound."""
        chosen = select(deliveries).where(deliveries.c.webhook_id == webhook_id)
        chosen = chosen if after is None else chosen.where(deliveries.c.ordinal < after)
        chosen = chosen.order_by(deliveries.c.ordinal.desc()).limit(limit)
        with self._gate.autocommit() as connection:
            self._found(connection, webhook_id)
            return [parcels.to_delivery(row) for row in connection.execute(chosen).mappings()]

    def replay(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Deliver once more, now; what is being delivered just now stays in those hands. NotFound, Conflict."""
        named = (deliveries.c.webhook_id == webhook_id) & (deliveries.c.delivery_id == delivery_id)
        values = {"state": DeliveryState.PENDING, "ended_at": None, "tries": 0, "due_at": NOW}
        again = update(deliveries).where(named).values(values).returning(deliveries)
        with self._gate.transaction() as connection:
            webhook = self._found(connection, webhook_id)
            if webhook.disabled_at is not None:
                raise disabled(webhook)
            row = connection.execute(again).mappings().one_or_none()
        if row is None:
            raise unknown_delivery(delivery_id)
        return parcels.to_delivery(row)

    def claim(self, owner: str, seconds: float, limit: int, load: Load) -> Sequence[Parcel]:
        """What is due, in these hands for ``seconds``: no more of a receiver or tenant than ``load`` says."""
        with self._gate.transaction() as connection:
            return parcels.claim(connection, owner, seconds, limit, load)

    def settle(self, parcel: Parcel, attempt: Attempt, settled: Settlement) -> bool:
        """Write down how an attempt went; False when the parcel is in other hands by now, or gone."""
        with self._gate.transaction() as connection:
            return parcels.settle(connection, parcel, attempt, settled)

    def next_due(self) -> float | None:
        """Seconds until something can be claimed, 0 for now; None while nothing is owed."""
        ready = func.greatest(deliveries.c.due_at, deliveries.c.lease_until)
        seconds = func.extract("epoch", func.min(ready) - NOW)
        with self._gate.autocommit() as connection:
            left = connection.scalar(select(seconds).select_from(parcels.OWED).where(parcels.PENDING))
        return None if left is None else max(float(left), 0.0)

    def sweep(self) -> int:
        """Forget what ended long ago; returns how many there were."""
        with self._gate.transaction() as connection:
            return connection.execute(delete(deliveries).where(deliveries.c.ended_at < NOW - KEPT)).rowcount

    def _changed(self, webhook_id: str, values: dict[str, object]) -> Webhook:
        change = update(webhooks).where(self._is(webhook_id)).values(values).returning(webhooks)
        with self._gate.transaction() as connection:
            changed = _there(connection.execute(change).mappings().one_or_none(), webhook_id)
            note(connection, [webhook_id])
        return changed

    def _found(self, connection: Connection, webhook_id: str) -> Webhook:
        row = connection.execute(select(webhooks).where(self._is(webhook_id))).mappings().one_or_none()
        return _there(row, webhook_id)

    def _is(self, webhook_id: str) -> ColumnElement[bool]:
        return (webhooks.c.webhook_id == webhook_id) & self._own()

    def _own(self) -> ColumnElement[bool]:
        return true() if self._gate.tenant is None else webhooks.c.tenant == self._gate.tenant


def _there(row: RowMapping | None, webhook_id: str) -> Webhook:
    if row is None:
        raise unknown_webhook(webhook_id)
    return parcels.to_webhook(row)
