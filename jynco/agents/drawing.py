"""Drawing a plan: for each clip, whether it is there, must be generated, or cannot be made; and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from jynco.agents.casting import Casting
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.timeline import lay_out
from jynco.errors import JyncoError, NotFound
from jynco.model.ids import ClipId
from jynco.model.jobs import ClipRow
from jynco.model.plan import Action, ClipPlan, Plan, Wishes
from jynco.model.storyboard import Clip, Storyboard


@dataclass(frozen=True, slots=True)
class Desk:
    """What is on the table while a plan is drawn: the storyboard, its files, and what was made before."""

    board: Storyboard
    revision: int
    find: Callable[[str], Path]  # a path of the document to a file; AssetRefused, PathRefused
    rows: Mapping[ClipId, ClipRow]


class Drafter:
    """Draws plans. It changes nothing."""

    def __init__(self, quartermaster: Quartermaster, casting: Casting) -> None:
        self._quartermaster = quartermaster
        self._casting = casting

    def draw(self, desk: Desk, wishes: Wishes) -> Plan:
        """The plan of a film, or of some of its clips. NotFound for a clip that is not in it; DocumentInvalid."""
        board = desk.board
        unknown = set(wishes.clips) - {clip.clip_id for clip in board.clips}
        if unknown:
            raise NotFound(f"There is no clip '{min(unknown)}' in '{board.project_id}'.")
        timeline = lay_out(board, self._lengths(desk))
        frames = {placed.clip_id: placed.frames for placed in timeline.clips}
        asked = [clip for clip in board.clips if clip.clip_id in frames]
        asked = [clip for clip in asked if not wishes.clips or clip.clip_id in wishes.clips]
        clips = [self._clip(desk, clip, frames[clip.clip_id], wishes) for clip in asked]
        return Plan(board.project_id, desk.revision, wishes, _paid_once(clips), timeline.frames)

    def _clip(self, desk: Desk, clip: Clip, frames: int, wishes: Wishes) -> ClipPlan:
        try:
            if clip.footage is not None:
                self._quartermaster.film(desk.find(clip.footage))
                return ClipPlan(clip.clip_id, Action.FOOTAGE, frames)
            return self._generated(desk, clip, frames, wishes)
        except JyncoError as error:
            return ClipPlan(clip.clip_id, Action.FAILED, frames, reason=error.message)

    def _generated(self, desk: Desk, clip: Clip, frames: int, wishes: Wishes) -> ClipPlan:
        output = desk.board.output
        role = self._casting.role(clip, wishes.provider)
        shot = self._casting.shot(role, clip, output, frames, self._picture(desk, clip))
        plan = ClipPlan(clip.clip_id, Action.CACHED, frames, shot, clip.source_image)
        if self.kept(desk, clip.clip_id, shot.key) or self._quartermaster.find_clip(shot.key) is not None:
            return plan
        length = output.rate.seconds(frames)
        return replace(plan, action=Action.GENERATE, usd=role.price(length), seconds=role.time(length))

    def kept(self, desk: Desk, clip_id: ClipId, key: str) -> bool:
        """Whether the project has this very clip as a file of its own."""
        row = desk.rows.get(clip_id)
        return (
            row is not None
            and row.cache_key == key
            and self._quartermaster.owns(desk.board.project_id, row.source_file)
        )

    def _picture(self, desk: Desk, clip: Clip) -> str | None:
        """The content hash of the clip's picture, once that has been looked at."""
        if clip.source_image is None:
            return None
        path = desk.find(clip.source_image)
        self._quartermaster.picture(path)
        return self._quartermaster.fingerprint(path)

    def _lengths(self, desk: Desk) -> dict[ClipId, Fraction]:
        """The own length of footage, in seconds, where the document gives none."""
        return {
            clip.clip_id: self._length(desk, clip.footage)
            for clip in desk.board.clips
            if clip.footage is not None and clip.duration is None
        }

    def _length(self, desk: Desk, footage: str) -> Fraction:
        try:
            return self._quartermaster.film(desk.find(footage)).duration
        except JyncoError:
            return Fraction(3)  # the plan says of this clip what is wrong with it


def _paid_once(clips: list[ClipPlan]) -> tuple[ClipPlan, ...]:
    """Clips with the same key are generated, and paid for, once."""
    seen: set[str] = set()
    once = []
    for clip in clips:
        twin = clip.shot is not None and clip.shot.key in seen and clip.action is Action.GENERATE
        once.append(replace(clip, usd=Decimal(0), seconds=0.0) if twin else clip)
        if clip.shot is not None:
            seen.add(clip.shot.key)
    return tuple(once)
