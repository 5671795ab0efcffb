"""Jobs, their clips and their receipts, as they are told."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import CamelSchema, clip_id, dollars, job_id, project_id
from jynco.model.states import ClipStatus, JobState, Lane, Made, Purpose


class ClipTold(CamelSchema):
    """How one clip of a job is doing."""

    clip_id = clip_id(required=True)
    status = fields.Enum(ClipStatus, by_value=True, required=True)
    job_id = job_id(required=True, allow_none=True)
    provider = fields.String(
        required=True, allow_none=True, metadata={"description": "Who makes it, or made it."}
    )
    model = fields.String(required=True, allow_none=True)
    cache_hit = fields.Boolean(required=True)
    attempts = fields.Integer(required=True)
    cost_usd = dollars()
    error_message = fields.String(required=True, allow_none=True)


class ReceiptLineTold(CamelSchema):
    """How one clip of the film came about."""

    clip_id = clip_id(required=True)
    made = fields.Enum(Made, by_value=True, required=True)
    provider = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    cost_usd = dollars()
    note = fields.String(required=True, allow_none=True)


class ReceiptTold(CamelSchema):
    """What the film is made of."""

    complete = fields.Boolean(required=True, metadata={"description": "No stand-ins, nothing missing."})
    frames = fields.Integer(required=True)
    cost_usd = dollars()
    clips = fields.List(fields.Nested(ReceiptLineTold), required=True)


class FailureTold(CamelSchema):
    """Why a job failed."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    retryable = fields.Boolean(required=True)


class WaitTold(CamelSchema):
    """What has to pass before a job can go on: room at a provider, on a disk, or somebody's resume."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    since = fields.DateTime(required=True)


class JobTold(CamelSchema):
    """A job: a film (job_render_...) or one clip (job_motion_...)."""

    job_id = job_id(required=True)
    project_id = project_id(required=True)
    kind = fields.Enum(Purpose, by_value=True, required=True)
    priority = fields.Enum(Lane, by_value=True, required=True)
    state = fields.Enum(JobState, by_value=True, required=True)
    progress = fields.Float(required=True, metadata={"minimum": 0, "maximum": 1})
    frames_done = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Of a film, encoded or kept from before; null for a clip."},
    )
    frames_due = fields.Integer(
        required=True, allow_none=True, metadata={"description": "All frames of the film; null for a clip."}
    )
    clips = fields.List(fields.Nested(ClipTold), required=True)
    output_url = fields.String(required=True, allow_none=True)
    receipt = fields.Nested(ReceiptTold, required=True, allow_none=True)
    error = fields.Nested(FailureTold, required=True, allow_none=True)
    waiting = fields.Nested(WaitTold, required=True, allow_none=True)
    created_at = fields.DateTime(required=True, allow_none=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class JobsTold(CamelSchema):
    """A page of jobs, the newest first."""

    items = fields.List(fields.Nested(JobTold), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "null on the last page."}
    )


class AcceptedClipTold(CamelSchema):
    """A clip's job that was accepted."""

    job_id = job_id(required=True)
    clip_id = clip_id(required=True, allow_none=True)
    state = fields.Enum(JobState, by_value=True, required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AcceptedTold(CamelSchema):
    """A job that was accepted; it will end, whatever happens."""

    job_id = job_id(required=True)
    project_id = project_id(required=True)
    kind = fields.Enum(Purpose, by_value=True, required=True)
    priority = fields.Enum(Lane, by_value=True, required=True)
    state = fields.Enum(JobState, by_value=True, required=True)
    queue_position = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "About how many messages are waiting in its queue; null when nobody can tell."
        },
    )
    jobs = fields.List(
        fields.Nested(AcceptedClipTold), required=True, metadata={"description": "The clips' own jobs."}
    )
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
