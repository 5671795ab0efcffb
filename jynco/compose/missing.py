"""What a film does about clips that could not be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from jynco.compose.joints import crosses
from jynco.compose.sources import Held, Slate
from jynco.compose.timeline import Timeline, lay_out, seconds_of
from jynco.errors import MissingClips
from jynco.model.ids import ClipId
from jynco.model.states import OnMissing
from jynco.model.storyboard import Clip, Storyboard, TransitionKind

Lengths = Mapping[ClipId, Fraction]
Reasons = Mapping[ClipId, str]
StandIns = Mapping[ClipId, Held | Slate]


def without(
    storyboard: Storyboard, reasons: Reasons, policy: OnMissing, lengths: Lengths
) -> tuple[Storyboard, StandIns]:
    """The storyboard without the clips to skip, and what stands in for the other missing ones.

    ``reasons`` says of every missing clip why; a clip's own onMissing wins over ``policy``.
    MissingClips where the policy is to block, or where nothing would remain.
    """
    policies = {
        clip.clip_id: clip.on_missing or policy for clip in storyboard.clips if clip.clip_id in reasons
    }
    _refuse_blocked(policies, reasons)
    skipped = frozenset(clip_id for clip_id, choice in policies.items() if choice is OnMissing.SKIP)
    kept = _left_out(storyboard, skipped, lengths) if skipped else storyboard
    standing = {
        clip_id: _stand_in(clip_id, choice, storyboard, reasons, lengths)
        for clip_id, choice in policies.items()
        if choice is not OnMissing.SKIP
    }
    return kept, standing


def _refuse_blocked(policies: Mapping[ClipId, OnMissing], reasons: Reasons) -> None:
    blocked = [clip_id for clip_id, choice in policies.items() if choice is OnMissing.BLOCK]
    if blocked:
        names = ", ".join(blocked)
        why = reasons[blocked[0]].rstrip(".")
        raise MissingClips(
            f"No film was made, because {names} could not be made ({why}); "
            "retry, edit the prompt, or render with --on-missing hold, slate or skip."
        )


def _stand_in(
    clip_id: ClipId, choice: OnMissing, storyboard: Storyboard, reasons: Reasons, lengths: Lengths
) -> Held | Slate:
    held = _neighbour(clip_id, storyboard, reasons, lengths) if choice is OnMissing.HOLD else None
    return held or Slate(clip_id, reasons[clip_id])


def _neighbour(clip_id: ClipId, storyboard: Storyboard, reasons: Reasons, lengths: Lengths) -> Held | None:
    """The last frame of the good clip before, else the first of the good clip after, where there is one."""
    place = next(number for number, clip in enumerate(storyboard.clips) if clip.clip_id == clip_id)
    good = [
        (number, clip.clip_id)
        for number, clip in enumerate(storyboard.clips)
        if clip.clip_id not in reasons and seconds_of(clip, lengths) > 0
    ]
    before = [found for number, found in good if number < place]
    if before:
        return Held(before[-1], last=True)
    return Held(good[0][1], last=False) if good else None


def _left_out(storyboard: Storyboard, skipped: frozenset[ClipId], lengths: Lengths) -> Storyboard:
    """The other clips; transitions with a skipped one are cuts, and only clips after a gap keep startTime."""
    if all(clip.clip_id in skipped for clip in storyboard.clips):
        raise MissingClips(
            "No film was made, because every clip is missing; retry them, or edit their prompts."
        )
    timeline = lay_out(storyboard, lengths)
    clips = [
        _timed(_parted(storyboard.clips, number, skipped), timeline)
        for number, clip in enumerate(storyboard.clips)
        if clip.clip_id not in skipped
    ]
    return replace(storyboard, clips=tuple(clips))


def _timed(clip: Clip, timeline: Timeline) -> Clip:
    """A startTime stays where it makes a gap; where it made an overlap, the overlap's length is kept."""
    place = next((n for n, placed in enumerate(timeline.clips) if placed.clip_id == clip.clip_id), None)
    if clip.start_time is None or place is None:
        return clip
    if any(gap.start + gap.frames == timeline.clips[place].start for gap in timeline.gaps):
        return clip
    overlap = next((seam.frames for seam in timeline.seams if seam.right == place), 0)
    if overlap and crosses(clip.effects.enter):
        return replace(clip, start_time=None, transition_duration=timeline.rate.seconds(overlap))
    return replace(clip, start_time=None)


def _parted(clips: tuple[Clip, ...], place: int, skipped: frozenset[ClipId]) -> Clip:
    """A clip whose dissolves and wipes with skipped neighbours have become cuts."""
    clip, effects = clips[place], clips[place].effects
    if place and clips[place - 1].clip_id in skipped and crosses(effects.enter):
        effects = replace(effects, enter=TransitionKind.NONE)
    if place + 1 < len(clips) and clips[place + 1].clip_id in skipped and crosses(effects.leave):
        effects = replace(effects, leave=TransitionKind.NONE)
    return replace(clip, effects=effects)
