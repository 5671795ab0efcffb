"""Jobs: accepted whole or not at all, ended once, and followed by their clips."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from jynco.errors import Conflict, LeaseLost, NotFound
from jynco.model.census import Census
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Failure, Receipt, ReceiptLine
from jynco.model.states import ClipStatus, JobKind, JobState, Lane, Made
from tests.contract.databases import FILM, PROJECT, Subject, broken, document, film, made, motion, pending

NOBODY = JobId("job_render_nobody")


def test_accepted_jobs_are_queued_with_all_that_was_asked(subject: Subject) -> None:
    before = subject.begin("a")[1]
    kept = subject.database.jobs.get(before.job_id)
    assert kept.created_at is not None
    assert replace(kept, created_at=None) == before
    assert subject.clip("a") == pending(before)
    assert subject.changes() == 2


def test_children_may_be_written_before_their_parent(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document())
    subject.database.jobs.accept([motion("b"), motion("a"), film()], [])
    children = subject.database.jobs.children(FILM)
    assert [job.job_id for job in children] == ["job_motion_b", "job_motion_a"]  # the order they came in


def test_what_is_below_several_films_is_read_at_once(subject: Subject) -> None:
    subject.begin("b", "a")
    two, second = ProjectId("proj_two"), JobId("job_render_two")
    subject.database.projects.create(two, {**document(), "projectId": two})
    theirs = replace(motion("c", parent=second), project_id=two)
    subject.database.jobs.accept([replace(film(second), project_id=two), theirs], [pending(theirs)])
    found = subject.database.jobs.children(FILM, second)
    assert [(job.parent_id, job.clip_id) for job in found] == [
        (FILM, "clip_b"),
        (FILM, "clip_a"),
        (second, "clip_c"),
    ]
    rows = subject.database.projects.clips(PROJECT, two)
    assert [(row.project_id, row.clip_id) for row in rows] == [
        (PROJECT, "clip_a"),
        (PROJECT, "clip_b"),
        (two, "clip_c"),
    ]
    assert not subject.database.jobs.children()
    assert not subject.database.projects.clips()


def test_a_film_is_unfinished_below_until_its_last_clip_has_ended(subject: Subject) -> None:
    jobs = subject.database.jobs
    first, second = subject.begin("a", "b")[1:]
    assert jobs.unfinished(FILM)
    jobs.finish_motion(subject.claim(first), made(first))
    assert jobs.unfinished(FILM), "one is left"
    jobs.finish_motion(subject.claim(second), broken(second))
    assert not jobs.unfinished(FILM)
    jobs.accept([motion("c", parent=None)], [])
    assert not jobs.unfinished(FILM), "that clip is nobody's"
    assert not jobs.unfinished(NOBODY)


def test_many_jobs_are_accepted_at_once(subject: Subject) -> None:
    names = [f"{number:04}" for number in range(700)]
    subject.begin(*names)
    assert [job.clip_id for job in subject.database.jobs.children(FILM)] == [f"clip_{name}" for name in names]
    assert len(subject.database.projects.clips(PROJECT)) == 700


def test_a_job_that_exists_refuses_the_whole(subject: Subject) -> None:
    jobs = subject.begin("a")
    with pytest.raises(Conflict):
        subject.database.jobs.accept([motion("b"), jobs[1]], [])
    with pytest.raises(NotFound):
        subject.database.jobs.get(motion("b").job_id)
    assert subject.changes() == 2


def test_a_job_needs_its_project_and_its_parent(subject: Subject) -> None:
    with pytest.raises(NotFound):
        subject.database.jobs.accept([film()], [])
    subject.database.projects.create(PROJECT, document())
    with pytest.raises(NotFound):
        subject.database.jobs.accept([motion("a", parent=NOBODY)], [])
    assert subject.database.jobs.page(None, None, None, 10) == []


def test_other_clips_rows_are_left_alone(subject: Subject) -> None:
    jobs = subject.begin("a", "b")
    subject.database.jobs.finish_motion(subject.claim(jobs[1]), made(jobs[1]))
    subject.database.jobs.accept([], [replace(pending(jobs[2]), attempts=7)])
    assert subject.clip("a").status is ClipStatus.COMPLETED
    assert subject.clip("b").attempts == 7


def test_pages_show_the_newest_first(subject: Subject) -> None:
    subject.begin("a", "b", "c")
    page, jobs = subject.database.jobs.page, subject.database.jobs
    first = page(PROJECT, None, None, 3)
    rest = page(PROJECT, None, first[-1].job_id, 3)
    names = [job.job_id for job in (*first, *rest)]
    assert names == ["job_motion_c", "job_motion_b", "job_motion_a", FILM]
    jobs.cancel(JobId("job_motion_b"))
    assert [job.job_id for job in page(None, JobState.CANCELLED, None, 9)] == ["job_motion_b"]
    assert page(ProjectId("proj_other"), None, None, 9) == []
    assert page(None, None, NOBODY, 9) == []


def test_active_jobs_are_films_and_clips_asked_for_alone(subject: Subject) -> None:
    subject.begin("a")
    subject.database.jobs.accept([motion("b", parent=None)], [])
    assert [job.job_id for job in subject.database.jobs.active(PROJECT)] == [FILM, "job_motion_b"]
    a, b = ClipId("clip_a"), ClipId("clip_b")
    assert subject.database.jobs.active(PROJECT, [a]) == [], "it belongs to a film"
    assert [job.job_id for job in subject.database.jobs.active(PROJECT, [a, b])] == ["job_motion_b"]
    subject.database.jobs.cancel(FILM)
    assert [job.job_id for job in subject.database.jobs.active(PROJECT)] == ["job_motion_b"]


def test_the_census_counts_what_waits_and_what_was_there(subject: Subject) -> None:
    jobs = subject.database.jobs
    assert jobs.census() == Census()
    first, second = subject.begin("a", "b")[1:]
    (clips,) = jobs.census().lines
    assert (clips.kind, clips.lane, clips.waiting) == (
        JobKind.MOTION,
        Lane.NORMAL,
        2,
    )  # the film waits for them
    assert clips.since == jobs.get(first.job_id).created_at
    jobs.finish_motion(subject.claim(first), replace(made(first, "0"), cache_hit=True))
    jobs.finish_motion(subject.claim(second), made(second))
    census = jobs.census()
    assert [(line.kind, line.waiting) for line in census.lines] == [(JobKind.RENDER, 1)]
    assert (census.ready, census.cached, census.hit_rate) == (2, 1, 0.5)


def test_films_of_a_clip_are_found_newest_first(subject: Subject) -> None:
    jobs = subject.database.jobs
    first, other = subject.begin("a", "b")[1:]
    again = replace(motion("again", None), clip_id=ClipId("clip_a"))
    jobs.accept([again], [])
    assert jobs.made(PROJECT, ClipId("clip_a")) == []
    for job in (first, other, again):
        jobs.finish_motion(subject.claim(job), made(job))
    assert [job.job_id for job in jobs.made(PROJECT, ClipId("clip_a"))] == [again.job_id, first.job_id]


def test_a_made_clip_is_written_with_its_job(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    subject.database.jobs.park(claim, 0, refused=True)
    subject.database.jobs.finish_motion(subject.claim(job), made(job))
    ended, clip = subject.database.jobs.get(job.job_id), subject.clip("a")
    assert (ended.state, ended.progress, ended.failure) == (JobState.COMPLETED, 1.0, None)
    assert ended.finished_at is not None
    assert (clip.status, clip.source_file) == (ClipStatus.COMPLETED, "clips/clip_a.mp4")
    assert (clip.attempts, clip.cost_usd, clip.provider) == (2, Decimal("0.25"), "camera")


def test_a_clip_from_the_cache_cost_no_attempt(subject: Subject) -> None:
    job = subject.begin("a")[1]
    hit = replace(made(job, "0"), cache_hit=True)
    subject.database.jobs.finish_motion(subject.claim(job), hit)
    assert (subject.clip("a").cache_hit, subject.clip("a").attempts) == (True, 0)


def test_costs_add_up_over_retries(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.database.jobs.finish_motion(subject.claim(job), replace(broken(job), cost_usd=Decimal("0.1")))
    again = replace(job, job_id=JobId("job_motion_again"))
    subject.database.jobs.accept([again], [replace(subject.clip("a"), job_id=again.job_id)])
    subject.database.jobs.finish_motion(subject.claim(again), made(again, "0.2"))
    assert subject.clip("a").cost_usd == Decimal("0.3")


def test_a_failed_clip_says_why(subject: Subject) -> None:
    job = subject.begin("a")[1]
    outcome = replace(broken(job), failure=Failure("moderated", "Refused: \0\ud83d."))
    subject.database.jobs.finish_motion(subject.claim(job), outcome)
    clip, ended = subject.clip("a"), subject.database.jobs.get(job.job_id)
    assert (clip.status, clip.error_code) == (ClipStatus.FAILED, "moderated")
    assert clip.error_message is not None
    assert clip.error_message.startswith("Refused: \ufffd")
    assert ended.state is JobState.FAILED
    assert ended.failure == outcome.failure


def test_an_edited_clip_is_not_overwritten_by_its_former_self(subject: Subject) -> None:
    job = subject.begin("a")[1]
    claim = subject.claim(job)
    edited = replace(pending(motion("other")), clip_id=ClipId("clip_a"))
    subject.database.jobs.accept([], [edited])
    changes = subject.changes()
    subject.database.jobs.finish_motion(claim, made(job))
    assert subject.clip("a") == edited
    assert subject.database.jobs.get(job.job_id).state is JobState.COMPLETED
    assert subject.changes() == changes  # nothing that the document shows


def test_another_jobs_clip_with_the_same_key_is_used_but_its_failure_is_not(subject: Subject) -> None:
    first = subject.begin("a")[1]
    second = replace(first, job_id=JobId("job_motion_second"))
    third = replace(first, job_id=JobId("job_motion_third"))
    claims = [subject.claim(first)]
    subject.database.jobs.accept([second, third], [pending(third)])
    subject.database.jobs.finish_motion(claims[0], broken(first))
    assert subject.clip("a").status is ClipStatus.PENDING  # the third one still makes it
    subject.database.jobs.finish_motion(subject.claim(second), made(second))
    assert (subject.clip("a").status, subject.clip("a").job_id) == (ClipStatus.COMPLETED, second.job_id)


def test_a_film_ends_with_its_receipt(subject: Subject) -> None:
    job = subject.begin()[0]
    lines = (
        ReceiptLine(ClipId("clip_a"), Made.GENERATED, "camera", "default", Decimal("0.30")),
        ReceiptLine(ClipId("clip_b"), Made.STAND_IN, note="refused: \0"),
    )
    receipt = Receipt(lines, 180, Decimal("0.30"))
    subject.database.jobs.finish_render(
        subject.claim(job), output="exports/film.mp4", receipt=receipt, failure=None
    )
    ended = subject.database.jobs.get(FILM)
    assert (ended.state, ended.progress, ended.output) == (JobState.COMPLETED, 1.0, "exports/film.mp4")
    assert ended.receipt == receipt
    assert subject.events()[-1].payload == {"jobId": FILM, "state": "completed"}


def test_a_film_that_fails_keeps_its_receipt(subject: Subject) -> None:
    job = subject.begin()[0]
    failure = Failure("missing_clips", "clip_a is missing; retry it.", retryable=True)
    receipt = Receipt((ReceiptLine(ClipId("clip_a"), Made.MISSING),), 0)
    subject.database.jobs.finish_render(subject.claim(job), output=None, receipt=receipt, failure=failure)
    ended = subject.database.jobs.get(FILM)
    assert (ended.state, ended.failure, ended.receipt) == (JobState.FAILED, failure, receipt)


def test_cancelling_a_film_ends_what_is_below_it(subject: Subject) -> None:
    jobs = subject.begin("a", "b", "c")
    subject.database.jobs.finish_motion(subject.claim(jobs[1]), made(jobs[1]))
    late = subject.claim(jobs[2])
    assert subject.database.jobs.cancel(FILM).state is JobState.CANCELLED
    states = [job.state for job in subject.database.jobs.children(FILM)]
    assert states == [JobState.COMPLETED, JobState.CANCELLED, JobState.CANCELLED]
    assert [subject.clip(name).status for name in "abc"] == ["completed", "pending", "pending"]
    assert subject.clip("b").job_id is None
    with pytest.raises(LeaseLost):
        subject.database.jobs.finish_motion(late, made(jobs[2]))
    assert subject.clip("b").status is ClipStatus.PENDING


def test_an_ended_job_cannot_be_cancelled(subject: Subject) -> None:
    job = subject.begin("a")[1]
    subject.database.jobs.finish_motion(subject.claim(job), made(job))
    before = subject.events()
    assert subject.database.jobs.cancel(job.job_id).state is JobState.COMPLETED
    assert subject.events() == before
    with pytest.raises(NotFound):
        subject.database.jobs.cancel(NOBODY)
