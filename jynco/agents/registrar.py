"""Registrar: forgets rows that nobody asks for any more, by the rules that an installation chose.

What tells of money stays, and so do a clip's takes, a project's newest jobs, and jobs whose film is there. Everything
is looked at in pages: a year's rows take no more memory than a day's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from jynco.agents.quartermaster import Quartermaster
from jynco.model.ids import ProjectId
from jynco.model.retention import Ended, Keeping, Leaving, Thing
from jynco.ports.retention import Retention

PAGE: Final = 500
MARGIN: Final = timedelta(minutes=1)  # whoever waits for an end reads it within a moment
EVENTS: Final = 5_000  # of one transaction, so that nobody waits for it


class Registrar:
    """Says which rows may go, and has them go. Two may be at it at once."""

    def __init__(self, rows: Retention, quartermaster: Quartermaster, keeping: Keeping) -> None:
        self._rows = rows
        self._quartermaster = quartermaster
        self._keeping = keeping

    def leaving(self, now: datetime, left: Collection[str], *, forget: bool) -> Iterator[Leaving]:
        """What may go, and with ``forget`` goes as it is told. ``left``: films that leave now. ServiceAway."""
        if self._keeping.jobs is not None:
            yield from self._jobs(now, self._keeping.jobs, left, forget)
        if self._keeping.events is not None:
            yield from self._events(now, self._keeping.events, forget)

    def _jobs(self, now: datetime, keep: timedelta, left: Collection[str], forget: bool) -> Iterator[Leaving]:
        before, counts, sizes = now - max(keep, MARGIN), Counter[ProjectId](), Counter[ProjectId]()
        for page in self._pages(before, now):
            spent = [job for job in page if job.output is None or self._gone(job.output, left)]
            if forget:
                self._rows.forget_jobs(before, [job.job_id for job in spent])
            counts.update(job.project_id for job in spent)
            for job in spent:
                sizes[job.project_id] += job.size
        for project_id, count in sorted(counts.items()):
            why = f"{count} that ended more than {days(keep)} ago, and there are newer ones"
            yield Leaving(Thing.JOBS, project_id, sizes[project_id], before, why)

    def _pages(self, before: datetime, now: datetime) -> Iterator[Sequence[Ended]]:
        """A film's job outlives its film: it is not looked at before that may have left."""
        films = self._keeping.exports
        since = None if films is None else min(before, now - films)
        page = self._rows.ended(before, since, None, PAGE)
        while page:
            yield page
            page = self._rows.ended(before, since, page[-1], PAGE)

    def _gone(self, film: str, left: Collection[str]) -> bool:
        return film in left or not self._quartermaster.has_film(film)

    def _events(self, now: datetime, keep: timedelta, forget: bool) -> Iterator[Leaving]:
        before = now - max(keep, MARGIN)
        count = self._forgotten(before) if forget else self._rows.told(before)
        if count:
            why = f"{count} that were told more than {days(keep)} ago"
            yield Leaving(Thing.EVENTS, "all projects", 0, before, why)

    def _forgotten(self, before: datetime) -> int:
        count, went = 0, EVENTS
        while went == EVENTS:
            went = self._rows.forget_events(before, EVENTS)
            count += went
        return count


def days(time: timedelta) -> str:
    """In words, for people."""
    return f"{time / timedelta(days=1):.3g} days"
