"""``status``, ``retry``, ``edit``, ``cancel`` and ``delete``: what the HTTP API does, from here."""

from __future__ import annotations

from pathlib import Path

import click

from config.settings import read
from jynco.agents.architect import Started
from jynco.agents.report import job_report
from jynco.bootstrap import House
from jynco.cli import exits, options, remote
from jynco.cli.follow import follow
from jynco.cli.home import WORKERS, house, patience
from jynco.cli.speech import Speech
from jynco.errors import NotFound, UsageWrong
from jynco.model.ids import ClipId, JobId, is_clip_id, is_job_id
from jynco.model.jobs import Job
from jynco.model.states import JobState


@click.command()
@click.argument("job")
@options.common
@remote.instead(remote.status)
def status(job: str, data: Path | None, as_json: bool) -> int:
    """How JOB is doing."""
    speech, job_id = Speech.create(as_json), _job(job)
    with house(read(data=data), speech) as home:
        found = home.database.jobs.get(job_id)
        speech.answer(_lines(found), job_report(home.database, found))
    return exits.FAILED if found.state in {JobState.FAILED, JobState.CANCELLED} else exits.DONE


@click.command()
@click.argument("project")
@click.argument("clip")
@options.consent
@options.common
@remote.instead(remote.retry)
def retry(
    project: str, clip: str, pay_again: bool, failover_moderated: bool, data: Path | None, as_json: bool
) -> int:
    """Make CLIP of PROJECT once more, after it failed."""
    speech, settings = Speech.create(as_json), read(data=data)
    project_id, clip_id = options.project(project), _clip(clip)
    with house(settings, speech, WORKERS) as home:
        started = home.architect.retry(
            project_id, clip_id, pay_again=pay_again, failover_moderated=failover_moderated
        )
        return _make(home, started, speech, patience(settings))


@click.command()
@click.argument("project")
@click.argument("clip")
@click.option("--prompt", required=True, help="The new motion prompt.")
@options.common
@remote.instead(remote.edit)
def edit(project: str, clip: str, prompt: str, data: Path | None, as_json: bool) -> int:
    """Change the prompt of CLIP, and make it."""
    speech, settings = Speech.create(as_json), read(data=data)
    project_id, clip_id = options.project(project), _clip(clip)
    with house(settings, speech, WORKERS) as home:
        home.storyboard.edit_clip(project_id, clip_id, {"motionPrompt": prompt})
        speech.say("A copy of the storyboard elsewhere keeps its old prompt: write the new one there, too.")
        return _make(home, home.architect.retry(project_id, clip_id), speech, patience(settings))


@click.command()
@click.argument("job")
@options.common
@remote.instead(remote.cancel)
def cancel(job: str, data: Path | None, as_json: bool) -> int:
    """End JOB and the clips that are made for it."""
    speech, job_id = Speech.create(as_json), _job(job)
    with house(read(data=data), speech) as home:
        from workers import dispatch

        ended = home.architect.cancel(job_id)
        dispatch.withdraw()
        speech.answer(f"{ended.job_id} is {ended.state}", job_report(home.database, ended))
    return exits.DONE if ended.state is JobState.CANCELLED else exits.FAILED


@click.command()
@click.argument("project")
@options.common
@remote.instead(remote.delete)
def delete(project: str, data: Path | None, as_json: bool) -> int:
    """Remove PROJECT with its films, and end its jobs. Paid clips stay in the cache."""
    speech, project_id = Speech.create(as_json), options.project(project)
    with house(read(data=data), speech) as home:
        from workers import dispatch

        home.architect.delete(project_id)
        dispatch.withdraw()
        speech.answer(f"{project_id} is deleted", {"projectId": project_id, "deleted": True})
    return exits.DONE


def _make(home: House, started: Started, speech: Speech, patience: float) -> int:
    from workers import dispatch

    dispatch.start(started)
    job = follow(home, started.first.job_id, speech, patience)
    home.storyboard.publish(job.project_id)
    if job.failure is not None:
        speech.say(f"jynco: {job.clip_id} failed: {job.failure.message}")
    speech.answer(f"{job.clip_id} is {job.state}", job_report(home.database, job))
    return exits.DONE if job.state is JobState.COMPLETED else exits.FAILED


def _lines(job: Job) -> str:
    lines = [f"{job.job_id} ({job.purpose} of {job.project_id}): {job.state}, {job.progress:.0%}"]
    if job.failure is not None:
        lines.append(job.failure.message)
    if job.receipt is not None:
        lines += [
            f"  {line.clip_id}: {line.made}{f' ({line.note})' if line.note else ''}"
            for line in job.receipt.lines
        ]
    return "\n".join(lines)


def _job(text: str) -> JobId:
    if not is_job_id(text):
        raise UsageWrong(f"'{text}' is not a job: jobs are called job_render_... or job_motion_....")
    return JobId(text)


def _clip(text: str) -> ClipId:
    if not is_clip_id(text):
        raise NotFound(f"'{text}' is not a clip: clips are called clip_....")
    return ClipId(text)
