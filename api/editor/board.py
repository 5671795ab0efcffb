"""A storyboard as its page shows it: a card per clip, each at its place in the film, with what has been made of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Final

from api.editor.words import count
from jynco.agents.report import frames, progress
from jynco.bootstrap import House
from jynco.compose.timeline import lay_out, seconds_of
from jynco.document.view import storyboard
from jynco.errors import ConsentNeeded, DocumentInvalid, GaveUp, JyncoError, Moderated, OutcomeUnknown
from jynco.model.ids import ClipId, JobId
from jynco.model.jobs import ClipRow, Job, Project
from jynco.model.states import ClipStatus, JobKind, JobState, Purpose
from jynco.model.storyboard import Clip, Storyboard

STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)  # seconds
RECENT: Final = 300  # jobs that are looked through for the last films
_BILLED: Final = dict.fromkeys((OutcomeUnknown.code, GaveUp.code, ConsentNeeded.code), "payAgain")
CONSENTS: Final = {**_BILLED, Moderated.code: "failoverModerated"}


@dataclass(frozen=True, slots=True)
class Span:
    """Where something lies in the film, in seconds."""

    start: Fraction
    seconds: Fraction


@dataclass(frozen=True, slots=True)
class Card:
    """One clip: what people want, what was made, and who is at work on it."""

    number: int  # from 1, as people count
    clip: Clip
    row: ClipRow
    span: Span
    job: Job | None

    @property
    def state(self) -> str:
        """Its status in the document; ``footage`` needs no making, ``waiting`` has been asked for."""
        if self.clip.footage is not None:
            return "footage"
        waiting = self.row.status is ClipStatus.PENDING and self.job is not None
        return "waiting" if waiting else str(self.row.status)

    @property
    def film(self) -> bool:
        """Whether there is a film of this clip to look at."""
        return self.clip.footage is not None or self.row.source_file is not None

    @property
    def version(self) -> str:
        """Changes whenever its picture may look different, so that browsers may keep pictures."""
        made = (self.row.cache_key or "")[:16] if self.row.source_file else ""
        return f"{made}.{self.clip.footage or self.clip.source_image or ''}"

    @property
    def maker(self) -> str:
        """Provider and model, as far as they are known."""
        made = [self.row.provider, self.row.model if self.row.model != self.row.provider else None]
        return " ".join(part for part in made if part) or self.clip.provider or ""

    @property
    def consent(self) -> str | None:
        """What a failed clip needs people's word for, before more is tried than before."""
        return CONSENTS.get(self.row.error_code or "") if self.state == "failed" else None

    @property
    def percent(self) -> int:
        """How far its job is, 0..100."""
        return round(100 * self.job.progress) if self.job else 0


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the storyboard's page needs of one project."""

    project: Project
    story: Storyboard
    cards: tuple[Card, ...]
    seconds: Fraction  # the film's length
    jobs: tuple[Job, ...]  # the newest first
    active: tuple[Job, ...]
    below: Mapping[JobId, Sequence[Job]]  # the clips' jobs of each active film

    @property
    def title(self) -> str:
        """The film's name."""
        return self.story.title or self.project.project_id.removeprefix("proj_").replace("_", " ")

    @property
    def ticks(self) -> range:
        """Full seconds to write beside the timeline: about ten, and none at its very end."""
        wanted = (step for step in STEPS if step * 10 >= self.seconds)
        step = next(wanted, STEPS[-1])
        return range(0, math.ceil(self.seconds - Fraction(step, 4)), step)

    @property
    def ready(self) -> int:
        """How many clips there is a film of."""
        return sum(card.state in {"completed", "footage"} for card in self.cards)

    @property
    def failed(self) -> tuple[Card, ...]:
        """The clips that could not be made."""
        return tuple(card for card in self.cards if card.state == "failed")

    @property
    def working(self) -> Job | None:
        """The job whose progress is shown: a film before single clips."""
        return next(iter(sorted(self.active, key=lambda job: job.kind is not JobKind.RENDER)), None)

    @property
    def doing(self) -> str:
        """What the job whose progress is shown does just now, in words; nothing where none is at work."""
        job = self.working
        if job is None:
            return ""
        several = "clips" if len(self.active) > 1 or job.clip_id is None else "a clip"
        what = {Purpose.PREVIEW: "the preview", Purpose.FINAL: "the film"}.get(job.purpose, several)
        clips = f"{self.ready} of {count(len(self.cards), 'clip')} ready"
        if job.kind is JobKind.RENDER and not self._making:
            what, clips = f"{what} out of its clips", ""
        counted = frames(job) if job.progress and not clips else None
        told = clips or (f"{counted[0]} of {count(counted[1], 'frame')}" if counted else "")
        return f"Making {what}{': ' if told else ''}{told}"

    @property
    def progress(self) -> int:
        """How far the shown job is with the clips below it, in percent."""
        job = self.working
        return round(100 * progress(job, self.below.get(job.job_id, ()))) if job else 0

    @property
    def _making(self) -> bool:
        return any(card.state in {"waiting", "generating"} for card in self.cards)

    @property
    def ended(self) -> Job | None:
        """The film that was tried last, when nothing is being made."""
        films = (job for job in self.jobs if job.kind is JobKind.RENDER and job.state.terminal)
        return None if self.active else next(films, None)

    @property
    def growing(self) -> Job | None:
        """The preview that is being put together, and can be played meanwhile."""
        films = (job for job in self.active if job.purpose is Purpose.PREVIEW and job.kind is JobKind.RENDER)
        return next((job for job in films if job.state is JobState.RUNNING), None)

    def film(self, purpose: Purpose) -> Job | None:
        """The newest film of a kind that can be played."""
        return next((job for job in self.jobs if job.purpose is purpose and job.output is not None), None)

    def current(self, job: Job) -> bool:
        """Whether a film shows the storyboard as it is now."""
        return job.document == self.project.document


def board(here: House, project: Project) -> Board:
    """The board of a project as of now."""
    story = storyboard(project.document)
    jobs = tuple(here.database.jobs.page(project.project_id, None, None, RECENT))
    active = tuple(here.database.jobs.active(project.project_id))
    below = {film.job_id: here.database.jobs.children(film.job_id) for film in active}
    spans, length = placed(story, _lengths(here, project, story))
    rows = here.storyboard.rows(project.project_id)
    working = _working([*active, *chain.from_iterable(below.values())])
    cards = tuple(
        Card(
            number,
            clip,
            rows.get(clip.clip_id, ClipRow(project.project_id, clip.clip_id)),
            spans[clip.clip_id],
            working.get(clip.clip_id),
        )
        for number, clip in enumerate(story.clips, 1)
    )
    return Board(project, story, cards, length, jobs, active, below)


def placed(story: Storyboard, lengths: Mapping[ClipId, Fraction]) -> tuple[dict[ClipId, Span], Fraction]:
    """Where each clip lies, and the film's length. Clips that disagree are laid one after the other."""
    try:
        timeline = lay_out(story, lengths)
    except DocumentInvalid:
        return _in_a_row(story.clips, lengths)
    at = timeline.rate.seconds
    spans = {clip.clip_id: Span(at(clip.start), at(clip.frames)) for clip in timeline.clips}
    nowhere = Span(at(timeline.frames), Fraction(0))  # clips that take no time are not in the film
    return {clip.clip_id: spans.get(clip.clip_id, nowhere) for clip in story.clips}, at(timeline.frames)


def _in_a_row(
    clips: Sequence[Clip], lengths: Mapping[ClipId, Fraction]
) -> tuple[dict[ClipId, Span], Fraction]:
    spans, end = {}, Fraction(0)
    for clip in clips:
        spans[clip.clip_id] = Span(end, seconds_of(clip, lengths))
        end += spans[clip.clip_id].seconds
    return spans, end


def _lengths(here: House, project: Project, story: Storyboard) -> dict[ClipId, Fraction]:
    """The own length of footage that names none."""
    found = {}
    for clip in story.clips:
        if clip.footage is not None and clip.duration is None:
            try:
                path = here.quartermaster.file(project.project_id, clip.footage)
                found[clip.clip_id] = here.quartermaster.film(path).duration
            except JyncoError:
                continue  # its card says what is wrong once the plan is drawn
    return found


def _working(jobs: Sequence[Job]) -> dict[ClipId, Job]:
    """The job that is making a clip."""
    return {job.clip_id: job for job in jobs if job.clip_id and not job.state.terminal}
