"""Where every clip lies in the film, in whole frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from jynco.compose.joints import crosses, crossing_seconds, joint, leaving_seconds, own_seconds
from jynco.errors import DocumentInvalid, Fault
from jynco.model.ids import ClipId
from jynco.model.storyboard import Clip, Storyboard, Transition
from jynco.model.time import Rate

GENERATED_SECONDS: Final = Fraction(3)  # a generated clip that names no duration


@dataclass(frozen=True, slots=True)
class Edge:
    """A transition against black inside a clip, at its beginning or end."""

    kind: Transition
    frames: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One clip in the film. Frames are film frames; the shared ones of a seam belong to both of its clips."""

    index: int  # in Storyboard.clips
    clip_id: ClipId
    start: int
    frames: int
    enter: Edge | None = None
    leave: Edge | None = None
    first: int = 0  # of its own film's frames (at its speed and the film's rate), the one it begins with

    @property
    def end(self) -> int:
        """The first film frame after the clip."""
        return self.start + self.frames


@dataclass(frozen=True, slots=True)
class Seam:
    """Frames that show two clips at once; ``left`` and ``right`` are positions in Timeline.clips."""

    left: int
    right: int
    kind: Transition
    frames: int
    start: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames of black between clips."""

    start: int
    frames: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole film, laid out."""

    rate: Rate
    width: int
    height: int
    clips: tuple[Placed, ...]
    seams: tuple[Seam, ...]
    gaps: tuple[Gap, ...]
    frames: int

    def head(self, position: int) -> int:
        """How many frames at the beginning of a clip are a transition."""
        enter = self.clips[position].enter
        return sum(seam.frames for seam in self.seams if seam.right == position) + (
            enter.frames if enter else 0
        )

    def tail(self, position: int) -> int:
        """How many frames at the end of a clip are a transition."""
        leave = self.clips[position].leave
        return sum(seam.frames for seam in self.seams if seam.left == position) + (
            leave.frames if leave else 0
        )


def lay_out(storyboard: Storyboard, lengths: Mapping[ClipId, Fraction]) -> Timeline:
    """Places every clip. ``lengths`` are the seconds of footage that names no duration.

    DocumentInvalid where two clips disagree, an overlap has no transition or room, or nothing takes any time.
    """
    tape = _Tape(storyboard, lengths)
    clips = [clip for clip in storyboard.clips if seconds_of(clip, lengths) > 0]
    if not clips:
        raise DocumentInvalid(
            [Fault("/timeline", "empty_film", "no clip takes any time; give one a duration")]
        )
    for clip, after in zip(clips, [*clips[1:], None], strict=True):
        tape.place(clip, after)
    return tape.timeline()


def seconds_of(clip: Clip, lengths: Mapping[ClipId, Fraction]) -> Fraction:
    """How long a clip lasts in the film: as it says, else to its footage's end, else as usual; by its speed."""
    own = clip.duration
    if own is None:
        whole = lengths.get(clip.clip_id)
        own = GENERATED_SECONDS if whole is None else max(Fraction(0), whole - clip.in_point)
    return own / clip.speed


@dataclass(slots=True)
class _Strip:
    """A clip while its neighbours are still being placed."""

    clip: Clip
    index: int
    start: int
    frames: int
    first: int
    enter: Edge | None = None
    leave: Edge | None = None
    head: int = 0

    def placed(self) -> Placed:
        name, ends = self.clip.clip_id, (self.enter, self.leave)
        return Placed(self.index, name, self.start, self.frames, *ends, first=self.first)


class _Tape:
    """The film so far: its end in frames, and two readings of where the document says it ends."""

    def __init__(self, storyboard: Storyboard, lengths: Mapping[ClipId, Fraction]) -> None:
        self._storyboard = storyboard
        self._lengths = lengths
        self._rate = storyboard.output.rate
        self._index = {clip.clip_id: number for number, clip in enumerate(storyboard.clips)}
        self._strips: list[_Strip] = []
        self._seams: list[Seam] = []
        self._gaps: list[Gap] = []
        self._end = 0
        self._naive = Fraction(0)  # the clip before's start in the document, plus its duration
        self._plain = Fraction(0)  # the sum of all durations so far

    def place(self, clip: Clip, after: Clip | None) -> None:
        seconds = seconds_of(clip, self._lengths)
        frames, first = max(1, self._rate.frames(seconds)), self._rate.frames(clip.in_point / clip.speed)
        strip = _Strip(clip, self._index[clip.clip_id], self._end, frames, first)
        self._join(strip, after, self._asked(clip))
        self._strips.append(strip)
        self._end = max(self._end, strip.start + strip.frames)
        self._naive = (self._naive if clip.start_time is None else clip.start_time) + seconds
        self._plain += seconds

    def timeline(self) -> Timeline:
        self._fade_out(self._strips[-1])
        output = self._storyboard.output
        clips = tuple(strip.placed() for strip in self._strips)
        seams, gaps = tuple(self._seams), tuple(self._gaps)
        return Timeline(self._rate, output.width, output.height, clips, seams, gaps, self._end)

    def _asked(self, clip: Clip) -> int | None:
        """The film frame a startTime insists on; None where it says nothing new."""
        if clip.start_time is None:
            return None
        half = self._rate.seconds(1) / 2
        if any(abs(clip.start_time - moment) <= half for moment in (self._naive, self._plain)):
            return None
        frame = self._rate.frames(clip.start_time)
        return None if frame == self._end else frame

    def _join(self, strip: _Strip, after: Clip | None, asked: int | None) -> None:
        if not self._strips or (asked is not None and asked > self._end):
            self._after_black(strip, after, asked or 0)
        elif asked is not None:
            self._overlap(self._strips[-1], strip, asked)
        else:
            self._beside(self._strips[-1], strip, after)

    def _after_black(self, strip: _Strip, after: Clip | None, start: int) -> None:
        if self._strips:
            self._fade_out(self._strips[-1])
        if start > self._end:
            self._gaps.append(Gap(self._end, start - self._end))
        strip.start = start
        self._fade_in(strip, after)

    def _beside(self, left: _Strip, right: _Strip, after: Clip | None) -> None:
        kind = joint(left.clip, right.clip)
        if crosses(kind):
            wish = self._rate.frames(crossing_seconds(left.clip, right.clip, kind))
            self._cross(right, kind, min(wish, _room_at_end(left), self._room_at_start(right, after)))
        else:
            self._fade_out(left)
            self._fade_in(right, after)

    def _overlap(self, left: _Strip, right: _Strip, start: int) -> None:
        kind = joint(left.clip, right.clip)
        frames = self._end - start
        if not crosses(kind):
            raise _refused(left, right, "give their transition as dissolve or wipe, or let it start later")
        if frames > min(left.frames - left.head, right.frames):
            raise _refused(
                left, right, "the overlap is longer than the clips have room for; let it start later"
            )
        self._cross(right, kind, frames)

    def _cross(self, right: _Strip, kind: Transition, frames: int) -> None:
        if frames <= 0:
            return
        right.start = self._end - frames
        right.head = frames
        self._seams.append(Seam(len(self._strips) - 1, len(self._strips), kind, frames, right.start))

    def _fade_in(self, strip: _Strip, after: Clip | None) -> None:
        kind = strip.clip.effects.enter
        wish = self._rate.frames(own_seconds(strip.clip, kind))
        strip.head = min(wish, self._room_at_start(strip, after))
        strip.enter = Edge(kind, strip.head) if strip.head else None

    def _fade_out(self, strip: _Strip) -> None:
        kind = strip.clip.effects.leave
        frames = min(self._rate.frames(own_seconds(strip.clip, kind)), _room_at_end(strip))
        strip.leave = Edge(kind, frames) if frames else None

    def _room_at_start(self, strip: _Strip, after: Clip | None) -> int:
        """Both ends share the clip: neither gets more than half where both want more than there is."""
        most = strip.frames - 1
        wanted = self._rate.frames(leaving_seconds(strip.clip, after))
        return max(most // 2, most - wanted)


def _room_at_end(strip: _Strip) -> int:
    """A frame of the clip itself always remains, so a clip of one frame has no transitions."""
    return max(0, strip.frames - 1 - strip.head)


def _refused(left: _Strip, right: _Strip, mend: str) -> DocumentInvalid:
    detail = f"{right.clip.clip_id} starts before {left.clip.clip_id} ends; {mend}"
    return DocumentInvalid([Fault(f"{right.clip.pointer}/startTime", "overlap", detail)])
