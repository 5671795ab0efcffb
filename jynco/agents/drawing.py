"""Drawing a plan: for each clip, whether it is there, must be generated, or cannot be made; and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path

from jynco.agents.attaching import looked_at, seen
from jynco.agents.casting import Casting
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.attachments import attached
from jynco.compose.timeline import GENERATED_SECONDS, Placed, lay_out
from jynco.errors import AssetRefused, Fault, JyncoError, NotFound, ServiceAway
from jynco.model.ids import ClipId
from jynco.model.keys import digest
from jynco.model.media import MediaInfo
from jynco.model.motion import Shot
from jynco.model.plan import Action, ClipPlan, Plan, Wishes
from jynco.model.storyboard import AudioLayer, Clip, Storyboard
from jynco.model.time import Rate


@dataclass(frozen=True, slots=True)
class Desk:
    """What is on the table while a plan is drawn: the storyboard and its files."""

    board: Storyboard
    revision: int
    find: Callable[[str], Path]  # a path of the document to a file; AssetRefused, PathRefused


class Drafter:
    """Draws plans. It changes nothing."""

    def __init__(self, quartermaster: Quartermaster, casting: Casting) -> None:
        self._quartermaster = quartermaster
        self._casting = casting

    def draw(self, desk: Desk, wishes: Wishes) -> Plan:
        """The plan of a film, or of some of its clips. NotFound for a clip that is not in it; DocumentInvalid."""
        board = desk.board
        timeline = lay_out(board, self._lengths(desk))
        placed = {each.clip_id: each for each in timeline.clips}
        asked = [clip for clip in _asked(board, wishes) if clip.clip_id in placed or wishes.clips]
        clips = [self._clip(desk, clip, placed.get(clip.clip_id), wishes) for clip in asked]
        return Plan(board.project_id, desk.revision, wishes, _paid_once(clips), timeline.frames)

    def unusable(self, desk: Desk) -> Iterator[Fault]:
        """The sounds, pictures and tables of the film that cannot be used, each with the reason."""
        for layer in desk.board.audio:
            reason = self._unheard(desk, layer)
            if reason:
                yield Fault(f"{layer.pointer}/sourceFile", "asset", reason)
        for each in attached(desk.board):
            try:
                looked_at(self._quartermaster, desk.find(each.name), each)
            except JyncoError as error:
                yield Fault(each.pointer, "asset", error.message)

    def _unheard(self, desk: Desk, layer: AudioLayer) -> str | None:
        try:
            if self._quartermaster.film(desk.find(layer.source_file)).audio_codec is None:
                return f"'{layer.source_file}' has no sound: give another file."
        except JyncoError as error:
            return error.message
        return None

    def ingredients(self, desk: Desk) -> str:
        """A digest of all files the storyboard names: another one where any of them was replaced."""
        clips = {clip.footage or clip.source_image for clip in desk.board.clips} - {None}
        names = {str(name) for name in clips} | {layer.source_file for layer in desk.board.audio}
        names |= {each.name for each in attached(desk.board)}
        return digest({name: self._content(desk, name) for name in names})

    def _content(self, desk: Desk, name: str) -> str:
        try:
            return self._quartermaster.fingerprint(desk.find(name))
        except JyncoError:
            return ""

    def _clip(self, desk: Desk, clip: Clip, placed: Placed | None, wishes: Wishes) -> ClipPlan:
        if placed is None:
            return ClipPlan(clip.clip_id, Action.FAILED, 0, reason=_no_length(clip))
        try:
            if clip.footage is not None:
                info = self._quartermaster.film(desk.find(clip.footage))
                seen(info, clip.footage)
                _begun(clip, info)
                return ClipPlan(clip.clip_id, Action.FOOTAGE, placed.frames)
            return self._generated(desk, clip, placed, wishes)
        except ServiceAway:  # it says nothing of the clip, which may be there and paid
            raise
        except JyncoError as error:
            return ClipPlan(clip.clip_id, Action.FAILED, placed.frames, reason=error.message)

    def _generated(self, desk: Desk, clip: Clip, placed: Placed, wishes: Wishes) -> ClipPlan:
        """What an understudy made before is found, not paid again."""
        picture = self._picture(desk, clip)
        needed = _needed(clip, placed, desk.board.output.rate)
        lineup = self._casting.lineup(clip, desk.board.output, needed, picture, wishes.provider)
        shots = lineup.shots
        there = (shot for shot in shots if self._has(desk, clip, shot))
        plan = ClipPlan(clip.clip_id, Action.CACHED, placed.frames, next(there, None), clip.source_image)
        plan = replace(plan, lineup=shots, skipped=lineup.out)
        if plan.shot is not None:
            return plan
        role, shot = lineup.cast[0]
        plan = replace(plan, shot=shot)
        length = shot.rate.seconds(shot.frames)  # what is ordered and paid, of which the film may use less
        return replace(plan, action=Action.GENERATE, usd=role.price(length), seconds=role.time(length))

    def _has(self, desk: Desk, clip: Clip, shot: Shot) -> bool:
        return self._quartermaster.has_clip(desk.board.project_id, clip.clip_id, shot.key)

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


def _needed(clip: Clip, placed: Placed, rate: Rate) -> int:
    """Frames of the clip itself, which is used up sooner where it plays faster, with what is left out at its beginning.

    Never more than it says, which is rounded once: for a frame that two roundings add, a vendor would be paid seconds;
    the last frame is held there.
    """
    own = GENERATED_SECONDS if clip.duration is None else clip.duration
    said = max(1, rate.frames(clip.in_point + own))
    return min(said, ceil((placed.first + placed.frames) * clip.speed))


def _no_length(clip: Clip) -> str:
    if clip.in_point and clip.duration is None:
        return "begins behind the end of its film: give it a smaller inPoint."
    return "has no length: give it a duration above 0."


def _begun(clip: Clip, info: MediaInfo) -> None:
    """AssetRefused for footage of which nothing is left behind its in-point."""
    if 0 < info.duration <= clip.in_point:
        raise AssetRefused(
            f"'{clip.footage}' ends after {float(info.duration):g} s, before its inPoint of "
            f"{float(clip.in_point):g} s: give it a smaller one."
        )


def _asked(board: Storyboard, wishes: Wishes) -> list[Clip]:
    """The clips that are wanted, each once and in the film's order. NotFound for one that is not in it."""
    unknown = set(wishes.clips) - {clip.clip_id for clip in board.clips}
    if unknown:
        raise NotFound(f"There is no clip '{min(unknown)}' in '{board.project_id}'.")
    return [clip for clip in board.clips if not wishes.clips or clip.clip_id in wishes.clips]


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
