"""Browsers' sessions that were ended before their time, by the hash that stands for each."""

from __future__ import annotations

from datetime import datetime

from jynco.adapters.database.memory.store import Store, alone


class MemoryExits:
    """The twin of the ``ended_sessions`` table."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._over: dict[str, datetime] = {}  # when each would have been over of itself

    @alone
    def end(self, session: str, life: float) -> None:
        """Let nobody in by this session any more, which would be over in ``life`` seconds of itself."""
        now = self.store.now()
        self._over = {name: over for name, over in self._over.items() if over > now}
        self._over.setdefault(session, self.store.now(life))

    @alone
    def ended(self, session: str) -> bool:
        """Whether somebody has signed out of it."""
        return session in self._over
