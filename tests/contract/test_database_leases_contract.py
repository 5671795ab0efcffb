"""Leases: one worker at a time, and whoever comes late changes nothing. Nothing is stranded for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from jynco.errors import Cancelled, LeaseLost
from jynco.model.ids import JobId
from jynco.model.jobs import Claim, Failure, Job
from jynco.model.states import ClipStatus, JobState
from tests.contract.databases import FILM, LEASE, PROJECT, Subject, broken, made, motion

GRACE = 10.0


def found(subject: Subject, limit: int = 100) -> list[JobId]:
    return [job.job_id for job in subject.database.jobs.stranded(GRACE, limit)]


def test_a_claim_starts_the_job_and_its_clip(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    assert (claim.owner, claim.fence, claim.job.state) == ("worker-1", 1, JobState.RUNNING)
    assert claim.job == subject.database.jobs.get(job.job_id)
    assert claim.job.started_at is not None
    assert subject.clip("a").status is ClipStatus.GENERATING
    assert subject.changes() == 3


def test_a_claimed_job_cannot_be_claimed_even_by_its_owner(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.claim(job)
    assert subject.database.jobs.claim(job.job_id, "worker-2", LEASE) is None
    assert subject.database.jobs.claim(job.job_id, "worker-1", LEASE) is None


def test_an_ended_or_unknown_job_cannot_be_claimed(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.database.jobs.finish_motion(subject.claim(job), made(job))
    assert subject.database.jobs.claim(job.job_id, "worker-2", LEASE) is None
    assert subject.database.jobs.claim(JobId("job_motion_\0"), "worker-2", LEASE) is None


def test_a_lease_that_ran_out_counts_as_a_crash(subject: Subject) -> None:
    job = subject.begin("a")[1]
    first = subject.claim(job)
    subject.wait(LEASE + 1)
    second = subject.claim(job, "worker-2")
    assert (second.fence, second.job.crashes) == (2, 1)
    assert second.job.started_at == first.job.started_at
    assert subject.clip("a").status is ClipStatus.GENERATING


def test_a_lease_that_was_handed_back_does_not(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.database.jobs.park(subject.claim(job), 5)
    subject.database.jobs.park(subject.claim(job), 0, refused=True)
    again = subject.claim(job)
    assert (again.job.crashes, again.job.attempts, again.fence) == (0, 1, 3)
    assert again.job.state is JobState.RUNNING


def test_a_refused_clip_waits_its_time_whoever_rings(subject: Subject) -> None:
    job, jobs = subject.begin("a")[1], subject.database.jobs
    jobs.park(subject.claim(job), 30, refused=True)
    assert jobs.claim(job.job_id, "worker-2", LEASE) is None, "a second message is no reason to ask again"
    subject.wait(30)
    assert subject.claim(job, "worker-2").fence == 2


def test_a_refused_clip_that_the_sweeper_calls_may_begin_however_often_it_was_called(
    subject: Subject,
) -> None:
    job, jobs = subject.begin("a")[1], subject.database.jobs
    jobs.park(subject.claim(job), 0, refused=True)
    for _ in range(3):
        subject.wait(300)
        assert [one.job_id for one in jobs.stranded(30, 9)] == [job.job_id]
    assert subject.claim(job, "worker-2").fence == 2


def test_a_claim_that_was_never_heard_is_let_go_without_a_crash(subject: Subject) -> None:
    job, jobs = subject.begin("a")[1], subject.database.jobs
    claim = subject.claim(job)
    jobs.disown(job.job_id, "worker-9")
    assert jobs.claim(job.job_id, "worker-2", LEASE) is None, "it is somebody else's"
    jobs.disown(job.job_id, claim.owner)
    jobs.disown(job.job_id, claim.owner)
    again = subject.claim(job, "worker-2")
    assert again.job.crashes == 0
    with pytest.raises(LeaseLost):
        jobs.beat(claim, LEASE, 0.5)
    jobs.disown(job.job_id, claim.owner)
    jobs.beat(again, LEASE, 0.5)


def test_what_a_job_waits_for_is_kept_with_its_beginning(subject: Subject) -> None:
    """A step that meets the same again goes on counting; another reason, or none, begins anew."""
    job = subject.begin("a")[1]
    jobs, full = subject.database.jobs, Failure("storage_full", "No space is left.", retryable=True)
    jobs.park(subject.claim(job), 0, waits=full)
    second = subject.claim(job)
    first = second.job
    assert (first.waits, first.attempts, first.crashes) == (full, 0, 0)
    jobs.park(second, 0, waits=replace(full, message="Still none."))
    again = subject.claim(job)
    assert again.job.waits == replace(full, message="Still none.")
    assert again.job.waits_since == first.waits_since
    jobs.park(again, 0, waits=replace(full, code="provider_full"))
    other = subject.claim(job)
    assert other.job.waits_since != first.waits_since
    jobs.park(other, 0)
    assert (jobs.get(job.job_id).waits, jobs.get(job.job_id).waits_since) == (None, None)


def test_it_is_seen_whether_a_step_is_under_way_and_how_many_there_were(subject: Subject) -> None:
    job, jobs = subject.begin("a")[1], subject.database.jobs
    seen = [jobs.get(job.job_id)]
    for _ in range(2):
        claim = subject.claim(job)
        seen.append(jobs.get(job.job_id))
        jobs.park(claim, 5)
        seen.append(jobs.get(job.job_id))
    assert [(each.steps, each.held) for each in seen] == [
        (0, False),
        (1, True),
        (1, False),
        (2, True),
        (2, False),
    ]


def _writes(subject: Subject, job: Job) -> dict[str, Callable[[Claim], None]]:
    jobs = subject.database.jobs
    return {
        "beat": lambda claim: jobs.beat(claim, LEASE, 0.5),
        "park": lambda claim: jobs.park(claim, 5),
        "make": lambda claim: jobs.finish_motion(claim, made(job)),
        "break": lambda claim: jobs.finish_motion(claim, broken(job)),
        "render": lambda claim: jobs.finish_render(claim, output=None, receipt=None, failure=None),
    }


@pytest.mark.parametrize("write", ["beat", "park", "make", "break", "render"])
def test_a_zombie_changes_nothing(subject: Subject, write: str) -> None:
    job = subject.begin("a")[1]
    zombie = subject.claim(job)
    subject.wait(LEASE + 1)
    owner = subject.claim(job, "worker-2")
    before = (subject.database.jobs.get(job.job_id), subject.clip("a"), subject.events(), subject.changes())
    with pytest.raises(LeaseLost, match="worker-1"):
        _writes(subject, job)[write](zombie)
    with pytest.raises(LeaseLost):  # neither the right owner with an old fence
        _writes(subject, job)[write](replace(owner, fence=1))
    after = (subject.database.jobs.get(job.job_id), subject.clip("a"), subject.events(), subject.changes())
    assert after == before
    subject.database.jobs.finish_motion(owner, made(job))


@pytest.mark.parametrize("write", ["beat", "park", "make", "break", "render"])
def test_a_parked_or_ended_or_deleted_job_is_lost(subject: Subject, write: str) -> None:
    job, other = subject.begin("a", "b")[1:]
    parked = subject.claim(job)
    subject.database.jobs.park(parked, 0)
    ended = subject.claim(other)
    subject.database.jobs.finish_motion(ended, made(other))
    for claim in (parked, ended):
        with pytest.raises(LeaseLost):
            _writes(subject, job)[write](claim)
    subject.database.projects.delete(PROJECT)
    with pytest.raises(LeaseLost):
        _writes(subject, job)[write](parked)


def test_a_late_owner_whom_nobody_displaced_may_still_finish(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    subject.wait(LEASE + 1)
    subject.database.jobs.finish_motion(claim, made(job))
    assert subject.clip("a").status is ClipStatus.COMPLETED


def test_a_heartbeat_keeps_the_lease_and_tells_the_progress(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    subject.wait(LEASE - 1)
    subject.database.jobs.beat(claim, LEASE, 0.5)
    subject.wait(LEASE - 1)
    assert subject.database.jobs.claim(job.job_id, "worker-2", LEASE) is None
    assert subject.database.jobs.get(job.job_id).progress == 0.5
    subject.database.jobs.beat(claim, LEASE, 1.5)
    assert subject.database.jobs.get(job.job_id).progress == 1.0
    subject.database.jobs.beat(claim, LEASE, 0.2)
    assert subject.database.jobs.get(job.job_id).progress == 1.0, "it never goes back"


def test_a_heartbeat_hears_of_a_cancel(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    subject.database.jobs.cancel(job.job_id)
    with pytest.raises(Cancelled, match=job.job_id):
        subject.database.jobs.beat(claim, LEASE, 0.5)


def test_a_job_that_nobody_took_is_stranded_after_the_grace(subject: Subject) -> None:
    subject.begin("a")
    assert found(subject) == []
    subject.wait(GRACE + 1)
    assert found(subject) == ["job_motion_a"]


def test_a_stranded_job_is_found_again_later_and_later(subject: Subject) -> None:
    subject.begin("a")
    subject.wait(GRACE + 1)
    for resends, pause in enumerate([GRACE, 2 * GRACE, 30, 30, 30], 1):  # never more than half a minute
        assert [job.resends for job in subject.database.jobs.stranded(GRACE, 10)] == [resends]
        subject.wait(pause - 1)
        assert found(subject) == []
        subject.wait(2)


def test_a_claim_ends_the_back_off(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.wait(GRACE + 1)
    found(subject)
    subject.claim(job)
    assert subject.database.jobs.get(job.job_id).resends == 0
    subject.wait(LEASE + GRACE + 1)  # it crashed
    assert found(subject) == [job.job_id]


def test_a_leased_job_is_not_stranded_and_a_parked_one_when_it_is_due(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    subject.wait(LEASE - 1)
    assert found(subject) == []
    subject.database.jobs.park(claim, 60)
    subject.wait(60)
    assert found(subject) == []
    subject.wait(GRACE + 1)
    assert found(subject) == [job.job_id]


def test_a_film_is_stranded_when_its_last_clip_has_ended(subject: Subject) -> None:
    jobs = subject.begin("a", "b")
    subject.database.jobs.finish_motion(subject.claim(jobs[1]), made(jobs[1]))
    subject.wait(GRACE + 1)
    assert found(subject) == ["job_motion_b"]
    subject.database.jobs.finish_motion(subject.claim(jobs[2]), broken(jobs[2]))
    assert found(subject) == []  # the chord has a moment to ring
    subject.wait(GRACE / 2 + 1)
    assert found(subject) == [FILM]


def test_a_film_without_clips_is_stranded_like_any_job(subject: Subject) -> None:
    subject.begin()
    subject.wait(GRACE + 1)
    assert found(subject) == [FILM]


def test_the_oldest_come_first_and_ended_ones_never(subject: Subject) -> None:
    subject.begin("a")
    subject.wait(5)
    subject.database.jobs.accept([motion("b", parent=None), motion("c", parent=None)], [])
    subject.database.jobs.cancel(JobId("job_motion_b"))
    subject.wait(GRACE + 1)
    assert found(subject, 1) == ["job_motion_a"]
    assert found(subject) == ["job_motion_c"]


def test_a_parked_film_is_not_due_while_its_parts_are_made(subject: Subject) -> None:
    film = subject.begin()[0]
    subject.database.jobs.park(subject.claim(film), 0)
    subject.wait(GRACE)
    subject.database.jobs.attend(film.job_id, 60, 0.5)
    assert found(subject) == []
    subject.database.jobs.attend(film.job_id, 60, 0.25)
    assert subject.database.jobs.get(film.job_id).progress == 0.5, "progress never goes back"
    subject.wait(60 + GRACE + 1)
    assert found(subject) == [film.job_id]
    assert subject.database.jobs.claim(film.job_id, "worker-2", LEASE) is not None


def test_whoever_makes_parts_hears_of_the_end(subject: Subject) -> None:
    film = subject.begin()[0]
    subject.database.jobs.cancel(film.job_id)
    with pytest.raises(Cancelled):
        subject.database.jobs.attend(film.job_id, 60, 0.5)
    with pytest.raises(LeaseLost):
        subject.database.jobs.attend(JobId("job_render_gone"), 60, 0.5)


def test_a_films_progress_is_told_in_steps(subject: Subject) -> None:
    film = subject.begin("a")[0]
    claim = subject.claim(film)
    before = len(subject.database.projects.events(PROJECT, 0, 100))
    for done in (0.01, 0.04, 0.051, 0.06, 0.5):
        subject.database.jobs.beat(claim, LEASE, done)
    subject.database.jobs.attend(film.job_id, LEASE, 0.4)
    subject.database.jobs.attend(film.job_id, LEASE, 0.75)
    told = [event.payload for event in subject.database.projects.events(PROJECT, 0, 100)][before:]
    assert told == [{"jobId": FILM, "state": "running", "progress": done} for done in (0.051, 0.5, 0.75)]
