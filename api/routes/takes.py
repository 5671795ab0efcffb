"""Takes of a clip: all that was made of it, one of them picked; and the clip that goes on from its last frame."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from flask.typing import ResponseReturnValue

from api import quotas, starts
from api.answers import moment, told
from api.routing import Answer, Routes
from api.schemas.asked import Retry, RetryAsked
from api.schemas.jobs import AcceptedTold
from api.schemas.takes import ContinueAsked, ContinuedTold, PickedTold, TakesTold
from api.views import links
from jynco.agents.motion.outcomes import shot_of
from jynco.agents.report import dollars
from jynco.agents.takes import Take
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.storyboard import Json
from workers.house import house

routes = Routes("takes", "Takes of a clip: nothing that was made is lost.")
PATH: Final = "/v1/projects/<project:project_id>/clips/<clip:clip_id>"


@routes.route("GET", f"{PATH}/takes", answer=Answer(TakesTold), errors=(404,))
def list_takes(project_id: ProjectId, clip_id: ClipId) -> ResponseReturnValue:
    """What was made of a clip, the newest first"""
    return told({"items": [_told(take) for take in house().takes.of(project_id, clip_id)]})


@routes.route(
    "POST",
    f"{PATH}/takes",
    body=RetryAsked,
    answer=Answer(AcceptedTold, 202, headers=("Location", "Retry-After")),
    errors=(400, 404, 409, 413, 415, 422),
    idempotent=True,
)
def make_take(project_id: ProjectId, clip_id: ClipId, body: Retry) -> ResponseReturnValue:
    """Make another take: the same words with another seed

    The takes before it are kept. It costs what the clip costs.
    """
    quotas.one_more_job()
    takes = house().takes
    return starts.ring(takes.another(project_id, clip_id, **asdict(body)))


@routes.route(
    "POST",
    f"{PATH}/takes/<job:take_id>/pick",
    answer=Answer(PickedTold),
    errors=(404, 409, 422),
)
def pick_take(project_id: ProjectId, clip_id: ClipId, take_id: JobId) -> ResponseReturnValue:
    """Show this take again; nothing is paid

    The words that it was made from come back with it.
    """
    project = house().takes.pick(project_id, clip_id, take_id)
    return told({"projectId": project_id, "clipId": clip_id, "takeId": take_id, "revision": project.revision})


@routes.route(
    "POST",
    f"{PATH}/continue",
    body=ContinueAsked,
    answer=Answer(ContinuedTold),
    errors=(400, 404, 409, 413, 415, 422),
    idempotent=True,
)
def continue_clip(project_id: ProjectId, clip_id: ClipId, body: bool) -> ResponseReturnValue:
    """Begin the next clip with this one's last frame

    Behind the last clip, and before footage, a new clip is put in.
    """
    sequel = house().continuing.after(project_id, clip_id, insert=body)
    return told(
        {
            "projectId": project_id,
            "clipId": sequel.clip_id,
            "sourceImage": sequel.source_image,
            "revision": sequel.project.revision,
        }
    )


def _told(take: Take) -> dict[str, Json]:
    job, shot = take.job, shot_of(take.job)
    return {
        "takeId": job.job_id,
        "picked": take.picked,
        "provider": shot.provider,
        "model": shot.model,
        "prompt": shot.prompt,
        "seed": shot.seed,
        "seconds": float(shot.rate.seconds(shot.frames)),
        "usd": None if take.usd is None else dollars(take.usd),
        "madeAt": moment(job.finished_at) if job.finished_at else None,
        "outputUrl": links.output(job.job_id),
    }
