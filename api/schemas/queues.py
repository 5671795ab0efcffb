"""Queues, vendors and processes, as they are told."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import CamelSchema


class PausedTold(CamelSchema):
    """Whether a queue or a provider is held back."""

    name = fields.String(required=True)
    paused = fields.Boolean(required=True, metadata={"description": "People hold back what has not begun."})
    paused_since = fields.DateTime(required=True, allow_none=True)


class QueueTold(PausedTold):
    """One queue."""

    kind = fields.String(
        required=True, allow_none=True, metadata={"description": "motion or render; null: not of a lane."}
    )
    priority = fields.String(required=True, allow_none=True, metadata={"description": "high, normal or low."})
    depth = fields.Integer(
        required=True,
        metadata={"description": "Jobs of a lane that have not begun; of other queues the messages."},
    )
    messages = fields.Integer(required=True, metadata={"description": "What lies in the broker."})
    oldest_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When the oldest that waits came in."}
    )
    age_seconds = fields.Float(required=True, metadata={"description": "For how long it has waited."})


class LimitsTold(CamelSchema):
    """What a provider, or one of its models, may be asked for; null: as much as people like."""

    concurrent = fields.Integer(required=True, allow_none=True)
    per_minute = fields.Integer(required=True, allow_none=True)
    per_day = fields.Integer(required=True, allow_none=True)


class ProviderTold(PausedTold):
    """How a provider's model is doing, or what holds for a whole provider."""

    running = fields.Integer(required=True, metadata={"description": "Clips that it makes now."})
    waiting = fields.Integer(required=True, metadata={"description": "Clips that wait for room at it."})
    failures = fields.Integer(required=True, metadata={"description": "Orders that failed in a row."})
    last_failure = fields.String(required=True, allow_none=True)
    failing_until = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Nobody asks it before, for it kept failing; then one clip tries it."},
    )
    limits = fields.Nested(LimitsTold, required=True)


class QueuesTold(CamelSchema):
    """Every queue, in the order workers serve them, and the providers."""

    items = fields.List(fields.Nested(QueueTold), required=True)
    providers = fields.List(fields.Nested(ProviderTold), required=True)


class AliveTold(CamelSchema):
    """This process answers."""

    status = fields.String(required=True)


class ReadyTold(CamelSchema):
    """Everything it needs answers too."""

    status = fields.String(required=True)
    checks = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
