"""The machine's clock, and names that are never given twice."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


class SystemClock:
    """UTC from the operating system; tokens of 20 characters (103 bits)."""

    def now(self) -> datetime:
        """The time now."""
        return datetime.now(UTC)

    def token(self) -> str:
        """A new name."""
        return "".join(secrets.choice(_ALPHABET) for _ in range(20))
