"""The rules of the ledger that both databases keep, and the sentences when one is broken."""

from __future__ import annotations

from decimal import Decimal

from jynco.errors import Conflict, LeaseLost
from jynco.model.findings import NOT_BILLED
from jynco.model.ids import ClipId
from jynco.model.jobs import Generation, Job
from jynco.model.money import Budget
from jynco.model.motion import Shot
from jynco.model.states import GENERATION_STEPS, GenerationState


def refuse_step(generation: Generation, state: GenerationState) -> None:
    """Conflict, unless the table of states has an arrow from the generation's state to this one."""
    if state not in GENERATION_STEPS[generation.state]:
        raise Conflict(f"Generation {generation.generation_id} cannot go from {generation.state} to {state}.")


def shot_of(job: Job) -> tuple[ClipId, Shot]:
    """What a job asks to be generated. Conflict for a job that is not about one clip."""
    if job.shot is None or job.clip_id is None:
        raise Conflict(f"{job.job_id} has no clip and shot, so there is nothing to generate.")
    return job.clip_id, job.shot


def never_taken(row: Generation) -> bool:
    """Whether its vendor took no order for it, so that it says nothing of an earlier one's outcome.

    What somebody looked up and found to have cost nothing is not such: that settles it.
    """
    ended = row.state is GenerationState.FAILED and row.task_id is None
    return ended and row.error_code != NOT_BILLED


def job_budget(job: Job) -> Budget | None:
    """What the request that this job came with may cost."""
    usd = job.options.get("budgetUsd")
    return None if usd is None else Budget(Decimal(str(usd)))


def lost(generation: Generation) -> LeaseLost:
    """The sentence for an attempt that somebody else has taken or ended."""
    return LeaseLost(
        f"{generation.owner} holds generation {generation.generation_id} no longer; read it again."
    )
