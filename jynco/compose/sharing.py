"""Which segments one process makes: a clip's own together, so that each clip is decoded once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jynco.compose.segments import Segment
from jynco.model.ids import ClipId

Group = tuple[Segment, ...]


def groups(missing: Iterable[Segment], processes: int) -> list[Group]:
    """The processes to run, the longest first. Equal segments are made once.

    Where there are fewer clips than ``processes``, the longest are shared among several: decoding twice costs
    less than a core that waits.
    """
    different = {segment.key: segment for segment in missing}.values()
    owners: dict[ClipId | None, list[Segment]] = {}
    for segment in different:
        owners.setdefault(segment.owner, []).append(segment)
    found = [tuple(group) for group in owners.values()]
    while len(found) < processes and (parted := _halved(found)):
        found = parted
    return sorted(found, key=_frames, reverse=True)


def _halved(found: Sequence[Group]) -> list[Group] | None:
    """With the longest that has several segments in two; None where there is none."""
    longest = max((group for group in found if len(group) > 1), key=_frames, default=None)
    if longest is None:
        return None
    half = min(range(1, len(longest)), key=lambda cut: abs(_frames(longest[:cut]) - _frames(longest[cut:])))
    return [*(group for group in found if group is not longest), longest[:half], longest[half:]]


def _frames(group: Group) -> int:
    return sum(segment.span.frames for segment in group)
