"""Jobs: started, followed, cancelled; and the film at their end."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from api import cursors, media, patience, quotas, starts
from api.answers import told
from api.reading import reading
from api.routing import Answer, Routes
from api.schemas.asked import JobAsked, JobsAsked, Page
from api.schemas.jobs import AcceptedTold, JobsTold, JobTold
from api.views.jobs import job as view
from api.views.jobs import jobs as views
from jynco.agents import layout
from jynco.errors import Conflict, NotFound
from jynco.model.ids import JobId, ProjectId, is_job_id
from jynco.model.jobs import Job
from jynco.model.plan import Wishes
from jynco.model.states import JobKind, JobState
from jynco.model.storyboard import Json
from workers import dispatch
from workers.house import house

routes = Routes("jobs", "A job is a film or a clip that is being made. Every accepted job ends.")
PATH = "/v1/jobs/<job:job_id>"
FILM = {"type": "string", "contentMediaType": "video/mp4"}


@routes.route(
    "POST",
    "/v1/projects/<project:project_id>/jobs",
    body=JobAsked,
    answer=Answer(AcceptedTold, 202, headers=("Location", "Retry-After")),
    takes=(patience.HEADER,),
    errors=(400, 404, 409, 413, 415, 422),
    idempotent=True,
)
def start_job(project_id: ProjectId, body: Wishes) -> ResponseReturnValue:
    """Make a preview, the film, or only clips

    The same film asked for twice while it is being made is one job.
    """
    quotas.one_more_job()
    return starts.ring(house().architect.start(project_id, body))


@routes.route("GET", "/v1/jobs", query=JobsAsked, answer=Answer(JobsTold), errors=(422,))
def list_jobs(query: Page) -> ResponseReturnValue:
    """List jobs, the newest first"""
    after = JobId(cursors.decode(query.cursor, is_job_id)) if query.cursor else None
    database = reading()
    found = database.jobs.page(query.project_id, query.state, after, query.limit + 1)
    items: list[Json] = [*views(database, found[: query.limit])]
    return told({"items": items, "nextCursor": cursors.behind(found, query.limit, lambda row: row.job_id)})


@routes.route("GET", PATH, answer=Answer(JobTold), takes=(patience.HEADER,), errors=(404,))
def get_job(job_id: JobId) -> ResponseReturnValue:
    """Follow a job

    `Prefer: wait=10` answers when it has ended, or after ten seconds; 30 at most.
    """
    return told(_view(patience.awaited(house().database.jobs.get(job_id))))


@routes.route("DELETE", PATH, answer=Answer(JobTold), errors=(404,))
def cancel_job(job_id: JobId) -> ResponseReturnValue:
    """Cancel a job and the clips below it

    A job that has ended stays as it is. Vendors are told to stop; what they bill all the same is in the costs.
    """
    ended = house().architect.cancel(job_id)
    dispatch.withdraw()
    dispatch.announce()
    return told(_view(ended))


@routes.route(
    "GET",
    f"{PATH}/output",
    answer=Answer(FILM, content_type="video/mp4", headers=("ETag", "Accept-Ranges", "Content-Disposition")),
    takes=("Range", "If-None-Match"),
    errors=(404, 409, 416),
)
def get_output(job_id: JobId) -> ResponseReturnValue:
    """Download the film, or the clip, that a job has made

    409 while it is being made, 404 when it made none, 302 to an address in the bucket where films lie in one.
    """
    here = house()
    job = here.database.jobs.get(job_id)
    key = job.output or _clip(job)
    return media.hand_out(here.quartermaster, key, media.made_type(key), job.clip_id or job.project_id)


def _clip(job: Job) -> str:
    if not job.state.terminal:
        raise Conflict(f"{job.job_id} is {job.state}: ask again when it has ended.")
    if (
        job.kind is JobKind.RENDER
        or job.state is not JobState.COMPLETED
        or job.shot is None
        or job.clip_id is None
    ):
        raise NotFound(f"{job.job_id} is {job.state} and has made no film" + _why(job))
    return layout.inside(job.project_id, layout.generated(job.clip_id, job.shot.key))


def _why(job: Job) -> str:
    return f": {job.failure.message}" if job.failure else "."


def _view(row: Job) -> dict[str, Json]:
    return view(house().database, row)
