"""Janitor: clears away films, their parts, clips and rows that nobody needs, by the rules that an installation chose.

Nothing that a project uses leaves: its newest films, the parts of its last cuts, its clips; and nothing that was used
since the oldest job that still goes on was accepted. What is wanted between our look and our hand stays, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from jynco.agents.quartermaster import Quartermaster
from jynco.agents.quartermaster.shelf import Kept
from jynco.agents.registrar import Registrar, days
from jynco.compose import cutlist
from jynco.errors import NotFound
from jynco.model.files import Entry
from jynco.model.ids import CacheKey, JobId, ProjectId
from jynco.model.retention import Keeping, Leaving, Thing
from jynco.model.states import Purpose
from jynco.ports import Clock, Database

MARGIN: Final = timedelta(minutes=1)  # between the clocks of those who use and ours
PAGE: Final = 500
STRAY: Final = timedelta(days=1)  # no film takes as long to be put on a shelf


@dataclass(frozen=True, slots=True)
class _Shelved:
    thing: Thing
    kept: Kept

    def leaves(self, why: str) -> Leaving:
        kept = self.kept
        return Leaving(self.thing, kept.key, kept.size, kept.last_used, why, kept.whole)


class Janitor:
    """Says what may leave, and has it leave. Two may be at it at once."""

    def __init__(
        self, database: Database, quartermaster: Quartermaster, clock: Clock, keeping: Keeping
    ) -> None:
        self._database = database
        self._quartermaster = quartermaster
        self._clock = clock
        self._keeping = keeping
        self._registrar = Registrar(database.retention, quartermaster, keeping)

    def leaving(self) -> list[Leaving]:
        """What may leave now. Changes nothing. ServiceAway."""
        now = self._clock.now()
        things = self._things(now)
        return [*things, *self._registrar.leaving(now, _film_names(things), forget=False)]

    def clear(self) -> list[Leaving]:
        """Has it leave; returns what has gone. ServiceAway, StorageFull where the storage does not let us."""
        now = self._clock.now()
        gone = [each for each in self._things(now) if self._gone(each)]
        return [*gone, *self._registrar.leaving(now, _film_names(gone), forget=True)]

    def _things(self, now: datetime) -> list[Leaving]:
        """Of what lies in the storage."""
        quiet = min(self._database.retention.busy_since() or now, now) - MARGIN
        return [*self._films(now, quiet), *self._cached(now, quiet)]

    def _gone(self, each: Leaving) -> bool:
        if each.thing is Thing.EXPORTS:
            return self._quartermaster.expire_film(Entry(each.name, each.size, each.last_used))
        shelf = self._quartermaster.shelves[each.thing]
        return shelf.expire(Kept(CacheKey(each.name), each.size, each.last_used, each.whole))

    # --- films -----------------------------------------------------------------------------------------

    def _films(self, now: datetime, quiet: datetime) -> Iterator[Leaving]:
        keep = self._keeping.exports
        if keep is None:
            return
        for project_id in self._projects():
            films = sorted(self._quartermaster.films(project_id), key=lambda film: film.wanted, reverse=True)
            old = [film for film in films if now - film.wanted >= keep and film.wanted <= quiet]
            newest = self._newest(project_id, films) if old else ()
            why = f"made {{}} ago, and films are kept for {days(keep)}; there is a newer one"
            for film in old:
                if film.key not in newest:
                    said = why.format(days(now - film.wanted))
                    yield Leaving(Thing.EXPORTS, film.key, film.size, film.wanted, said)

    def _newest(self, project_id: ProjectId, films: Iterable[Entry]) -> set[str]:
        """Of each purpose one. Films come with the newest first."""
        found: dict[Purpose | None, str] = {}
        for film in films:
            found.setdefault(self._purpose(project_id, film), film.key)
        return set(found.values())

    def _purpose(self, project_id: ProjectId, film: Entry) -> Purpose | None:
        with suppress(NotFound):
            job = self._database.jobs.get(JobId(PurePosixPath(film.key).stem))
            return job.purpose if job.project_id == project_id else None
        return None

    # --- the cache -------------------------------------------------------------------------------------

    def _cached(self, now: datetime, quiet: datetime) -> Iterator[Leaving]:
        shelved = list(self._shelved())
        free = [each for each in self._unused(shelved) if each.kept.last_used <= quiet]
        total = sum(each.kept.size for each in shelved)
        for each in sorted(free, key=lambda each: (each.thing is Thing.CLIPS, each.kept.last_used)):
            why = self._old(each, now) or self._too_much(total)
            if why is not None:
                total -= each.kept.size
                yield each.leaves(why)

    def _old(self, each: _Shelved, now: datetime) -> str | None:
        idle, keep = now - each.kept.last_used, self._keeping.since_use(each.thing)
        if not each.kept.whole:
            return "left half made by somebody who died" if idle >= STRAY else None
        if keep is None or idle < keep:
            return None
        return f"not used for {days(idle)}, and {each.thing} are kept for {days(keep)}"

    def _too_much(self, total: int) -> str | None:
        most = self._keeping.cache_bytes
        if most is None or total <= most:
            return None
        return f"unused for the longest, and the cache is {(total - most) / 1e9:.3f} GB over its {most / 1e9:g} GB"

    def _shelved(self) -> Iterator[_Shelved]:
        for thing, shelf in self._quartermaster.shelves.items():
            yield from (_Shelved(thing, kept) for kept in shelf.kept())

    def _unused(self, shelved: Iterable[_Shelved]) -> Iterator[_Shelved]:
        """Without the parts of the projects' last cuts, and without clips that projects have."""
        cut = self._cut()
        clips = [each for each in shelved if each.thing is Thing.CLIPS]
        yield from (each for each in shelved if each.thing is not Thing.CLIPS and each.kept.key not in cut)
        following = iter(clips)
        while some := list(islice(following, PAGE)):
            used = self._database.retention.used([each.kept.key for each in some])
            yield from (each for each in some if each.kept.key not in used)

    def _cut(self) -> set[CacheKey]:
        """Every part of every project's last film and last preview."""
        pairs = ((project_id, purpose) for project_id in self._projects() for purpose in Purpose)
        return {key for project_id, purpose in pairs for key in self._parts(project_id, purpose)}

    def _parts(self, project_id: ProjectId, purpose: Purpose) -> set[CacheKey]:
        with suppress(NotFound, ValueError):  # never cut, or by a release that listed otherwise
            cut = cutlist.read(self._quartermaster.noted_cut(project_id, str(purpose)))
            return {each.key for each in cut.entries} | {each.key for each in cut.sounds}
        return set()

    def _projects(self) -> Iterator[ProjectId]:
        after: ProjectId | None = None
        while page := self._database.projects.page(after, PAGE):
            yield from (project.project_id for project in page)
            after = page[-1].project_id


def _film_names(leaving: Iterable[Leaving]) -> frozenset[str]:
    return frozenset(each.name for each in leaving if each.thing is Thing.EXPORTS)
