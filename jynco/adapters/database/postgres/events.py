"""A project's row as the gate of its changes, and the events that tell of them.

Whatever changes more than a lease takes the project's row first. So changes of one project happen one after
the other: nothing deadlocks, and event ids are committed in their order, so that a reader who asks for
"everything after 41" can never miss a 40 that came late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from jynco.adapters.database import payloads
from jynco.adapters.database.postgres.tables import NOW, events, jobs, projects
from jynco.errors import NotFound
from jynco.model.ids import JobId, ProjectId
from jynco.model.jobs import ClipRow
from jynco.model.states import JobState
from jynco.model.storyboard import Json


def hold(connection: Connection, job_id: JobId) -> tuple[ProjectId, JobState] | None:
    """Take the row of the job's project until the transaction ends; the job's state then stays as it is."""
    project = select(jobs.c.project_id).where(jobs.c.job_id == job_id).scalar_subquery()
    lock = (
        select(projects.c.project_id).where(projects.c.project_id == project).with_for_update(key_share=True)
    )
    project_id = connection.scalar(lock)
    state = connection.scalar(select(jobs.c.state).where(jobs.c.job_id == job_id))
    return None if project_id is None or state is None else (ProjectId(project_id), JobState(state))


# Made once: to put a statement together anew takes as long as to ask it.
_TOUCH: Final = (
    update(projects)
    .where(projects.c.project_id == bindparam("touched"))
    .values(changes=projects.c.changes + 1, updated_at=NOW)
)
_TELL: Final = insert(events)
_TOUCH_OWN: Final = _TOUCH.where(projects.c.tenant == bindparam("whose"))


def touch(connection: Connection, project_id: ProjectId, tenant: str | None = None) -> None:
    """Count one more change, for the mirror to catch up with. NotFound, also where it is not the ``tenant``'s."""
    counted, whose = (_TOUCH, {}) if tenant is None else (_TOUCH_OWN, {"whose": tenant})
    if not connection.execute(counted, {"touched": project_id, **whose}).rowcount:
        raise missing_project(project_id)


def missing_project(project_id: ProjectId) -> NotFound:
    """The sentence for a project that is not there."""
    return NotFound(f"There is no project {project_id}; create it first, or check its id.")


def tell(connection: Connection, project_id: ProjectId, kind: str, *told: Mapping[str, Json]) -> None:
    """Write one event of ``kind`` for each payload."""
    say(connection, [{"project_id": project_id, "kind": kind, "payload": payload} for payload in told])


def say(connection: Connection, told: Sequence[Mapping[str, object]]) -> None:
    """Write these rows of ``events``, in their order."""
    if told:
        connection.execute(_TELL, told if len(told) > 1 else told[0])


def tell_jobs(connection: Connection, project_id: ProjectId, job_ids: Sequence[str], state: JobState) -> None:
    """Say that these jobs have come to ``state``."""
    tell(connection, project_id, "job", *(payloads.of_job(job_id, state) for job_id in job_ids))


def tell_clips(connection: Connection, changed: Sequence[ClipRow]) -> None:
    """Say that these clips of one project have changed, and let the mirror follow."""
    if changed:
        touch(connection, changed[0].project_id)
        tell(connection, changed[0].project_id, "clip", *map(payloads.of_clip, changed))
