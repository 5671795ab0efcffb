"""A watch for steps that are short enough to need no leash but their deadline."""

from __future__ import annotations


class Unwatched:
    """Nobody ends it early, and nobody waits for news of it."""

    def check(self) -> None:
        """Nothing can end it early."""

    def progress(self, fraction: float) -> None:
        """Nobody waits for news of it."""
