"""How often a tenant may ask, and how much it may have. None: as much as it likes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests that a tenant may send in a minute: those that look, and those that change something."""

    read: int | None = None
    write: int | None = None


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a tenant may have at a time; ``clips``: in one storyboard."""

    projects: int | None = None
    jobs: int | None = None  # that have not ended
    clips: int | None = None
    gigabytes: int | None = None  # of the files that it has sent, 10^9 bytes each


# Where names are asked for and nothing else was said: above what busy people do, below what stops a machine.
BUSY: Rates = Rates(read=30_000, write=6_000)
ROOMY: Quotas = Quotas(projects=10_000, jobs=20_000, clips=2_000, gigabytes=500)
