"""What is told of versions."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import CamelSchema, project_id


class VersionTold(CamelSchema):
    """One state that people wanted."""

    revision = fields.Integer(required=True)
    brings_back = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The version it is the same as, after a step."},
    )
    author = fields.String(required=True, metadata={"description": "Who made it; '' where nobody knows."})
    created_at = fields.DateTime(required=True)


class VersionsTold(CamelSchema):
    """The last versions, the newest first, and where a step would lead."""

    project_id = project_id(required=True)
    items = fields.List(fields.Nested(VersionTold), required=True)
    undo = fields.Integer(required=True, allow_none=True, metadata={"description": "null: nothing to undo."})
    redo = fields.Integer(required=True, allow_none=True, metadata={"description": "null: nothing to redo."})
