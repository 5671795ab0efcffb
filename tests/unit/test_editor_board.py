"""What the editor says of the job that is at work: never that clips are missing while the film is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from api.editor.board import Board, Card, Span
from jynco.document.view import storyboard
from jynco.model.ids import JobId
from jynco.model.jobs import ClipRow, Job, Project
from jynco.model.states import ClipStatus, JobKind, JobState, Lane, Purpose
from tests.unit.test_interchange_writing import board as document
from tests.unit.test_interchange_writing import clip

STORY = storyboard(document(clip("a", 2), clip("b", 2)))
FILM = Job(
    JobId("job_render_1"),
    STORY.project_id,
    JobKind.RENDER,
    Purpose.PREVIEW,
    Lane.HIGH,
    "once",
    state=JobState.RUNNING,
    options={"frames": 96},
)
CLIPS = replace(FILM, job_id=JobId("job_motion_1"), kind=JobKind.MOTION, purpose=Purpose.CLIPS)
MADE, MAKING, FAILED = ClipStatus.COMPLETED, ClipStatus.GENERATING, ClipStatus.FAILED


def seen(states: Sequence[ClipStatus], *active: Job) -> Board:
    cards = [
        Card(
            number,
            clip,
            ClipRow(STORY.project_id, clip.clip_id, status=state),
            Span(Fraction(0), Fraction(2)),
            None,
        )
        for number, (clip, state) in enumerate(zip(STORY.clips, states, strict=True), 1)
    ]
    day = datetime(2026, 1, 1, tzinfo=UTC)
    project = Project(STORY.project_id, {}, 1, 1, 1, day, day)
    return Board(project, STORY, tuple(cards), Fraction(4), active, active, {})


@pytest.mark.parametrize(
    ("states", "active", "told"),
    [
        ((MADE, MAKING), [FILM], "Making the preview: 1 of 2 clips ready"),
        ((MADE, MADE), [FILM], "Making the preview out of its clips"),
        (
            (MADE, FAILED),
            [replace(FILM, progress=0.25)],
            "Making the preview out of its clips: 24 of 96 frames",
        ),
        ((MADE, MAKING), [replace(FILM, purpose=Purpose.FINAL)], "Making the film: 1 of 2 clips ready"),
        ((MADE, MAKING), [CLIPS, CLIPS], "Making clips: 1 of 2 clips ready"),
        (
            (MADE, MAKING),
            [replace(CLIPS, clip_id=STORY.clips[1].clip_id)],
            "Making a clip: 1 of 2 clips ready",
        ),
        ((MADE, MADE), [], ""),
    ],
)
def test_what_is_being_done(states: Sequence[ClipStatus], active: list[Job], told: str) -> None:
    assert seen(states, *active).doing == told
