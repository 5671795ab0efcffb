"""What may be asked for, in queries and bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Range, Regexp

from api.names import plain
from api.schemas.base import CamelSchema, Count, Dollars, Truth, clip_id, project_id
from jynco.document.interchange.forms import Form
from jynco.model.ids import ClipId, ProjectId
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Lane, OnMissing, Purpose

# A preview is for looking at now: it goes first, and shows a card where a clip is missing instead of nothing at all.
LANES: Final = {Purpose.PREVIEW: Lane.HIGH, Purpose.FINAL: Lane.NORMAL, Purpose.CLIPS: Lane.NORMAL}
MISSING: Final = {
    Purpose.PREVIEW: OnMissing.SLATE,
    Purpose.FINAL: OnMissing.BLOCK,
    Purpose.CLIPS: OnMissing.BLOCK,
}

_NAME: Final = "[A-Za-z0-9][A-Za-z0-9_.:/@-]*"
PROVIDERS: Final = rf"^ *{_NAME} *(, *{_NAME} *)*\Z"


class WishesAsked(CamelSchema):
    """How a film is wanted: what ``plan`` and ``jobs`` have in common."""

    kind = fields.Enum(
        Purpose,
        by_value=True,
        load_default=Purpose.FINAL,
        metadata={"description": "preview: a quick look; final: the film; clips: only the clips."},
    )
    priority = fields.Enum(
        Lane,
        by_value=True,
        load_default=None,
        metadata={"description": "high for previews, else normal, unless said."},
    )
    on_missing = fields.Enum(
        OnMissing,
        by_value=True,
        load_default=None,
        metadata={
            "description": "What the film does about a clip that could not be made: block (no film; the default), "
            "hold (the last good frame), slate (a card that names the clip; the default of previews), skip."
        },
    )
    provider = fields.String(
        validate=[Length(min=1, max=128), Regexp(PROVIDERS, error="must name providers, such as camera")],
        load_default=None,
        metadata={
            "pattern": plain(PROVIDERS),
            "description": "Instead of the default one: camera, mock, runway:gen4_turbo, ...",
        },
    )

    @post_load
    def wishes(self, data: dict[str, Any], **_: Any) -> Wishes:
        """The wishes as the architect understands them."""
        kind: Purpose = data["kind"]
        return Wishes(
            purpose=kind,
            lane=data["priority"] or LANES[kind],
            on_missing=data["on_missing"] or MISSING[kind],
            provider=data["provider"],
            budget_usd=data.get("budget_usd"),
            pay_again=data.get("pay_again", False),
            failover_moderated=data.get("failover_moderated", False),
            clips=tuple(ClipId(clip) for clip in data.get("clips", ())),
        )


def _pay_again() -> Truth:
    told = "Go on although nobody knows whether an earlier attempt was billed."
    return Truth(load_default=False, metadata={"description": told})


def _failover_moderated() -> Truth:
    told = "Ask the next provider of a list for what the safety of the one before refused."
    return Truth(load_default=False, metadata={"description": told})


class JobAsked(WishesAsked):
    """What to make."""

    clips = fields.List(
        clip_id(),
        load_default=(),
        validate=Length(max=2_000),
        metadata={"description": "With kind clips: only these; all of them otherwise."},
    )
    budget_usd = Dollars(
        load_default=None,
        metadata={
            "description": "The most this job may cost. A hard stop, looked at before anything is spent."
        },
    )
    pay_again = _pay_again()
    failover_moderated = _failover_moderated()

    @validates_schema
    def _clips_alone(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("clips") and data.get("kind") is not Purpose.CLIPS:
            raise ValidationError("a film has all its clips: leave this out, or ask for kind clips", "clips")


@dataclass(frozen=True, slots=True)
class Retry:
    """How a clip is to be made again."""

    lane: Lane
    pay_again: bool
    failover_moderated: bool


class RetryAsked(CamelSchema):
    """How a clip is to be made again."""

    pay_again = _pay_again()
    failover_moderated = _failover_moderated()
    priority = fields.Enum(Lane, by_value=True, load_default=Lane.NORMAL)

    @post_load
    def retry(self, data: dict[str, Any], **_: Any) -> Retry:
        """The wish as a value."""
        return Retry(data["priority"], data["pay_again"], data["failover_moderated"])


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted."""

    cursor: str | None
    limit: int
    project_id: ProjectId | None = None
    state: JobState | None = None


class PageAsked(CamelSchema):
    """Which part of a list is wanted."""

    cursor = fields.String(
        load_default=None,
        validate=Length(min=1, max=500),
        metadata={"description": "'nextCursor' of the page before."},
    )
    limit = Count(load_default=20, validate=Range(min=1, max=100))

    @post_load
    def page(self, data: dict[str, Any], **_: Any) -> Page:
        """The part as a value."""
        return Page(**data)


class JobsAsked(PageAsked):
    """Which jobs are wanted."""

    project_id = project_id(load_default=None)
    state = fields.Enum(JobState, by_value=True, load_default=None)


class EventsAsked(CamelSchema):
    """Where a stream of events begins."""

    after = Count(
        load_default=None,
        metadata={
            "description": "Begin behind this event; 0 is the very first. Without it: with what happens next."
        },
    )


class ExportAsked(CamelSchema):
    """What to export to."""

    to = fields.Enum(
        Form,
        by_value=True,
        load_default=Form.OTIO,
        metadata={"description": "otio can be imported again; fcp7xml is for Premiere and Resolve."},
    )

    @post_load
    def form(self, data: dict[str, Any], **_: Any) -> Form:
        """The form as a value."""
        form: Form = data["to"]
        return form
