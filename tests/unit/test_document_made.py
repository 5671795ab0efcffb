"""People's fields and rows: joined, taken apart, and never mixed up."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jynco.document import codec
from jynco.document.checks import faults
from jynco.document.clips import is_footage
from jynco.document.made import join, strip
from jynco.document.schema import schema_faults
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId
from jynco.model.jobs import ClipRow
from jynco.model.states import ClipStatus
from jynco.model.storyboard import Document, Json
from tests.unit.document_samples import at, put, whole

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEY = CacheKey("0" * 64)


def row(clip_id: str, status: ClipStatus = ClipStatus.COMPLETED, **fields: str) -> ClipRow:
    return ClipRow(
        project_id=ProjectId("proj_valley"),
        clip_id=ClipId(clip_id),
        status=status,
        job_id=JobId(fields["job"]) if "job" in fields else None,
        cache_key=CacheKey(fields["key"]) if "key" in fields else None,
        source_file=fields.get("file"),
        error_message=fields.get("error"),
    )


ROWS = {
    ClipId("clip_a"): row("clip_a", job="job_motion_1", key=KEY, file="clips/a.mp4"),
    ClipId("clip_b"): row("clip_b", ClipStatus.FAILED, job="job_motion_2", error="refused"),
    ClipId("clip_c"): row("clip_c", file="footage/c.mp4"),
}

# --- any valid document with anything unknown in every object ----------------------------------------

quick = settings(max_examples=40, deadline=None)
unknown: st.SearchStrategy[dict[str, Json]] = st.dictionaries(
    st.text(min_size=1).map(lambda name: f"x-{name}"),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
        max_leaves=4,
    ),
    max_size=2,
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    handful = cycle(draw(st.lists(unknown, min_size=1, max_size=3)))

    def strewn(value: Json) -> Json:
        if isinstance(value, list):
            return [strewn(item) for item in value]
        if isinstance(value, dict):
            return {name: strewn(item) for name, item in value.items()} | next(handful)
        return value

    document = strewn(whole())
    assert isinstance(document, dict)
    for name in draw(st.sets(st.sampled_from(["layers", "metadata"]))):
        del document[name]
    return document


statuses = st.sampled_from(list(ClipStatus))
texts = st.none() | st.text(min_size=1)
keys = st.none() | st.just(KEY)
jobs = st.none() | st.just(JobId("job_motion_1"))
rows = st.fixed_dictionaries(
    {},
    optional={
        ClipId(name): st.builds(
            ClipRow,
            project_id=st.just(ProjectId("proj_valley")),
            clip_id=st.just(ClipId(name)),
            status=statuses,
            job_id=jobs,
            cache_key=keys,
            source_file=st.none() | st.just("clips/x.mp4"),
            error_message=texts,
        )
        for name in ("clip_a", "clip_b", "clip_c")
    },
)


@quick
@given(documents())
def test_unknown_fields_survive_the_file(document: Document) -> None:
    assert faults(document) == []
    assert json.dumps(codec.loads(codec.dumps(document))) == json.dumps(document)


@quick
@given(documents(), rows)
def test_unknown_fields_survive_the_rows(document: Document, made: dict[ClipId, ClipRow]) -> None:
    wishes = strip(document, made)
    published = join(wishes, made, updated_at=NOON)
    assert schema_faults(published) == []
    assert strip(published, made) == wishes
    assert wishes == strip(wishes, made)
    without = {name: value for name, value in wishes.items() if name not in {"metadata", "timeline"}}
    assert without == {
        name: value for name, value in document.items() if name not in {"metadata", "timeline"}
    }
    assert _peoples(_clips(published)) == _peoples(_clips(document))


@quick
@given(documents(), rows)
def test_nothing_is_changed_in_place(document: Document, made: dict[ClipId, ClipRow]) -> None:
    before = copy.deepcopy(document)
    join(document, made, updated_at=NOON)
    strip(document, made)
    assert document == before


def _peoples(clips: Iterable[dict[str, Json]]) -> list[dict[str, Json]]:
    made = {"status", "jobId", "cacheKey", "errorMessage", "sourceFile"}
    return [{name: value for name, value in clip.items() if name not in made} for clip in clips]


def _clips(document: Document) -> list[dict[str, Json]]:
    timeline = document["timeline"]
    assert isinstance(timeline, list)
    return [clip for clip in timeline if isinstance(clip, dict)]


# --- what goes where ------------------------------------------------------------------------------------


def test_what_was_made_is_published() -> None:
    first, second, third = _clips(join(whole(), ROWS, updated_at=NOON))
    assert (first["status"], first["jobId"]) == ("completed", "job_motion_1")
    assert (first["sourceFile"], first["cacheKey"]) == ("clips/a.mp4", KEY)
    assert "errorMessage" not in first
    assert (second["status"], second["errorMessage"]) == ("failed", "refused")
    assert "sourceFile" not in second
    assert third["sourceFile"] == "footage/c.mp4"
    assert is_footage(third)


def test_without_rows_all_is_pending() -> None:
    document = put("/timeline/0/status", "completed")
    put("/timeline/0/cacheKey", "foreign", document)
    put("/timeline/0/sourceFile", "/foreign.mp4", document)
    first = _clips(join(document, {}, updated_at=NOON))[0]
    assert first["status"] == "pending"
    assert not {"cacheKey", "sourceFile"} & set(first)


def test_an_empty_source_file_stays_where_it_was() -> None:
    assert _clips(strip(whole(), {}))[0]["sourceFile"] is None
    assert list(_clips(join(whole(), {}, updated_at=NOON))[0]) == list(_clips(whole())[0])


def test_a_made_film_does_not_become_footage_when_its_prompt_is_taken_out() -> None:
    published = join(whole(), ROWS, updated_at=NOON)
    first = _clips(published)[0]
    for name in ("motionPrompt", "cacheKey", "jobId"):
        del first[name]
    assert "sourceFile" not in _clips(strip(published, ROWS))[0]


def test_footage_never_gets_the_marks_of_making() -> None:
    made = {ClipId("clip_c"): row("clip_c", job="job_motion_9", key=KEY, file="clips/other.mp4")}
    clip = _clips(join(whole(), made, updated_at=NOON))[2]
    assert is_footage(clip)
    assert clip["sourceFile"] == "footage/c.mp4"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2026-01-31T12:00:00.000Z"),
        (
            datetime(2026, 1, 31, 12, 0, 0, 5999, tzinfo=timezone(timedelta(hours=5))),
            "2026-01-31T07:00:00.005Z",
        ),
    ],
)
def test_the_moment_is_written_in_utc(moment: datetime, text: str) -> None:
    published = join(whole(), {}, updated_at=moment)
    assert at(published, "/metadata/updatedAt") == text
    assert at(published, "/metadata/createdAt") == "2026-01-31T12:00:00Z"
    assert "updatedAt" not in json.dumps(strip(published, {}))
