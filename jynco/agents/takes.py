"""Takes: everything that was ever made of a clip is kept, and any of it can be had again without paying.

A take is an ended motion job whose film is still there. Picking one puts back the words it was made from, so the plan
finds it by its own key, as any other clip that was made before. Another take is the same words with another seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

from jynco.agents.architect import Architect, Started
from jynco.agents.drawing import Desk, Drafter
from jynco.agents.motion.outcomes import cost_of, shot_of
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.storyboard import StoryboardKeeper
from jynco.agents.wording import Words, candidates
from jynco.document.merge import merge
from jynco.document.view import storyboard
from jynco.errors import Conflict, NotFound
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import ClipRow, Job, Project
from jynco.model.keys import of_bytes
from jynco.model.plan import Wishes
from jynco.model.states import ClipStatus, Lane, Purpose
from jynco.model.storyboard import Document
from jynco.ports import Clock, Database

DIGITS: Final = 7  # hexadecimal, of a seed: every vendor takes one of 28 bits


@dataclass(frozen=True, slots=True)
class Take:
    """One film of a clip; ``usd`` is what it cost when it was made, None where it came from elsewhere."""

    job: Job
    picked: bool
    usd: Decimal | None


class Takes:
    """The films that a clip has had, and the way back to each."""

    def __init__(
        self,
        database: Database,
        keeper: StoryboardKeeper,
        quartermaster: Quartermaster,
        drafter: Drafter,
        architect: Architect,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._quartermaster = quartermaster
        self._drafter = drafter
        self._architect = architect
        self._clock = clock

    def of(self, project_id: ProjectId, clip_id: ClipId) -> tuple[Take, ...]:
        """Every take that is still there, the newest first. NotFound."""
        _words(self._keeper.current(project_id), clip_id)
        row = self._keeper.rows(project_id).get(clip_id)
        shown = row.cache_key if row and row.source_file else None
        made = {shot_of(job).key: job for job in reversed(self._database.jobs.made(project_id, clip_id))}
        return tuple(
            Take(job, key == shown, self._cost(job))
            for key, job in reversed(made.items())
            if self._quartermaster.has_clip(project_id, clip_id, key)
        )

    def get(self, project_id: ProjectId, clip_id: ClipId, take: JobId) -> Job:
        """The job that made a take. NotFound."""
        for job in self._database.jobs.made(project_id, clip_id):
            if job.job_id == take:
                return job
        raise NotFound(f"Clip '{clip_id}' has no take '{take}': its takes are listed at .../takes.")

    def pick(self, project_id: ProjectId, clip_id: ClipId, take: JobId) -> Project:
        """Have the clip be this take again; nothing is paid. NotFound; Conflict where it fits the film no more."""
        job = self.get(project_id, clip_id, take)
        key = shot_of(job).key
        file = self._quartermaster.deliver(project_id, clip_id, key)
        if file is None:
            raise NotFound(f"The film of take '{take}' is gone: make another take.")
        project = self._keeper.edit_clip(project_id, clip_id, self._fitting(project_id, clip_id, job))
        self._database.jobs.accept([], [self._row(job, clip_id, file)])
        self._keeper.soon(project_id)
        return project

    def another(
        self,
        project_id: ProjectId,
        clip_id: ClipId,
        *,
        lane: Lane = Lane.NORMAL,
        pay_again: bool = False,
        failover_moderated: bool = False,
    ) -> Started:
        """Make the clip once more with a seed that it never had. NotFound; errors as of a start.

        A start that is refused leaves the old seed.
        """
        before = _words(self._keeper.current(project_id), clip_id).get("seed")
        seed = int(of_bytes([self._clock.token().encode()])[:DIGITS], 16)
        self._keeper.edit_clip(project_id, clip_id, {"seed": seed})
        try:
            return self._architect.retry(
                project_id, clip_id, lane=lane, pay_again=pay_again, failover_moderated=failover_moderated
            )
        except Exception:
            self._keeper.edit_clip(project_id, clip_id, {"seed": before})
            raise

    def _fitting(self, project_id: ProjectId, clip_id: ClipId, job: Job) -> Words:
        """The least that must be put back so that the plan finds this very take."""
        project = self._keeper.current(project_id)
        find = partial(self._quartermaster.file, project_id)
        for words in candidates(_words(project, clip_id), job):
            changed = _changed(project.document, clip_id, words)
            if self._finds(Desk(storyboard(changed), project.revision, find), clip_id, job):
                return words
        raise Conflict(
            "This take no longer fits: the film's size or rate, the picture it began with or the model has changed "
            "since. Put that back, or make another take."
        )

    def _finds(self, desk: Desk, clip_id: ClipId, job: Job) -> bool:
        (plan,) = self._drafter.draw(desk, Wishes(Purpose.CLIPS, clips=(clip_id,))).clips
        return plan.shot is not None and plan.shot.key == shot_of(job).key

    def _row(self, job: Job, clip_id: ClipId, file: str) -> ClipRow:
        shot = shot_of(job)
        return replace(
            ClipRow(job.project_id, clip_id, ClipStatus.COMPLETED, job.job_id, shot.key, file),
            attempts=job.attempts + 1,
            cost_usd=self._cost(job) or Decimal(0),
            provider=shot.provider,
            model=shot.model,
        )

    def _cost(self, job: Job) -> Decimal | None:
        row = self._database.ledger.latest(shot_of(job).key)
        return cost_of(row) if row and row.project_id == job.project_id else None


def _clips(document: Document) -> Iterator[Document]:
    timeline = document["timeline"]
    return (clip for clip in (timeline if isinstance(timeline, list) else []) if isinstance(clip, dict))


def _words(project: Project, clip_id: ClipId) -> Document:
    for clip in _clips(project.document):
        if clip.get("clipId") == clip_id:
            return clip
    raise NotFound(f"There is no clip '{clip_id}' in '{project.project_id}'.")


def _changed(document: Document, clip_id: ClipId, words: Words) -> Document:
    clips = _clips(document)
    timeline = [merge(clip, dict(words)) if clip.get("clipId") == clip_id else clip for clip in clips]
    return {**document, "timeline": [*timeline]}
