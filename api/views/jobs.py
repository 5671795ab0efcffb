"""Jobs as people see them over HTTP: the words of ``jynco.agents.report``, with addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.views import links
from jynco.agents.report import job_reports
from jynco.model.jobs import Job
from jynco.model.states import JobKind, JobState
from jynco.model.storyboard import Json
from jynco.ports import Database


def jobs(database: Database, rows: Sequence[Job]) -> list[dict[str, Json]]:
    """Jobs with their clips, and where the output of each is once there is one. However many: three questions."""
    reports = job_reports(database, rows)
    return [_shown(row, report) for row, report in zip(rows, reports, strict=True)]


def job(database: Database, row: Job) -> dict[str, Json]:
    """One job, as ``jobs`` shows it."""
    return jobs(database, [row])[0]


def _shown(row: Job, report: Mapping[str, Json]) -> dict[str, Json]:
    finished = row.output is not None or (row.kind is JobKind.MOTION and row.state is JobState.COMPLETED)
    return {**report, "outputUrl": links.output(row.job_id) if finished else None, "links": _around(row)}


def accepted(first: Job, clips: Sequence[Job], queue_position: int | None) -> dict[str, Json]:
    """The answer to a request for work: ``first`` is the job to follow, ``clips`` those of the clips."""
    return {
        "jobId": first.job_id,
        "projectId": first.project_id,
        "kind": str(first.purpose),
        "priority": str(first.lane),
        "state": str(first.state),
        "queuePosition": queue_position,
        "jobs": [_clip(clip) for clip in clips],
        "links": _around(first),
    }


def _clip(row: Job) -> Json:
    return {"jobId": row.job_id, "clipId": row.clip_id, "state": str(row.state), "links": _around(row)}


def _around(row: Job) -> Json:
    playing = links.stream(row.job_id) if row.kind is JobKind.RENDER else {}
    return {**links.around_job(row.job_id, row.project_id, row.parent_id), **playing}
