"""A plan: what a film needs, decided before anything is spent. It is a value; drawing it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import Remark
from jynco.model.motion import Shot
from jynco.model.states import Lane, OnMissing, Purpose


class Action(StrEnum):
    """What has to be done for one clip."""

    CACHED = "cached"
    GENERATE = "generate"
    FOOTAGE = "footage"
    FAILED = "failed"  # cannot be made as it stands; ``reason`` says why


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """The decision for one clip."""

    clip_id: ClipId
    action: Action
    frames: int
    shot: Shot | None = None
    image: str | None = None
    usd: Decimal | None = Decimal(0)  # None: the provider publishes no price
    seconds: float = 0.0  # rough time to make it
    reason: str | None = None
    lineup: tuple[Shot, ...] = ()  # the shot for each provider that may make it, in turn
    skipped: tuple[Remark, ...] = ()  # those who were named and cannot


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a film was asked for, beside the document itself."""

    purpose: Purpose = Purpose.FINAL
    lane: Lane = Lane.NORMAL
    on_missing: OnMissing = OnMissing.BLOCK
    provider: str | None = None  # instead of the installation's default
    container: str | None = None  # mp4 or webm; None: what the codec wants
    budget_usd: Decimal | None = None
    pay_again: bool = False
    failover_moderated: bool = False  # another provider may be asked what the first one's safety refused
    clips: tuple[ClipId, ...] = ()  # only these; empty: all


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """One segment of the film that must be encoded, and why."""

    name: str
    frames: int
    reason: str
    waits_for: tuple[ClipId, ...] = ()  # clips that are not there yet


@dataclass(frozen=True, slots=True)
class CutPlan:
    """What of the film must be encoded; the rest is kept from films before."""

    segments: int  # of the whole film
    encode: tuple[SegmentPlan, ...]
    sound: bool  # whether the sound must be mixed

    @property
    def frames(self) -> int:
        """How many frames must be encoded."""
        return sum(segment.frames for segment in self.encode)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is cached, what must be generated, and what it costs."""

    project_id: ProjectId
    revision: int
    wishes: Wishes
    clips: tuple[ClipPlan, ...]
    frames: int  # of the film
    cut: CutPlan | None = None  # None: no film is asked for, or it cannot be laid out yet

    @property
    def to_generate(self) -> tuple[ClipPlan, ...]:
        """The clips that need a motion task."""
        return tuple(clip for clip in self.clips if clip.action is Action.GENERATE)

    @property
    def usd(self) -> Decimal:
        """The estimated price; clips without a published price count nothing (see ``unpriced``)."""
        return sum((clip.usd or Decimal(0) for clip in self.clips), Decimal(0))

    @property
    def unpriced(self) -> int:
        """How many clips have no published price."""
        return sum(clip.usd is None for clip in self.clips)
