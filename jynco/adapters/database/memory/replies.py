"""Answers by Idempotency-Key."""

from __future__ import annotations

from jynco.adapters.database.desk import REPLY_LIFE, Reply, Turn
from jynco.adapters.database.memory.store import ReplyRow, Store, alone


class MemoryReplies:
    """The twin of the ``replies`` table."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._rows = store.replies

    @alone
    def begin(self, tenant: str, key: str, request: str, owner: str, seconds: float) -> Turn:
        """The asker's turn, the answer that was given, or somebody else's turn."""
        row = self._rows.get((tenant, key))
        if row is not None and not self._old(row) and not self._left(row, request):
            return Turn(row.request, mine=False, reply=row.reply)
        made = row.made if row is not None and not self._old(row) else ()
        self._rows[tenant, key] = ReplyRow(request, owner, self.store.now(seconds), self.store.now(), made)
        return Turn(request, mine=True, made=made)

    @alone
    def finish(self, tenant: str, key: str, owner: str, reply: Reply) -> None:
        """Keep the answer, unless somebody else has taken over since."""
        row = self._rows.get((tenant, key))
        if row is not None and row.owner == owner and row.reply is None:
            row.reply = reply

    @alone
    def release(self, tenant: str, key: str, owner: str) -> None:
        """Let the same request be done again; forget it, unless something was made."""
        row = self._rows.get((tenant, key))
        if row is not None and row.owner == owner and row.reply is None:
            row.lease_until = self.store.now()
            if not row.made:
                del self._rows[tenant, key]

    @alone
    def sweep(self) -> int:
        """Forget what is older than a day; returns how many there were."""
        old = [name for name, row in self._rows.items() if self._old(row)]
        for name in old:
            del self._rows[name]
        return len(old)

    def _old(self, row: ReplyRow) -> bool:
        return row.created_at < self.store.now() - REPLY_LIFE

    def _left(self, row: ReplyRow, request: str) -> bool:
        return row.reply is None and row.lease_until <= self.store.now() and row.request == request
