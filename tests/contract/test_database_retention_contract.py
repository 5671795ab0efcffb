"""What the rows say to those who clear away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from jynco.model.ids import CacheKey, JobId
from jynco.model.states import GenerationState
from tests.contract.databases import (
    FILM,
    LEASE,
    PROJECT,
    Subject,
    broken,
    document,
    film,
    made,
    motion,
    pending,
    shot,
)

NOBODYS = CacheKey("f" * 64)


def test_a_clip_that_a_project_shows_is_used(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document())
    row = replace(pending(motion("a")), cache_key=shot("a").key)
    subject.database.jobs.accept([], [row])
    used = subject.database.retention.used([shot("a").key, shot("b").key, NOBODYS])
    assert used == {shot("a").key}
    assert subject.database.retention.used([]) == frozenset()


def test_what_was_ordered_for_a_project_is_used_until_that_is_gone(subject: Subject) -> None:
    subject.begin("a")
    row = subject.database.ledger.take(shot("a").key, motion("a"), "w", LEASE)
    assert row is not None
    assert subject.database.retention.used([shot("a").key]) == {shot("a").key}
    subject.database.ledger.advance(row, GenerationState.FAILED)
    subject.database.projects.delete(PROJECT)
    assert subject.database.retention.used([shot("a").key]) == frozenset()


def test_it_is_known_since_when_somebody_works(subject: Subject) -> None:
    assert subject.database.retention.busy_since() is None
    film, clip = subject.begin("a")
    since = subject.database.retention.busy_since()
    assert since == min(
        job.created_at for job in subject.database.jobs.page(None, None, None, 9) if job.created_at
    )
    subject.database.jobs.finish_motion(subject.claim(clip), made(clip))
    assert subject.database.retention.busy_since() == subject.database.jobs.get(film.job_id).created_at
    subject.database.jobs.cancel(FILM)
    assert subject.database.retention.busy_since() is None


def jobs(subject: Subject) -> set[str]:
    return {str(job.job_id) for job in subject.database.jobs.page(None, None, None, 99)}


def later(days: float = 1.0) -> datetime:
    """Some days from now: whatever has ended has done so before."""
    return datetime.now(UTC) + timedelta(days=days)


def cancelled(subject: Subject, *names: str) -> list[JobId]:
    """Films that people did not want after all, the oldest first."""
    made = [film(f"job_render_{name}") for name in names]
    for job in made:
        subject.database.jobs.accept([job], [])
        subject.database.jobs.cancel(job.job_id)
    return [job.job_id for job in made]


def test_of_films_that_ended_long_ago_the_newest_stays(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document())
    old, mid, new = cancelled(subject, "old", "mid", "new")
    rows = subject.database.retention
    first, second = rows.ended(later(), None, None, 9)
    assert (first.job_id, second.job_id, first.project_id) == (old, mid, PROJECT)
    assert first.size > 0
    assert rows.ended(later(), None, first, 9) == [second]
    assert rows.ended(later(), None, None, 1) == [first]
    assert rows.ended(later(-1), None, None, 9) == []
    assert rows.forget_jobs(later(-1), [old, mid, new]) == 0
    assert rows.forget_jobs(later(), [old, mid, new]) == 2
    assert jobs(subject) == {new}


def test_a_film_s_job_goes_with_what_failed_below_it_and_leaves_the_takes(subject: Subject) -> None:
    lake, shore, reeds = subject.begin("shore", "reeds")
    subject.database.jobs.finish_motion(subject.claim(shore), made(shore))
    subject.database.jobs.finish_motion(subject.claim(reeds), broken(reeds))
    subject.database.jobs.finish_render(
        subject.claim(lake), output="exports/lake.mp4", receipt=None, failure=None
    )
    cancelled(subject, "newer")
    rows, clip = subject.database.retention, replace(pending(reeds), job_id=None)
    subject.database.jobs.accept([], [clip])  # the film's clip was edited since: nobody shows that job now
    assert rows.ended(later(), None, None, 9) == []  # its film may be there
    assert [job.job_id for job in rows.ended(later(), later(), None, 9)] == [lake.job_id]
    assert rows.forget_jobs(later(), [lake.job_id, shore.job_id]) == 1
    assert jobs(subject) == {shore.job_id, "job_render_newer"}
    assert subject.database.jobs.get(shore.job_id).parent_id is None
    (take,) = subject.database.jobs.made(PROJECT, pending(shore).clip_id)
    assert take.job_id == shore.job_id


def test_what_goes_on_and_what_a_clip_shows_is_not_forgotten(subject: Subject) -> None:
    lake, shore = subject.begin("shore")
    subject.database.jobs.finish_motion(subject.claim(shore), broken(shore))
    alone, after = motion("alone", None), motion("after", None)
    subject.database.jobs.accept([alone, after], [pending(alone), pending(after)])
    subject.database.jobs.finish_motion(subject.claim(alone), broken(alone))
    rows = subject.database.retention
    everything = [lake.job_id, shore.job_id, alone.job_id, after.job_id]
    assert rows.forget_jobs(later(), everything) == 0  # a clip shows why it failed
    assert jobs(subject) == set(everything)
    subject.database.jobs.accept([], [replace(pending(alone), job_id=None)])
    assert rows.forget_jobs(later(), everything) == 1
    assert jobs(subject) == set(everything) - {alone.job_id}


def test_old_events_are_forgotten_a_few_at_a_time(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document())
    cancelled(subject, "a", "b")
    told = subject.events()
    rows = subject.database.retention
    assert rows.told(later()) == len(told) > 3
    assert (rows.told(later(-1)), rows.forget_events(later(-1), 9)) == (0, 0)
    assert rows.forget_events(later(), 2) == 2
    assert subject.events() == told[2:]
    assert rows.forget_events(later(), 99) == len(told) - 2
    cancelled(subject, "c")
    assert subject.events()[0].event_id > told[-1].event_id
