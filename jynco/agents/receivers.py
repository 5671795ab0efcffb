"""Webhooks and their deliveries as both doors tell them."""

from __future__ import annotations

from datetime import UTC, datetime

from jynco.model.storyboard import Json
from jynco.model.webhooks import Attempt, Delivery, DeliveryState, Webhook


def webhook(row: Webhook, *, with_secret: bool = False) -> dict[str, Json]:
    """A receiver; its secret only where it is new."""
    told: dict[str, Json] = {
        "webhookId": row.webhook_id,
        "url": row.url,
        "events": [str(topic) for topic in row.topics],
        "description": row.description,
        "enabled": row.disabled_at is None,
        "disabledReason": row.disabled_reason,
        "failingSince": _moment(row.failing_since),
        "createdAt": _moment(row.created_at),
    }
    return {**told, "secret": row.secret} if with_secret else told


def delivery(row: Delivery) -> dict[str, Json]:
    """A message with its attempts."""
    log: list[Json] = [_attempt(each) for each in row.log]
    return {
        "deliveryId": row.delivery_id,
        "webhookId": row.webhook_id,
        "event": str(row.topic),
        "state": str(row.state),
        "attempts": row.attempts,
        "log": log,
        "nextAttemptAt": _moment(row.due_at if row.state is DeliveryState.PENDING else None),
        "createdAt": _moment(row.created_at),
        "endedAt": _moment(row.ended_at),
        "payload": dict(row.payload),
    }


def _attempt(attempt: Attempt) -> Json:
    at, status, error = _moment(attempt.at), attempt.status, attempt.error
    return {"at": at, "status": status, "error": error, "milliseconds": attempt.milliseconds}


def _moment(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(UTC).isoformat().replace("+00:00", "Z")
