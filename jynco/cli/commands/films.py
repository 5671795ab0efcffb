"""``render`` and ``demo``: a document in, a film out."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from config.settings import read
from jynco.agents.report import job_report
from jynco.bootstrap import House
from jynco.cli import exits, options, remote
from jynco.cli import paper as papers
from jynco.cli.follow import follow
from jynco.cli.home import ROOT, WORKERS, house, patience
from jynco.cli.speech import Speech
from jynco.compose.encoder import Container, container_for
from jynco.compose.preview import CONTAINER
from jynco.document import files
from jynco.errors import StorageFull, UsageWrong
from jynco.model.jobs import Job
from jynco.model.plan import Wishes
from jynco.model.states import JobState, Lane, Made, OnMissing, Purpose
from jynco.model.storyboard import Codec, Json

_CONTAINERS: Final = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mp4", ".webm": "webm"}


@click.command()
@click.argument("storyboard", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The film (default: beside it, <projectId>.mp4).",
)
@click.option("--preview", is_flag=True, help="A smaller, faster film, in front of everything else.")
@click.option("--write-back", is_flag=True, help="Mirror statuses and files into STORYBOARD itself.")
@options.policy
@options.spending
@options.making
@options.common
@remote.instead(remote.render)
def render(
    storyboard: Path,
    out: Path | None,
    preview: bool,
    write_back: bool,
    on_missing: str | None,
    budget: str | None,
    pay_again: bool,
    failover_moderated: bool,
    provider: str | None,
    priority: str | None,
    data: Path | None,
    as_json: bool,
) -> int:
    """Make the film of STORYBOARD. Clips that were made before are not made, or paid for, again."""
    purpose = Purpose.PREVIEW if preview else Purpose.FINAL
    wishes = Wishes(
        purpose=purpose,
        lane=Lane(priority) if priority else Lane.HIGH if preview else Lane.NORMAL,
        on_missing=OnMissing(on_missing or OnMissing.BLOCK),
        provider=provider,
        budget_usd=options.dollars(budget),
        pay_again=pay_again,
        failover_moderated=failover_moderated,
    )
    return make(storyboard, out, wishes, data, Speech.create(as_json), write_back=write_back)


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("demo.mp4"), help="The film."
)
@options.common
def demo(out: Path, data: Path | None, as_json: bool) -> int:
    """Make a film of examples/: five painted places, a title, a sound bed."""
    speech = Speech.create(as_json)
    return make(ROOT / "examples" / "storyboard.json", out, Wishes(provider="camera"), data, speech)


def make(
    storyboard: Path,
    out: Path | None,
    wishes: Wishes,
    data: Path | None,
    speech: Speech,
    *,
    write_back: bool = False,
) -> int:
    """From a document on disk to a film on disk; returns the exit code."""
    settings = read(data=data)
    paper = papers.check(storyboard, settings, wishes.provider)
    kind = _kind(paper.board.output.codec, wishes.purpose, out)
    target = out or paper.folder / f"{paper.project_id}.{kind}"
    _writable(target)
    with house(settings, speech, WORKERS) as home:
        home.quartermaster.bring_in(paper.project_id, paper.folder, paper.paths)
        home.storyboard.store(paper.document)
        job = _run(home, paper, replace(wishes, container=kind), speech, patience(settings))
        home.storyboard.publish(paper.project_id)
        if write_back:
            files.write(storyboard, home.storyboard.published(paper.project_id))
        report = job_report(home.database, job)
        if job.output is not None:
            deliver(home.quartermaster.export(job.output), target)
    return _told(job, target, report, speech)


def _kind(codec: Codec, purpose: Purpose, out: Path | None) -> Container:
    """The film's container, by the name it is to have. UsageWrong where that cannot be."""
    asked = _CONTAINERS.get(out.suffix.lower()) if out else None
    if purpose is not Purpose.PREVIEW:
        return container_for(codec, asked)
    if asked not in {None, CONTAINER}:
        raise UsageWrong(f"A preview is an {CONTAINER} whatever the film will be: give --out another name.")
    return CONTAINER


def _run(home: House, paper: papers.Paper, wishes: Wishes, speech: Speech, patience: float) -> Job:
    from workers import dispatch

    started = home.architect.start(paper.project_id, wishes)
    speech.say(f"{paper.project_id}: {len(started.clips)} of {len(paper.board.clips)} clips to generate")
    dispatch.start(started)
    return follow(home, started.first.job_id, speech, patience)


def _told(job: Job, target: Path, report: dict[str, Json], speech: Speech) -> int:
    if job.state is not JobState.COMPLETED or job.receipt is None:
        report = {**report, "film": None}
        speech.say(f"jynco: {job.failure.message if job.failure else f'The job was {job.state}.'}")
        speech.answer("", report)
        return exits.FAILED
    for line in job.receipt.lines:
        if line.made in {Made.STAND_IN, Made.MISSING}:
            speech.say(f"{line.clip_id} is {line.made}: {line.note}")
    speech.answer(str(target), {**report, "film": str(target)})
    return exits.DONE if job.receipt.complete else exits.INCOMPLETE


def deliver(film: Path, target: Path) -> None:
    """Copy a film to people's disk, whole or not at all. StorageFull."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        shutil.copyfile(film, part)
        part.replace(target)
    except OSError as fault:
        raise StorageFull(
            f"Cannot write {target}: {fault.strerror}. The film is kept; run the command again."
        ) from fault
    finally:
        part.unlink(missing_ok=True)


def _writable(target: Path) -> None:
    """Say so before the work is done, not after."""
    folder = target.absolute().parent
    if not folder.is_dir():
        raise UsageWrong(f"There is no folder {folder} for the film: make it, or choose another --out.")
    if target.is_dir() or not os.access(folder, os.W_OK):
        raise UsageWrong(f"Cannot write {target}: choose another --out.")
