"""What went wrong, and where."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import CamelSchema


class FaultTold(CamelSchema):
    """One place that is wrong."""

    pointer = fields.String(
        required=True, metadata={"description": "JSON Pointer (RFC 6901); '' is the whole."}
    )
    code = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemTold(CamelSchema):
    """Why something was not done (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "The status in words."})
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "What programs should look at."})
    detail = fields.String(required=True, metadata={"description": "One sentence for people, with the mend."})
    retryable = fields.Boolean(required=True, metadata={"description": "Whether the same may work later."})
    trace_id = fields.String(required=True, metadata={"description": "Finds this request in the log."})
    errors = fields.List(fields.Nested(FaultTold), metadata={"description": "Every place that is wrong."})
    checks = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "/readyz only."}
    )
