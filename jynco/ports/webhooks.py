"""Who wants to be told, kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jynco.model.webhooks import Attempt, Delivery, Load, Parcel, Settlement, Webhook


class Webhooks(Protocol):
    """Receivers, and what each is owed: written in the transaction of the change that it tells of.

    Raises NotFound, Conflict; ServiceAway when the database is.
    """

    def add(self, webhook: Webhook) -> Webhook: ...  # Conflict: a tenant has as many as may be
    def get(self, webhook_id: str) -> Webhook: ...
    def page(self, after: str | None, limit: int) -> Sequence[Webhook]: ...  # by id
    def delete(self, webhook_id: str) -> None: ...  # with its deliveries
    def rotate(self, webhook_id: str, secret: str, seconds: float) -> Webhook: ...  # the old one signs along
    def enable(self, webhook_id: str) -> Webhook: ...
    def deliveries(
        self, webhook_id: str, after: int | None, limit: int
    ) -> Sequence[Delivery]: ...  # newest first
    def replay(self, webhook_id: str, delivery_id: str) -> Delivery: ...  # under the same id; due now
    def claim(
        self, owner: str, seconds: float, limit: int, load: Load
    ) -> Sequence[Parcel]: ...  # what is due
    def settle(
        self, parcel: Parcel, attempt: Attempt, settled: Settlement
    ) -> bool: ...  # False: not ours any more
    def next_due(self) -> float | None: ...  # seconds until something can be claimed; None: nothing is owed
    def sweep(self) -> int: ...  # forgets what ended long ago
