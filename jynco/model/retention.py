"""How long things are kept, and what leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jynco.model.ids import JobId, ProjectId


class Thing(StrEnum):
    """What may leave. Only clips were paid for; everything else can be made again from them."""

    EXPORTS = "exports"
    SEGMENTS = "segments"
    PROXIES = "proxies"
    STILLS = "stills"
    CLIPS = "motion"
    JOBS = "jobs"  # rows, as are the next: the ledger's, which tell of money, are not among them
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Keeping:
    """An installation's choice; None: for ever, or as much as there is room for."""

    exports: timedelta | None = None  # since a film was made; the newest of a project stay whatever their age
    segments: timedelta | None = timedelta(days=30)  # parts, proxies and stills, since they were last used
    clips: timedelta | None = None  # in the cache, since their last use; never those of a project
    cache_bytes: int | None = None  # of all that is in the cache
    jobs: timedelta | None = timedelta(days=90)  # since their end; a project's newest stay whatever their age
    events: timedelta | None = timedelta(days=30)  # since they were told

    def since_use(self, thing: Thing) -> timedelta | None:
        """How long something in the cache stays without being used."""
        return self.clips if thing is Thing.CLIPS else self.segments


@dataclass(frozen=True, slots=True)
class Leaving:
    """What may go, and why. ``name``: a film's storage key, a cache key; of rows, whose they are."""

    thing: Thing
    name: str
    size: int  # bytes
    last_used: datetime
    why: str
    whole: bool = True  # False: a film without its label, which nobody can find


@dataclass(frozen=True, slots=True)
class Ended:
    """A job of which nothing is left that a project uses, unless its film (``output``, a storage key) is there."""

    job_id: JobId
    project_id: ProjectId
    finished_at: datetime
    output: str | None
    size: int  # bytes of the storyboard that it carries
