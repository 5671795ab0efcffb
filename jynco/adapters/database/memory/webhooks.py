"""Receivers of webhooks, and the deliveries to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from jynco.adapters.database.desk import LOCAL
from jynco.adapters.database.memory.store import DeliveryRow, Store, alone
from jynco.adapters.database.sentences import disabled, too_many_webhooks, unknown_delivery, unknown_webhook
from jynco.adapters.database.text import storable
from jynco.model.webhooks import (
    KEPT,
    LOGGED,
    MOST,
    Attempt,
    Delivery,
    DeliveryState,
    Load,
    Parcel,
    Settlement,
    Webhook,
    shares,
)


class MemoryWebhooks:
    """The twin of ``webhooks`` and ``webhook_deliveries``."""

    def __init__(self, store: Store, tenant: str | None = None) -> None:
        self.store = store
        self._tenant = tenant

    @alone
    def add(self, webhook: Webhook) -> Webhook:
        """Tell this receiver from now on. Conflict where its tenant has as many as may be."""
        tenant = self._tenant or LOCAL
        if sum(each.tenant == tenant for each in self.store.webhooks.values()) >= MOST:
            raise too_many_webhooks()
        asked = Webhook(webhook.webhook_id, webhook.url, webhook.secret, webhook.topics, webhook.description)
        return self._made(replace(asked, tenant=tenant, created_at=self.store.now()))

    @alone
    def get(self, webhook_id: str) -> Webhook:
        """The receiver. NotFound."""
        webhook = self.store.webhooks.get(webhook_id)
        if webhook is None or self._tenant not in {None, webhook.tenant}:
            raise unknown_webhook(webhook_id)
        return webhook

    @alone
    def page(self, after: str | None, limit: int) -> Sequence[Webhook]:
        """Up to ``limit`` receivers whose id comes after ``after``, by id."""
        mine = [each for each in self.store.webhooks.values() if self._tenant in {None, each.tenant}]
        later = [each for each in mine if after is None or each.webhook_id > after]
        return sorted(later, key=lambda each: each.webhook_id)[:limit]

    @alone
    def delete(self, webhook_id: str) -> None:
        """Tell it nothing more, and forget what it was told. NotFound."""
        self.get(webhook_id)
        del self.store.webhooks[webhook_id]
        for row in self._rows(webhook_id):
            del self.store.deliveries[row.delivery.delivery_id]

    @alone
    def rotate(self, webhook_id: str, secret: str, seconds: float) -> Webhook:
        """Sign with ``secret``; the one before signs along for ``seconds``. NotFound."""
        webhook = self.get(webhook_id)
        until = self.store.now(seconds)
        return self._made(replace(webhook, secret=secret, old_secret=webhook.secret, old_until=until))

    @alone
    def enable(self, webhook_id: str) -> Webhook:
        """Tell it again, from now on. NotFound."""
        fresh = replace(self.get(webhook_id), disabled_at=None, disabled_reason=None, failing_since=None)
        return self._made(fresh)

    @alone
    def deliveries(self, webhook_id: str, after: int | None, limit: int) -> Sequence[Delivery]:
        """Up to ``limit`` deliveries before ``after``, the newest first. NotFound."""
        self.get(webhook_id)
        newest = [row.delivery for row in reversed(self._rows(webhook_id))]
        return [each for each in newest if after is None or each.ordinal < after][:limit]

    @alone
    def replay(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Deliver once more, now; what is being delivered stays in those hands. NotFound, Conflict."""
        webhook = self.get(webhook_id)
        if webhook.disabled_at is not None:
            raise disabled(webhook)
        row = self.store.deliveries.get(delivery_id)
        if row is None or row.delivery.webhook_id != webhook_id:
            raise unknown_delivery(delivery_id)
        row.delivery = replace(
            row.delivery, state=DeliveryState.PENDING, ended_at=None, tries=0, due_at=self.store.now()
        )
        return row.delivery

    @alone
    def claim(self, owner: str, seconds: float, limit: int, load: Load) -> Sequence[Parcel]:
        """What is due, in these hands for ``seconds``: never more of one receiver, or tenant, than ``load`` says."""
        due = sorted(self._due(), key=lambda row: (row.delivery.due_at, row.delivery.ordinal))
        busy = [row for row in self._owed() if not self.store.free(row.lease_until)]
        rooms = shares(self._counted(due), self._counted(busy), limit, load)
        taken: list[Parcel] = []
        for row in due:
            name = row.delivery.webhook_id
            if rooms.get(name, 0) > 0:
                rooms[name] -= 1
                row.owner, row.lease_until = owner, self.store.now(seconds)
                taken.append(Parcel(row.delivery, self.store.webhooks[name], owner))
        return taken

    @alone
    def settle(self, parcel: Parcel, attempt: Attempt, settled: Settlement) -> bool:
        """Write down how an attempt went; False when the parcel is in other hands by now, or gone."""
        row = self.store.deliveries.get(parcel.delivery.delivery_id)
        if row is None or (row.owner, row.delivery.attempts) != (parcel.owner, parcel.delivery.attempts):
            return False
        row.owner = row.lease_until = None
        row.delivery = replace(
            row.delivery,
            state=settled.state,
            attempts=parcel.delivery.attempts + 1,
            tries=parcel.delivery.tries + 1,
            log=(*parcel.delivery.log, attempt)[-LOGGED:],
            due_at=self.store.now(settled.wait),
            ended_at=None if settled.state is DeliveryState.PENDING else self.store.now(),
        )
        self._receiver(parcel.delivery.webhook_id, settled)
        return True

    @alone
    def next_due(self) -> float | None:
        """Seconds until something can be claimed, 0 for now; None while nothing is owed."""
        now = self.store.now()
        ready = [max(row.delivery.due_at or now, row.lease_until or now) for row in self._owed()]
        return max((min(ready) - now).total_seconds(), 0.0) if ready else None

    @alone
    def sweep(self) -> int:
        """Forget what ended long ago; returns how many there were."""
        line = self.store.now() - KEPT
        kept = self.store.deliveries
        old = [name for name, row in kept.items() if row.delivery.ended_at and row.delivery.ended_at < line]
        for name in old:
            del kept[name]
        return len(old)

    def _receiver(self, webhook_id: str, settled: Settlement) -> None:
        webhook, now = self.store.webhooks[webhook_id], self.store.now()
        well = settled.state is DeliveryState.DELIVERED
        webhook = replace(webhook, failing_since=None if well else webhook.failing_since or now)
        if settled.disable:
            webhook = replace(webhook, disabled_at=now, disabled_reason=storable(settled.disable))
            for row in self._rows(webhook_id):
                if row.delivery.state is DeliveryState.PENDING:
                    row.owner = row.lease_until = None
                    row.delivery = replace(row.delivery, state=DeliveryState.FAILED, ended_at=now)
        self._put(webhook)

    def _counted(self, rows: Sequence[DeliveryRow]) -> list[tuple[Webhook, int]]:
        counts = Counter(row.delivery.webhook_id for row in rows)
        found = [(self.store.webhooks[name], count) for name, count in counts.items()]
        return sorted(found, key=lambda each: each[0].failing_since is not None)

    def _due(self) -> list[DeliveryRow]:
        now, free = self.store.now(), self.store.free
        return [row for row in self._owed() if free(row.lease_until) and (row.delivery.due_at or now) <= now]

    def _owed(self) -> list[DeliveryRow]:
        pending = (
            row for row in self.store.deliveries.values() if row.delivery.state is DeliveryState.PENDING
        )
        return [row for row in pending if self.store.webhooks[row.delivery.webhook_id].disabled_at is None]

    def _rows(self, webhook_id: str) -> list[DeliveryRow]:
        return [row for row in self.store.deliveries.values() if row.delivery.webhook_id == webhook_id]

    def _made(self, webhook: Webhook) -> Webhook:
        errand = self.store.errand()
        if errand is not None:
            errand.made = (webhook.webhook_id,)
        return self._put(webhook)

    def _put(self, webhook: Webhook) -> Webhook:
        self.store.webhooks[webhook.webhook_id] = webhook
        return webhook
