"""Proxies that a preview is made of and that are not there yet: each is made just before its clip is seen.

A segment's key says which proxy it is made from, and that is known before the proxy is. So the film can be listed
and played from its first segment on, while the proxies of later clips are still to be made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event

from jynco.agents.copying import Copying
from jynco.agents.crew import Task
from jynco.agents.cutting.reel import Sheet
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.picture import Room
from jynco.compose.segments import Segment, shown
from jynco.compose.sources import Source
from jynco.errors import MediaFailed
from jynco.model.ids import ClipId


class Unproxied(MediaFailed):
    """A proxy cannot be made: its clip must be seen itself."""

    def __init__(self, clip_id: ClipId) -> None:
        super().__init__(f"{clip_id} has no proxy: it is read itself.")
        self.clip_id = clip_id


@dataclass(frozen=True, slots=True)
class _Promise:
    """A proxy to be made: where it will lie, and what waits for it."""

    clip_id: ClipId
    proxy: Source
    done: Event = field(default_factory=Event)


class Promises:
    """What becomes of some ``missing`` segments while proxies are made for them in the folder ``work``."""

    def __init__(
        self, quartermaster: Quartermaster, sheet: Sheet, missing: Sequence[Segment], work: Path
    ) -> None:
        self._proxies, self._copying = quartermaster.proxies, Copying(quartermaster)
        self._sheet, self._missing, self._work = sheet, missing, work
        there = {name: self._proxies.located(seen) for name, seen in self._cast().items()}
        self._promised = {name: self._promise(name) for name, proxy in there.items() if proxy is None}
        made = {name: each.proxy for name, each in self._promised.items()}
        known = {name: proxy for name, proxy in there.items() if proxy is not None}
        self.room: Room = replace(sheet.room, materials={**sheet.room.materials, **known, **made})

    @property
    def open(self) -> bool:
        """Whether some proxy is to be made."""
        return bool(self._promised)

    @property
    def encoded(self) -> list[Segment]:
        """The segments that must be encoded; the others are copied as soon as their proxy is there."""
        return [segment for segment in self._missing if not self._copied(segment)]

    def needed(self, group: Iterable[Segment]) -> tuple[Event, ...]:
        """What must be there before these can be encoded."""
        names = (name for segment in group for name in shown(segment.span, self.room.materials))
        return tuple(self._promised[name].done for name in dict.fromkeys(names) if name in self._promised)

    def before(self, tasks: Sequence[Task], starts: Sequence[int], processes: int) -> list[Task]:
        """The ``tasks`` with the proxies' among them, each before whatever needs it.

        In a film that somebody waits for, all begin in the order in which the film does; ``processes`` proxies are
        made beside one another, so that none idles while the next one is made.
        """
        proxies = [self._task(each) for each in self._promised.values()]
        if not self._sheet.reel.soon:
            return [*proxies, *tasks]
        firsts = [self._first(name) for name in self._promised]
        early = [*firsts[:1] * (processes - 1), *firsts]
        marked = [*zip(early, proxies, strict=False), *zip(starts, tasks, strict=True)]
        return [task for _, task in sorted(marked, key=lambda pair: pair[0])]  # equals stay: proxies first

    def _cast(self) -> dict[ClipId, Source]:
        """The proxies that the missing segments show, in the order in which the film needs them."""
        materials, proxies = self._sheet.room.materials, self._sheet.reel.proxies
        names = (name for segment in self._missing for name in shown(segment.span, materials))
        cast = ((name, materials[name]) for name in dict.fromkeys(names) if name in proxies)
        return {name: seen for name, seen in cast if isinstance(seen, Source)}

    def _promise(self, name: ClipId) -> _Promise:
        seen = self._cast()[name]
        return _Promise(name, replace(seen, path=self._work / f"{seen.sha256}.proxy.mp4"))

    def _copied(self, segment: Segment) -> bool:
        mine = any(piece.clip_id in self._promised for piece in segment.span.pieces)
        return mine and self._copying.could(segment, self.room)

    def _first(self, name: ClipId) -> int:
        """The first frame of the film for which the proxy is needed."""
        uses = (each.span.start for each in self._missing if name in shown(each.span, self.room.materials))
        return min(uses)

    def _task(self, promise: _Promise) -> Task:
        source = self._sheet.reel.materials[promise.clip_id]
        assert isinstance(source, Source)
        output, target = self._sheet.reel.storyboard.output, promise.proxy.path
        command = self._proxies.command(source, output, work=self._work, target=target)
        keep, fault = partial(self._keep, promise), Unproxied(promise.clip_id)
        return Task(command, command.frames or 1, keep, self._behind(promise), promise.done, fault)

    def _behind(self, promise: _Promise) -> tuple[Event, ...]:
        """Where somebody waits, the first proxy has all cores to itself: the film plays as soon as it is there."""
        first = next(iter(self._promised.values()))
        return (first.done,) if self._sheet.reel.soon and promise is not first else ()

    def _keep(self, promise: _Promise) -> None:
        """The proxy, and at once whatever is only copied from it."""
        self._proxies.keep(promise.proxy)
        for segment in self._missing:
            if promise.clip_id in {piece.clip_id for piece in segment.span.pieces} and self._copied(segment):
                self._copying.copy(segment, self.room)


def without(proxies: Mapping[ClipId, Source], lost: Unproxied) -> dict[ClipId, Source]:
    """The other clips' proxies."""
    return {name: proxy for name, proxy in proxies.items() if name != lost.clip_id}
