"""Many at once, behind one starting line: one wins, the others learn it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TypeVar

from jynco.errors import Conflict, LeaseLost, StaleRevision
from jynco.model.ids import JobId
from jynco.model.jobs import Generation
from jynco.model.states import GenerationState, JobState
from tests.contract.databases import FILM, LEASE, PROJECT, Subject, document, made, motion, pending, shot

RACERS = 20
Answer = TypeVar("Answer")


def race(run: Callable[[int], Answer]) -> list[Answer | Exception]:
    """What each of twenty got who started at the same moment."""
    line = Barrier(RACERS)

    def start(number: int) -> Answer | Exception:
        line.wait()
        try:
            return run(number)
        except (LeaseLost, Conflict) as lost:
            return lost

    with ThreadPoolExecutor(RACERS) as racers:
        return list(racers.map(start, range(RACERS)))


def test_one_claims(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claims = race(lambda number: subject.database.jobs.claim(job.job_id, f"worker-{number}", LEASE))
    assert sum(claim is not None for claim in claims) == 1
    assert subject.database.jobs.get(job.job_id).crashes == 0


def test_one_begins_an_attempt(subject: Subject) -> None:
    def take(number: int) -> object:
        job = replace(motion("a"), job_id=JobId(f"job_motion_{number}"))
        return subject.database.ledger.take(shot("a").key, job, f"worker-{number}", LEASE)

    assert sum(taken is not None for taken in race(take)) == 1
    assert len(subject.database.ledger.history(PROJECT)) == 1


def test_one_resumes_an_attempt(subject: Subject) -> None:
    begun = subject.database.ledger.take(shot("a").key, motion("a"), "worker-x", LEASE)
    assert begun is not None
    subject.wait(LEASE + 1)

    def take(number: int) -> object:
        job = replace(motion("a"), job_id=JobId(f"job_motion_{number}"))
        return subject.database.ledger.take(shot("a").key, job, f"worker-{number}", LEASE)

    assert sum(taken is not None for taken in race(take)) == 1


def test_who_sends_and_who_takes_over_never_both_go_on(subject: Subject) -> None:
    """Either the sleeper may send, and nobody takes what it sends for unsent, or it may not."""
    for number in range(10):
        key = shot(f"sleeper {number}").key
        begun = subject.database.ledger.take(key, motion("a"), "sleeper", LEASE)
        assert begun is not None
        subject.database.ledger.release(begun)

        def go(racer: int, begun: Generation = begun) -> Generation | None:
            if racer % 2:
                return subject.database.ledger.sending(begun, LEASE)
            job = replace(motion("a"), job_id=JobId(f"job_motion_{racer}"))
            return subject.database.ledger.take(begun.cache_key, job, f"worker-{racer}", LEASE)

        rows = [row for row in race(go) if isinstance(row, Generation)]
        sends = any(row.owner == "sleeper" for row in rows)
        begins = any(row.owner != "sleeper" and row.unsent for row in rows)
        assert sends != begins


def test_one_takes_the_arrow(subject: Subject) -> None:
    begun = subject.database.ledger.take(shot("a").key, motion("a"), "worker-1", LEASE)
    assert begun is not None
    steps = race(lambda _: subject.database.ledger.advance(begun, GenerationState.SUBMITTED))
    assert sum(isinstance(step, LeaseLost) for step in steps) == RACERS - 1


def test_one_finishes(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    ends = race(lambda _: subject.database.jobs.finish_motion(claim, made(job, "0.25")))
    assert sum(isinstance(end, LeaseLost) for end in ends) == RACERS - 1
    assert str(subject.clip("a").cost_usd).startswith("0.25")


def test_one_edits_a_revision(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document())
    saves = race(lambda number: subject.database.projects.save(PROJECT, document(title=number), 1))
    assert sum(isinstance(save, StaleRevision) for save in saves) == RACERS - 1
    assert subject.database.projects.get(PROJECT).revision == 2


def test_one_creates_a_project(subject: Subject) -> None:
    made_by = race(lambda number: subject.database.projects.create(PROJECT, document(title=number)))
    assert sum(isinstance(answer, Conflict) for answer in made_by) == RACERS - 1


def test_nobodys_change_is_lost(subject: Subject) -> None:
    jobs = subject.begin(*(f"{number:02}" for number in range(RACERS)))[1:]

    def work(number: int) -> None:
        subject.database.jobs.finish_motion(subject.claim(jobs[number]), made(jobs[number]))
        subject.database.projects.save(PROJECT, document(title=number), None)

    assert race(work) == [None] * RACERS
    assert subject.changes() == 2 + RACERS * 3  # a start, an end and an edit each
    assert all(job.state is JobState.COMPLETED for job in subject.database.jobs.children(FILM))
    ids = [event.event_id for event in subject.events()]
    assert ids == sorted(set(ids))


def test_films_that_share_clips_do_not_block_each_other(subject: Subject) -> None:
    names = [f"{number:02}" for number in range(8)]
    jobs = subject.begin(*names)[1:]

    def accept(number: int) -> None:
        order = jobs if number % 2 else list(reversed(jobs))
        subject.database.jobs.accept([], [pending(job) for job in order])
        subject.database.jobs.cancel(jobs[number % 8].job_id)

    assert race(accept) == [None] * RACERS


def test_two_sweepers_do_not_send_the_same_job(subject: Subject) -> None:
    subject.begin(*(f"{number:03}" for number in range(100)))
    subject.wait(60)
    sweeps = race(lambda _: [job.job_id for job in subject.database.jobs.stranded(10, 7)])
    sent = [job_id for sweep in sweeps if isinstance(sweep, list) for job_id in sweep]
    assert len(sent) == len(set(sent))
    assert len(sent) > 7
