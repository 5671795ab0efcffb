"""A job that found no room before a command began may have some now: the command asks the next step."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jynco.adapters.clock import SystemClock
from jynco.cli.room import Refusals
from jynco.errors import StorageFull
from jynco.model.ids import JobId, ProjectId
from jynco.model.jobs import Failure, Job
from jynco.model.states import JobKind, JobState, Lane, Purpose

FULL = Failure(StorageFull.code, "There is no space left to write the clip.", retryable=True)
BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
PATIENCE = 3.0


class Clock(SystemClock):
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.time = BEGAN

    def now(self) -> datetime:
        return self.time

    def pass_(self, seconds: float) -> None:
        """Later."""
        self.time += timedelta(seconds=seconds)


def waiting(since: float, steps: int) -> Job:
    """A job whose last step found no room, first so many seconds after the command began."""
    made = Job(
        JobId("job_a"), ProjectId("proj_a"), JobKind.MOTION, Purpose.FINAL, Lane.NORMAL, "c", JobState.RUNNING
    )
    return replace(made, waits=FULL, waits_since=BEGAN + timedelta(seconds=since), steps=steps)


def test_what_was_found_before_is_believed_once_a_step_has_met_it_again() -> None:
    clock, old = Clock(), waiting(-60, 7)
    refusals = Refusals(clock, PATIENCE)
    refusals.look(old)
    clock.pass_(10 * PATIENCE)
    refusals.look(old)
    refusals.look(replace(old, steps=8, held=True))  # this step may have room
    with pytest.raises(StorageFull, match=r"to write the clip\. The job is kept"):
        refusals.look(replace(old, steps=8))


def test_what_found_room_since_is_not_believed() -> None:
    clock, old = Clock(), waiting(-60, 7)
    refusals = Refusals(clock, PATIENCE)
    refusals.look(old)
    clock.pass_(10 * PATIENCE)
    refusals.look(replace(old, steps=8, waits=None, waits_since=None))
    refusals.look(replace(old, steps=8, waits=replace(FULL, code="provider_full")))
    refusals.look(replace(old, steps=8, state=JobState.COMPLETED))


def test_room_may_be_made_for_a_while() -> None:
    clock = Clock()
    refusals = Refusals(clock, PATIENCE)
    refusals.look(replace(waiting(0, 0), waits=None, waits_since=None))
    clock.pass_(PATIENCE)
    refusals.look(waiting(1, 2))
    clock.pass_(PATIENCE)
    with pytest.raises(StorageFull):
        refusals.look(waiting(1, 3))
