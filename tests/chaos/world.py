"""The house that the nemesis befalls, the people in it, and what they were promised."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.doubles.runway import Runway
from tests.faults.kit import Estate


@dataclass
class World:
    """The estate, the people and what they were promised."""

    place: Estate
    double: Runway
    films: list[str] = field(default_factory=list)  # jobs that were accepted
    projects: list[str] = field(default_factory=list)
    kills: int = 0
    faults: int = 0
    notes: list[str] = field(default_factory=list)
