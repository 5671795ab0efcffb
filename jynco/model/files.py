"""Files as those see them who count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A key that is there, what it takes in bytes, and when somebody last said that it is wanted."""

    key: str
    size: int
    wanted: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a file's label says, and how long the file is in bytes."""

    label: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """How often this machine had a file at hand that lies elsewhere, and what it fetched (bytes), since ever."""

    hits: int = 0
    misses: int = 0
    fetched: int = 0
