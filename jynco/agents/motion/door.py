"""The vendors' door: whoever would begin an attempt asks here first, and says afterwards how the vendor answered."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from jynco.agents.steps import Waiting
from jynco.errors import JyncoError, NotAccepted, OutcomeUnknown, ProviderError, RateLimited
from jynco.model.admission import PAUSES, Ask, Gate, Rules, Verdict, Why
from jynco.model.jobs import Failure, Job
from jynco.model.motion import Shot
from jynco.ports import Admission

log: Final = logging.getLogger("jynco.motion")
LONGEST_WAIT: Final = 60.0  # seconds between two questions of who stands far back in a line
SOONER: Final = 0.8  # of the time that the line should take: it may move faster
PROMPT: Final = 15.0  # seconds until people see that what they resumed goes on


class Door:
    """Asks for one worker; the rows answer for all of them."""

    def __init__(self, admission: Admission, rules: Rules, lease: float) -> None:
        self._admission = admission
        self._rules = rules
        self._lease = lease

    def ask(self, job: Job, shot: Shot) -> Verdict:
        """Whether an attempt may begin now, or one is under way."""
        gate = self._rules.gate(shot)
        whole, model = self._rules.limits_at(gate)
        patience = LONGEST_WAIT * 1.5 + 2 * self._lease
        return self._admission.ask(Ask(gate, shot.key, job, whole, model, self._lease, patience))

    def call_at(self, shot: Shot) -> Sequence[Job]:
        """Those for whom there is room where this shot has passed, and who would come late by themselves."""
        return self._call(self._rules.gate(shot))

    def call_all(self) -> Sequence[Job]:
        """The same at every gate where somebody waits."""
        waited_at = (report for report in self._admission.report() if report.waiting)
        gates = (self._rules.gate_of(report.provider, report.model) for report in waited_at)
        return [job for gate in gates for job in self._call(gate)]

    def wait(self, verdict: Verdict, shot: Shot) -> Waiting:
        """How long who was not let in stays away: so long that asking sooner would be in vain, and not all at once."""
        poll = self._rules.poll
        seconds = {
            Why.HELD: min(3 * poll, PROMPT),
            Why.FAILING: max(poll, verdict.seconds * 1.1),
            Why.FULL: max(poll, self._turn(verdict, shot), verdict.seconds),
        }.get(verdict.why, poll)
        said = f"{verdict.reason} is held back." if verdict.why is Why.HELD else verdict.reason
        why = Failure(f"provider_{verdict.why}", said, retryable=True)
        return Waiting(min(seconds, LONGEST_WAIT) * random.uniform(0.9, 1.1), begun=False, why=why)

    def outlasted(self, verdict: Verdict, waited: float) -> bool:
        """Whether a job that has been there for ``waited`` seconds waits no longer for one that keeps failing."""
        return verdict.trips >= PAUSES and waited >= self._rules.breaker.patience

    def heard(self, shot: Shot, error: ProviderError | None) -> None:
        """How the vendor answered an order; None: it took it. What cannot be written down now is heard another time.

        A vendor that asks for patience (429) answers, so it is not one that fails.
        """
        failed = isinstance(error, NotAccepted | OutcomeUnknown) and not isinstance(error, RateLimited)
        with suppress(JyncoError):
            fault = error.message if error is not None and failed else None
            self._admission.heard(self._rules.gate(shot), fault, self._rules.breaker)

    def _call(self, gate: Gate) -> Sequence[Job]:
        whole, model = self._rules.limits_at(gate)
        return self._admission.call(gate, whole, model) if whole or model else ()

    def _turn(self, verdict: Verdict, shot: Shot) -> float:
        """Seconds until it may be one's turn, by how quickly the line moves: so a long line asks as seldom as a short
        one, and leaves the workers to those who have something to do."""
        if verdict.rate:
            return SOONER * verdict.place / verdict.rate
        return self._rules.poll * verdict.place / self._width(shot)

    def _width(self, shot: Shot) -> int:
        """How many of a line go on at each look, roughly, as long as nobody knows better."""
        known = self._rules.limits_at(self._rules.gate(shot))
        return max(1, min((one.concurrent for one in known if one.concurrent), default=8))
