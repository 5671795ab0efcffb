"""Webhooks: what may be asked for, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load
from marshmallow.validate import Length

from api.names import plain
from api.schemas.base import CamelSchema
from jynco.model.webhooks import DELIVERY_PATTERN, WEBHOOK_PATTERN, DeliveryState, Topic

URL: Final = "https://hooks.example.com/jynco"
WORDS: Final = 200  # characters of a description


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to hear of what."""

    url: str
    topics: tuple[Topic, ...]
    description: str


def _once(topics: list[Topic]) -> None:
    if len(set(topics)) < len(topics):
        raise ValidationError("names an event twice")


class WebhookAsked(CamelSchema):
    """Who wants to hear of what."""

    url = fields.String(
        required=True,
        validate=Length(min=1, max=2048),
        metadata={
            "examples": [URL],
            "description": "A public https address, at port 443 or 8443, without a name or password in it.",
        },
    )
    events = fields.List(
        fields.Enum(Topic, by_value=True),
        load_default=list,
        validate=[Length(max=len(Topic)), _once],
        metadata={"uniqueItems": True, "description": "Only these; all of them where none is named."},
    )
    description = fields.String(
        load_default="",
        validate=Length(max=WORDS),
        metadata={"examples": ["The newsroom"], "description": "For people."},
    )

    @post_load
    def subscription(self, data: dict[str, Any], **_: Any) -> Subscription:
        """The wish as a value."""
        return Subscription(data["url"], tuple(data["events"]), data["description"])


class WebhookTold(CamelSchema):
    """A receiver of events."""

    webhook_id = fields.String(required=True, metadata={"pattern": plain(WEBHOOK_PATTERN)})
    url = fields.String(required=True)
    events = fields.List(fields.Enum(Topic, by_value=True), required=True)
    description = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    disabled_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it is told nothing more: it said so, or did not answer for days."},
    )
    failing_since = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "The first failure since the last success."}
    )
    created_at = fields.DateTime(required=True)
    secret = fields.String(
        metadata={
            "description": "Signs its messages (Standard Webhooks). Told when it is made or rotated, and never again."
        }
    )
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class WebhooksTold(CamelSchema):
    """A page of receivers, by id."""

    items = fields.List(fields.Nested(WebhookTold), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AttemptTold(CamelSchema):
    """One try at a delivery."""

    at = fields.DateTime(required=True)
    status = fields.Integer(
        required=True, allow_none=True, metadata={"description": "What the receiver answered."}
    )
    error = fields.String(required=True, allow_none=True, metadata={"description": "null: it was delivered."})
    milliseconds = fields.Integer(required=True)


class DeliveryTold(CamelSchema):
    """One message to one receiver."""

    delivery_id = fields.String(
        required=True,
        metadata={
            "pattern": plain(DELIVERY_PATTERN),
            "description": "The message's webhook-id, the same at every attempt and replay.",
        },
    )
    webhook_id = fields.String(required=True)
    event = fields.Enum(Topic, by_value=True, required=True)
    state = fields.Enum(DeliveryState, by_value=True, required=True)
    attempts = fields.Integer(required=True)
    log = fields.List(
        fields.Nested(AttemptTold), required=True, metadata={"description": "The last 20 attempts."}
    )
    next_attempt_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    payload = fields.Dict(required=True, metadata={"description": "What it is told, without its links."})
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class DeliveriesTold(CamelSchema):
    """A page of deliveries, the newest first."""

    items = fields.List(fields.Nested(DeliveryTold), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
