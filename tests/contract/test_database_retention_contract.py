"""What the rows say to those who clear away."""

from __future__ import annotations

from dataclasses import replace

from jynco.model.ids import CacheKey
from jynco.model.states import GenerationState
from tests.contract.databases import FILM, LEASE, PROJECT, Subject, document, made, motion, pending, shot

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
