"""What a job would do and cost, as it is told."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import CamelSchema, clip_id, dollars, project_id
from jynco.model.plan import Action


class PlannedClipTold(CamelSchema):
    """The decision for one clip."""

    clip_id = clip_id(required=True)
    action = fields.Enum(Action, by_value=True, required=True)
    frames = fields.Integer(required=True)
    provider = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    cache_key = fields.String(required=True, allow_none=True)
    cost_usd = dollars(allow_none=True, metadata={"description": "null: no published price."})
    seconds = fields.Float(required=True, metadata={"description": "Rough time to make it."})
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why it cannot be made."})
    understudies = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Who is asked in turn should this one not make it, as provider:model."},
    )
    skipped = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Who was named and cannot make it, with the reason."},
    )


class PlannedSegmentTold(CamelSchema):
    """A segment of the film that must be encoded."""

    segment = fields.String(required=True, metadata={"description": "Such as 'clip_3 to clip_4 dissolve'."})
    frames = fields.Integer(required=True)
    reason = fields.String(required=True, metadata={"description": "What is different from the last cut."})
    waits_for = fields.List(
        clip_id(), required=True, metadata={"description": "Clips that are not made yet."}
    )


class CutTold(CamelSchema):
    """What of the film must be encoded; all else is kept from films before."""

    segments = fields.Integer(required=True, metadata={"description": "Of the whole film."})
    frames_to_encode = fields.Integer(required=True, metadata={"description": "Of the film's frames."})
    sound = fields.Boolean(required=True, metadata={"description": "Whether the sound must be mixed."})
    encode = fields.List(fields.Nested(PlannedSegmentTold), required=True)


class PlanTold(CamelSchema):
    """What a film needs, and what it costs. Nothing was changed."""

    project_id = project_id(required=True)
    revision = fields.Integer(required=True)
    frames = fields.Integer(required=True)
    cost_usd = dollars(metadata={"description": "Clips without a published price count nothing."})
    unpriced_clips = fields.Integer(
        required=True, metadata={"description": "Clips without a published price."}
    )
    seconds = fields.Float(required=True, metadata={"description": "Rough time, one clip after the other."})
    clips = fields.List(fields.Nested(PlannedClipTold), required=True)
    cut = fields.Nested(
        CutTold,
        required=True,
        allow_none=True,
        metadata={"description": "null for clips alone, and where a file of the film cannot be used."},
    )
