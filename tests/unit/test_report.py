"""A job as people see it: honest about what runs, what was cancelled and what it cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from jynco.agents.report import dollars, frames, job_report
from jynco.model.jobs import Job, Receipt
from jynco.model.states import JobState
from tests.contract.databases import Subject, in_memory, made


@pytest.fixture
def subject() -> Subject:
    return in_memory()


def told(subject: Subject, job: Job) -> dict[str, Any]:
    return dict(job_report(subject.database, subject.database.jobs.get(job.job_id)))


def test_a_film_runs_once_its_first_clip_does(subject: Subject) -> None:
    film, first, _ = subject.begin("a", "b")
    assert (told(subject, film)["state"], told(subject, film)["startedAt"]) == ("queued", None)
    claim = subject.claim(first)
    assert told(subject, film)["state"] == "running"
    began = told(subject, film)["startedAt"]
    assert began is not None
    subject.database.jobs.finish_motion(claim, made(first))
    subject.claim(film)
    assert (told(subject, film)["state"], told(subject, film)["startedAt"]) == ("running", began)


def test_a_cancelled_clip_is_pending_and_says_so(subject: Subject) -> None:
    film, clip = subject.begin("a")
    subject.claim(clip)
    subject.database.jobs.cancel(film.job_id)
    shown = told(subject, clip)
    assert shown["state"] == told(subject, film)["state"] == "cancelled"
    assert shown["clips"][0]["status"] == "pending"
    assert "cancelled" in shown["clips"][0]["errorMessage"]


def test_money_is_spelled_alike(subject: Subject) -> None:
    clip = subject.begin("a")[1]
    subject.database.jobs.finish_motion(subject.claim(clip), made(clip, "0.250000"))
    assert told(subject, clip)["clips"][0]["costUsd"] == "0.25"
    spelled = {text: dollars(Decimal(text)) for text in ("0", "0.000000", "100", "1E+2", "0.10", "12.000001")}
    assert [*spelled.values()] == ["0", "0", "100", "100", "0.1", "12.000001"]


def test_a_film_counts_its_frames(subject: Subject) -> None:
    film, clip = subject.begin("a")
    assert (told(subject, clip)["framesDone"], told(subject, clip)["framesDue"]) == (None, None)
    counting = replace(subject.database.jobs.get(film.job_id), options={"frames": 1410}, progress=0.7)
    assert frames(counting) == (987, 1410)
    ended = replace(counting, state=JobState.COMPLETED, receipt=Receipt((), 1400))
    assert frames(ended) == (1400, 1400)
