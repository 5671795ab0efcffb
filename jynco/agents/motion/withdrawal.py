"""What a vendor still makes and nobody wants: cancelled there once, and what comes all the same is written down.

The row says so before the vendor is told, so it is told once at most, and only of what it still makes. A clip that was
made in spite of it is paid, so it goes into the cache, where whoever asks for it next finds it for nothing; no clip of
a project is changed. A vendor that forgets what was cancelled has ended it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from typing import Final

from jynco.agents.motion.fetching import fetched
from jynco.agents.motion.held import Held, Tools
from jynco.agents.motion.sending import recovered
from jynco.agents.motion.watching import made
from jynco.errors import CreditMissing, GaveUp, JyncoError, KeyRefused, LeaseLost
from jynco.model.jobs import Failure, Generation
from jynco.model.states import GenerationState
from jynco.ports import Provider

log: Final = logging.getLogger("jynco.motion")
AT_ONCE: Final = 50  # rows of one round


class Withdrawal:
    """Ends attempts whose job was cancelled, deleted with its project, or failed and retried by nobody."""

    def __init__(self, tools: Tools, providers: Mapping[str, Provider], pause: float) -> None:
        """``pause``: seconds between two looks at one that has not ended."""
        self._tools = tools
        self._providers = providers
        self._pause = pause

    def sweep(self, owner: str) -> int:
        """One round; returns how many attempts were looked at. Safe to run twice at once."""
        rows = self._tools.ledger.withdraw(owner, self._tools.lease, AT_ONCE, grace=self._tools.give_up)
        for row in rows:
            try:
                self._go_on(row)
            except LeaseLost:
                log.info("generation %s is looked after elsewhere", row.generation_id)
            except JyncoError as error:
                log.warning("a withdrawn clip of %s: %s", row.provider, error.message)
        return len(rows)

    def _go_on(self, row: Generation) -> None:
        provider = self._providers.get(row.provider)
        if provider is None or row.shot is None:
            lost = Failure(
                "outcome_unknown", f"It was cancelled, and {row.provider} cannot be asked about it."
            )
            self._tools.ledger.advance(row, GenerationState.UNKNOWN, failure=lost)
            return
        billable = provider.capabilities(row.shot.model).billable
        held = Held(self._tools, row, row.shot, provider, billable=billable)
        if not billable or row.unsent:
            held.end(GenerationState.FAILED, Failure("cancelled", "Nothing is owed for it."))
        elif not self._settled(held):
            self._tools.ledger.beat(held.row, self._pause)  # so long nobody needs to look

    def _settled(self, held: Held) -> bool:
        first = held.row.fresh
        if held.row.state is GenerationState.INTENT and not recovered(held):
            return False
        if held.row.state is GenerationState.SUBMITTED and not _made(held, told=not first):
            return False
        came = fetched(held, nullcontext, _Beating(held))
        if came is not None:
            held.done(came)
        return came is not None


def _made(held: Held, *, told: bool) -> bool:
    """Whether it was made. The first look comes before the vendor is told: what is made already, it might delete."""
    if not told:
        try:
            if _looked(held):
                return True
        except GaveUp:
            held.cancel()
            raise
        held.cancel()
    return _looked(held, stopped=True)


def _looked(held: Held, *, stopped: bool = False) -> bool:
    """Nobody waits for it who could mend the account: without one it is given up like what a vendor never says."""
    try:
        return made(held, stopped=stopped)
    except (KeyRefused, CreditMissing) as error:
        return held.patient(error)


class _Beating:
    """The watch of a late download: it keeps the lease."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._clock = held.tools.clock
        self._next = self._clock.now()

    def check(self) -> None:
        """LeaseLost when somebody else looks after it."""
        if self._clock.now() >= self._next:
            self._held.beat()
            self._next = self._clock.now() + timedelta(seconds=self._held.tools.lease / 3)

    def progress(self, fraction: float) -> None:
        """Nobody waits for it."""
