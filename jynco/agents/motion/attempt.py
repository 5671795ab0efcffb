"""One attempt in the ledger, taken from wherever it stands as far as it goes now.

What ends it: an answer of the vendor, or a clip that is no good. What does not: a vendor that cannot be asked just
now, a key or an account that has to be mended, a worker that goes. Then somebody goes on with the same number later.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from jynco.agents.motion.fetching import fetched
from jynco.agents.motion.held import Held, Tools
from jynco.agents.motion.outcomes import clip_of, completed, cost_of, shot_of
from jynco.agents.motion.patience import late
from jynco.agents.motion.sending import submitted
from jynco.agents.motion.watching import made
from jynco.agents.steps import Finished, Step, Waiting
from jynco.errors import ServiceAway
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.states import GenerationState
from jynco.ports import Heart, Provider

__all__ = ["Attempt", "Tools"]


class Attempt:
    """The work on one row of the ledger, by the worker that holds its lease."""

    def __init__(
        self, tools: Tools, job: Job, row: Generation, heart: Heart, provider: Provider, *, billable: bool
    ) -> None:
        self._job = job
        self._heart = heart
        self._held = Held(tools, row, shot_of(job), provider, billable=billable)

    @property
    def row(self) -> Generation:
        """The row as it stands."""
        return self._held.row

    def go_on(self) -> Step:
        """As far as possible. Raises what ended the attempt or the job, and what the heart says."""
        held = self._held
        if not held.row.fresh and held.rest > 0:  # another job that waits for it has just looked
            return self._later()
        if held.row.fresh:
            source = self._delivered()
            if source is not None:  # another worker finished it between our look at the shelf and our row
                there = Failure("made_meanwhile", "It was there; nothing was asked for.")
                held.end(GenerationState.FAILED, there)
                return Finished(completed(self._job, source, None))
        if held.row.state is GenerationState.INTENT:
            if not submitted(held, self._image, self._heart):
                return self._later()
            self._heart.check()  # who cancelled it meanwhile need not wait for the first look
        if held.row.state is GenerationState.SUBMITTED and not made(held):
            return self._later()
        return self._collect()

    def let_go(self) -> None:
        """Hand an attempt that goes on back, so that the next worker need not wait for the lease to run out."""
        self._held.let_go()

    def _collect(self) -> Step:
        source = self._delivered()  # an earlier worker may have died right after it was shelved
        came = None if source else fetched(self._held, self._image, self._heart)
        if source is None and came is None:
            return self._later()
        source = source or self._delivered()
        if source is None:
            raise ServiceAway("A clip was gone from the cache the moment it was kept: look at that disk.")
        self._held.done(came)
        return Finished(completed(self._job, source, cost_of(self._held.row)))

    def _later(self) -> Waiting:
        return Waiting(late(max(self._held.rest, 0.0)))

    def _image(self) -> AbstractContextManager[Path | None]:
        if self._job.image is None:
            return nullcontext()
        return self._held.tools.quartermaster.pinned(
            self._job.project_id, self._job.image, self._held.shot.image_sha256
        )

    def _delivered(self) -> str | None:
        return self._held.tools.quartermaster.deliver(
            self._job.project_id, clip_of(self._job), self._held.shot.key
        )
