"""What is answered. The values come from ``api.views``."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import CamelSchema, clip_id, dollars, job_id, project_id
from jynco.model.plan import Action
from jynco.model.states import ClipStatus, JobState, Lane, Made, Purpose


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


class PausedTold(CamelSchema):
    """Whether a queue or a provider is held back."""

    name = fields.String(required=True)
    paused = fields.Boolean(required=True, metadata={"description": "People hold back what has not begun."})
    paused_since = fields.DateTime(required=True, allow_none=True)


class QueueTold(PausedTold):
    """One queue."""

    depth = fields.Integer(required=True, metadata={"description": "Messages that wait."})


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
