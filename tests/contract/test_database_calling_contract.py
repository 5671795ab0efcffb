"""Whose turn has come at a vendor's gate is called, once, should they come late by themselves; in both databases."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from jynco.model.admission import LATE, Limits, Why
from jynco.model.jobs import Generation, Job
from jynco.model.states import Lane
from tests.contract.databases import LEASE, Subject
from tests.contract.test_database_admission_contract import (
    BREAKER,
    FREE,
    GATE,
    ONE,
    TWO,
    ask,
    begin,
    end,
    queued,
)


def called(subject: Subject, limits: Limits = ONE) -> list[str]:
    """The clips that are called, in their order."""
    jobs = subject.database.admission.call(GATE, limits, FREE)
    return [str(job.clip_id).removeprefix("clip_") for job in jobs]


def busy(subject: Subject) -> Generation:
    """The only place is taken, and has been for a while."""
    (first,) = queued(subject, "z", "1", rules=TWO)
    assert ask(subject, first).why is Why.ADMITTED
    return begin(subject, first)


def unheard(subject: Subject, *projects: str, lane: Lane = Lane.NORMAL) -> Sequence[Job]:
    """Two clips of each project in line, whose messages should have come by now."""
    jobs = [job for name in projects for job in queued(subject, name, "1", "2", lane=lane, rules=TWO)]
    subject.wait(LATE + 1)
    return jobs


def test_nobody_is_called_while_there_is_no_room(subject: Subject) -> None:
    row = busy(subject)
    unheard(subject, "a")
    assert called(subject) == []
    end(subject, row)
    assert called(subject) == ["a_1"]


def test_who_is_called_is_due_and_is_called_once(subject: Subject) -> None:
    first, _ = unheard(subject, "a")
    assert called(subject) == ["a_1"]
    assert called(subject) == []
    subject.wait(LATE + 1)
    assert called(subject) == ["a_1"], "the ring may have been lost"
    assert ask(subject, first).why is Why.ADMITTED


def test_as_many_are_called_as_there_is_room_for_and_projects_take_turns(subject: Subject) -> None:
    unheard(subject, "a", "b")
    assert called(subject, Limits(concurrent=3)) == ["a_1", "b_1", "a_2"]


def test_who_is_urgent_is_called_first(subject: Subject) -> None:
    unheard(subject, "a")
    unheard(subject, "b", lane=Lane.HIGH)
    assert called(subject) == ["b_1"]


def test_whose_message_has_just_been_sent_comes_by_itself(subject: Subject) -> None:
    queued(subject, "a", "1", rules=TWO)
    assert called(subject) == []


def test_who_would_come_back_much_later_is_called_now(subject: Subject) -> None:
    row = busy(subject)
    (job,) = queued(subject, "a", "1", rules=TWO)
    claim = subject.claim(job)
    assert ask(subject, job).why is Why.FULL
    assert called(subject) == [], "a worker has it just now"
    subject.database.jobs.park(claim, 60)
    end(subject, row)
    assert called(subject) == ["a_1"]
    assert called(subject) == []


def test_who_comes_back_soon_is_left_alone(subject: Subject) -> None:
    (job,) = queued(subject, "a", "1", rules=TWO)
    subject.database.jobs.park(subject.claim(job), LATE - 1)
    assert called(subject) == []


@pytest.mark.parametrize("name", ["provider:camera", "provider:camera:default", "motion.normal"])
def test_nobody_is_called_to_what_people_hold_back(subject: Subject, name: str) -> None:
    unheard(subject, "a")
    subject.database.admission.pause(name)
    assert called(subject) == []
    subject.database.admission.resume(name)
    assert called(subject) == ["a_1"]


def test_nobody_is_called_to_what_keeps_failing(subject: Subject) -> None:
    unheard(subject, "a")
    for _ in range(BREAKER.failures):
        subject.database.admission.heard(GATE, "It is down.", BREAKER)
    assert called(subject) == []
    subject.database.admission.heard(GATE, None, BREAKER)
    assert called(subject) == ["a_1"]


def test_who_has_ended_is_not_called(subject: Subject) -> None:
    first, _ = unheard(subject, "a")
    subject.database.jobs.cancel(first.job_id)
    assert called(subject) == ["a_2"]


def test_a_rate_that_is_used_up_calls_nobody(subject: Subject) -> None:
    minute = Limits(per_minute=1)
    first, _ = unheard(subject, "a")
    assert ask(subject, first, minute).why is Why.ADMITTED
    assert called(subject, minute) == []
    subject.wait(61)
    assert called(subject, minute) == ["a_2"]


def test_many_who_call_at_once_call_each_one_once(subject: Subject) -> None:
    unheard(subject, *"abcde")
    with ThreadPoolExecutor(8) as crowd:
        found = list(crowd.map(lambda _: called(subject, Limits(concurrent=10)), range(8)))
    names = [name for one in found for name in one]
    assert len(names) == len(set(names)) == 10


def test_a_lease_that_ran_out_keeps_nobody_from_being_called(subject: Subject) -> None:
    (job,) = queued(subject, "a", "1", rules=TWO)
    subject.claim(job)
    subject.wait(LEASE + 1)
    assert called(subject) == ["a_1"]
