"""What comes back from addresses that strangers named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered; ``body`` is cut off after 16 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header by its name in any spelling, empty where there is none."""
        found = (value for known, value in self.headers.items() if known.lower() == name.lower())
        return next(found, "")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched: its size in bytes, and what its host said it is (not to be believed)."""

    size: int
    media_type: str
