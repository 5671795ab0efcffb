"""Failover: the next of a clip's lineup, once the one before it is known to have made nothing.

Whose turn it is stands in the job's row, with what the others said, so a worker that dies between two of them neither
forgets nor asks the same one twice. Never after an unknown outcome; never while anything may still come; and with
what a safety system refused only where people allow it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from jynco.agents.motion.held import Tools
from jynco.agents.motion.outcomes import clip_of, shot_of
from jynco.agents.motion.sending import found
from jynco.errors import (
    Conflict,
    ConsentNeeded,
    CreditMissing,
    GenerationFailed,
    KeyRefused,
    LeaseLost,
    Moderated,
    NotAccepted,
    ProviderError,
    RequestRejected,
)
from jynco.model.jobs import Claim, Failure, Generation, Job, Remark
from jynco.model.motion import Shot, Ticket
from jynco.model.states import GenerationState
from jynco.ports import Admission, Jobs, Provider

log: Final = logging.getLogger("jynco.motion")

# What was delivered and is no good is paid already, and what was given up may still be: neither is asked of another.
GIVES_WAY: Final = frozenset(
    error.code
    for error in (CreditMissing, GenerationFailed, KeyRefused, NotAccepted, ProviderError, RequestRejected)
)


class Understudies:
    """Changes who makes a clip."""

    def __init__(
        self,
        tools: Tools,
        jobs: Jobs,
        admission: Admission,
        providers: Mapping[str, Provider],
        *,
        moderated: bool,
    ) -> None:
        self._tools = tools
        self._jobs = jobs
        self._admission = admission
        self._providers = providers
        self._moderated = moderated

    def takes_over(self, claim: Claim, why: Failure) -> bool:
        """Whether the next of the lineup makes the clip from now on; it does so at the job's next step."""
        job, shot = claim.job, shot_of(claim.job)
        following = _after(job, shot)
        if following is None or not self._may(job, why) or self._owed(job, shot):
            return False
        remark = Remark(shot.provider, shot.model, why.code, why.message, job.refusals)
        log.warning("%s takes over from %s", _name(following), remark.words, extra={"job_id": job.job_id})
        self._jobs.recast(claim, following, remark)
        return True

    def has_moved(self, claim: Claim) -> bool:
        """Whether the clip is another one's already: it is being made, or was, or may have been.

        ConsentNeeded where nobody knows whether one of the lineup made and billed it.
        """
        job, shot = claim.job, shot_of(claim.job)
        self._settle(job, shot)
        if len(job.lineup) < 2:
            return False
        found = self._elsewhere(job, shot)
        if found is not None:
            self._jobs.recast(claim, found)
        return found is not None

    def _elsewhere(self, job: Job, shot: Shot) -> Shot | None:
        live = self._admission.running([one.key for one in job.lineup])
        others = [one for one in job.lineup if one.key != shot.key]
        if live:
            return None if shot.key in live else next(one for one in others if one.key in live)
        for other in others:
            if self._settle(job, other) or self._shelved(job, other):
                return other
        return None

    def _shelved(self, job: Job, shot: Shot) -> bool:
        return self._tools.quartermaster.has_clip(job.project_id, clip_of(job), shot.key)

    def _may(self, job: Job, why: Failure) -> bool:
        allowed = self._moderated or bool(job.options.get("failoverModerated"))
        return why.code in GIVES_WAY or (why.code == Moderated.code and allowed)

    def _owed(self, job: Job, shot: Shot) -> bool:
        """Whether anything may still come of what was asked for, or be billed for it without consent."""
        if self._admission.running([shot.key]):
            return True
        unknown = self._tools.ledger.unknown(shot.key)
        return unknown is not None and not _consented(job, unknown)

    def _settle(self, job: Job, shot: Shot) -> bool:
        """What may have been billed is looked at again if the vendor gave a number or lists it, else made anew with
        consent only.

        Consent is for what was unknown when it was given: not for what this very job has left unknown. True when it
        is being looked at.
        """
        unknown = self._tools.ledger.unknown(shot.key)
        if unknown is None or _consented(job, unknown):
            return False
        ticket = None if unknown.task_id or since(job, unknown) else self._listed(unknown)
        if ticket is None and (unknown.task_id is None or since(job, unknown)):
            raise ConsentNeeded(
                f"Nobody knows whether {unknown.provider} made and billed this clip{_when(unknown)}; making it "
                "again may be billed twice. Look at the provider's own list, then retry with consent (--pay-again)."
            )
        with suppress(LeaseLost, Conflict):  # another job has looked first, and goes on with it
            self._tools.ledger.advance(unknown, GenerationState.SUBMITTED, ticket=ticket)
        return True

    def _listed(self, unknown: Generation) -> Ticket | None:
        """What its vendor's list says of it by now; None also where it cannot be asked."""
        provider = self._providers.get(unknown.provider)
        if provider is None or unknown.shot is None:
            return None
        try:
            return found(self._tools.ledger, provider, unknown, unknown.shot)
        except ProviderError as error:
            log.warning("%s cannot be asked for a lost order: %s", unknown.provider, error.message)
            return None


def _consented(job: Job, unknown: Generation) -> bool:
    """Whether people have said that what this attempt may have cost may be paid again."""
    return bool(job.options.get("payAgain")) and not since(job, unknown)


def since(job: Job, row: Generation) -> bool:
    """Whether an attempt was begun after this job was asked for; both times are the database's."""
    return job.created_at is None or row.created_at is None or row.created_at >= job.created_at


def _after(job: Job, shot: Shot) -> Shot | None:
    """Who comes after this one in the lineup, of those that are not out yet."""
    out = {(remark.provider, remark.model) for remark in job.said}
    left: Iterator[Shot] = iter(job.lineup)
    if not any(one.key == shot.key for one in left):
        return None
    return next((one for one in left if (one.provider, one.model) not in out), None)


def _name(shot: Shot) -> str:
    return f"{shot.provider}:{shot.model}"


def _when(row: Generation) -> str:
    return f" on {row.created_at:%Y-%m-%d %H:%M} UTC" if row.created_at else ""
