"""Projects and their files, as they are told."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import CamelSchema, project_id


class ProjectTold(CamelSchema):
    """A project."""

    project_id = project_id(required=True)
    title = fields.String(required=True, allow_none=True)
    revision = fields.Integer(required=True, metadata={"description": "Goes up with every edit by people."})
    clip_count = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ProjectsTold(CamelSchema):
    """A page of projects, by id."""

    items = fields.List(fields.Nested(ProjectTold), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "null on the last page."}
    )


class AssetTold(CamelSchema):
    """A file that a project was given."""

    asset_id = fields.String(required=True)
    path = fields.String(required=True, metadata={"description": "What goes into sourceImage or sourceFile."})
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    width = fields.Integer(required=True, metadata={"description": "Pixels as shown; 0 for sounds."})
    height = fields.Integer(required=True, metadata={"description": "Pixels as shown; 0 for sounds."})
    duration = fields.Float(
        required=True, allow_none=True, metadata={"description": "Seconds; null for pictures."}
    )
