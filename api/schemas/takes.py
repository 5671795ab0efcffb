"""What is asked and told of takes."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from api.schemas.base import CamelSchema, Truth, clip_id, dollars, job_id, project_id


class TakeTold(CamelSchema):
    """One film of a clip."""

    take_id = job_id(required=True)
    picked = fields.Boolean(required=True, metadata={"description": "It is the one that the film shows."})
    provider = fields.String(required=True)
    model = fields.String(required=True)
    prompt = fields.String(required=True)
    seed = fields.Integer(required=True, allow_none=True)
    seconds = fields.Float(required=True, metadata={"description": "As long as it was ordered."})
    usd = dollars(
        allow_none=True, metadata={"description": "null: nobody knows, or not made for this project."}
    )
    made_at = fields.DateTime(required=True, allow_none=True)
    output_url = fields.String(required=True, metadata={"description": "Its film."})


class TakesTold(CamelSchema):
    """The takes of a clip, the newest first."""

    items = fields.List(fields.Nested(TakeTold), required=True)


class PickedTold(CamelSchema):
    """The take that the film shows now."""

    project_id = project_id(required=True)
    clip_id = clip_id(required=True)
    take_id = job_id(required=True)
    revision = fields.Integer(required=True)


class ContinueAsked(CamelSchema):
    """Which clip goes on."""

    insert = Truth(
        load_default=False,
        metadata={"description": "Put in a new clip, rather than give the next one another picture."},
    )

    @post_load
    def wish(self, data: dict[str, Any], **_: Any) -> bool:
        """The wish as a value."""
        return bool(data["insert"])


class ContinuedTold(CamelSchema):
    """The clip that goes on."""

    project_id = project_id(required=True)
    clip_id = clip_id(required=True)
    source_image = fields.String(
        required=True, metadata={"description": "The last frame, as a file of the project."}
    )
    revision = fields.Integer(required=True)
