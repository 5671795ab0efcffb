"""Who plays what: the file behind each clip of a film, or why there is none, with its line in the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from jynco.agents.attaching import attachments, seen
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.quartermaster.fingerprints import Memory
from jynco.compose.sources import Source
from jynco.errors import AssetRefused, JyncoError
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId
from jynco.model.jobs import ClipRow, Generation, Job, ReceiptLine
from jynco.model.media import MediaInfo
from jynco.model.plan import Action
from jynco.model.states import GenerationState, JobState, Made
from jynco.model.storyboard import Clip, Json, Storyboard
from jynco.ports import Database


@dataclass(frozen=True, slots=True)
class Role:
    """What stands behind one clip of the film, and its line in the receipt."""

    line: ReceiptLine
    source: Source | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Books:
    """What the rows say of a film: its motion jobs, its clips, and what was paid for the project."""

    jobs: Mapping[JobId, Job]
    clips: Mapping[ClipId, ClipRow]
    paid: tuple[Generation, ...]

    def cost(self, job: Job) -> Decimal | None:
        """US dollars that were paid for this very job; None: its clip was there already."""
        row = self.clips.get(job.clip_id) if job.clip_id else None
        if row is not None and row.job_id == job.job_id:
            return None if row.cache_hit else row.cost_usd
        return next((_usd(attempt) for attempt in self.paid if _made_for(attempt, job)), None)


class Players:
    """Finds the sources of a film's clips and sounds."""

    def __init__(self, database: Database, quartermaster: Quartermaster) -> None:
        self._database = database
        self._quartermaster = quartermaster
        self._facts: Memory[str, MediaInfo] = Memory()  # a probe takes longer than all else in a small edit

    def roles(self, job: Job, board: Storyboard) -> dict[ClipId, Role]:
        """The role of every clip that was planned. What cannot be had now for a passing reason is raised."""
        cast = job.options.get("clips")
        books, clips = self._books(job), {clip.clip_id: clip for clip in board.clips}
        entries = [entry for entry in cast if isinstance(entry, dict)] if isinstance(cast, list) else []
        named = [(ClipId(str(entry["clipId"])), entry) for entry in entries]
        return {name: self._role(job.project_id, clips[name], entry, books) for name, entry in named}

    def sounds(self, project_id: ProjectId, board: Storyboard) -> dict[str, Source]:
        """The audio layers' files by name. AssetRefused for one that is gone."""
        names = {layer.source_file for layer in board.audio}
        return {name: self._source(project_id, name, sound=True) for name in sorted(names)}

    def files(self, project_id: ProjectId, board: Storyboard) -> dict[str, Source]:
        """The files that looks and layers name, by their paths. AssetRefused for one that is gone."""
        return attachments(self._quartermaster, project_id, board)

    def _books(self, job: Job) -> _Books:
        projects, history = self._database.projects, self._database.ledger.history(job.project_id)
        return _Books(
            {child.job_id: child for child in self._database.jobs.children(job.job_id)},
            {row.clip_id: row for row in projects.clips(job.project_id)},
            tuple(row for row in history if row.state is GenerationState.DONE),
        )

    def _role(self, project_id: ProjectId, clip: Clip, entry: dict[str, Json], books: _Books) -> Role:
        line = ReceiptLine(clip.clip_id, Made.MISSING, _text(entry, "provider"), _text(entry, "model"))
        try:
            if entry["action"] == Action.FAILED:
                return _missing(line, _text(entry, "reason") or "it cannot be made as it stands")
            if clip.footage is not None:
                source = self._source(project_id, clip.footage, sound=True)
                seen(source.info, clip.footage)
                return Role(replace(line, made=Made.FOOTAGE), source)
            return self._generated(project_id, line, entry, books)
        except JyncoError as error:
            if error.retryable:
                raise
            return _missing(line, error.message)

    def _generated(
        self, project_id: ProjectId, line: ReceiptLine, entry: dict[str, Json], books: _Books
    ) -> Role:
        job = books.jobs.get(JobId(_text(entry, "jobId") or ""))
        key = CacheKey(_text(entry, "cacheKey") or "")
        if job is not None and job.shot is not None:  # another of its lineup may have made it
            key, line = job.shot.key, replace(line, provider=job.shot.provider, model=job.shot.model)
        if job is not None and job.state is not JobState.COMPLETED:
            return _missing(line, job.failure.message if job.failure else f"its job was {job.state}")
        relative = self._quartermaster.deliver(project_id, line.clip_id, key)
        if relative is None:
            raise AssetRefused("its film is gone or damaged: retry the clip.")
        cost = books.cost(job) if job is not None else None
        made = Made.CACHED if cost is None else Made.GENERATED
        return Role(replace(line, made=made, cost_usd=cost or Decimal(0)), self._source(project_id, relative))

    def _source(self, project_id: ProjectId, relative: str, *, sound: bool = False) -> Source:
        path = self._quartermaster.file(project_id, relative)
        content = self._quartermaster.fingerprint(path)
        info = self._facts.recall(content, lambda: self._quartermaster.film(path))
        return Source(path, info, sound=sound and info.audio_codec is not None, sha256=content)


def _missing(line: ReceiptLine, why: str) -> Role:
    return Role(replace(line, note=why), None, why)


def _made_for(attempt: Generation, job: Job) -> bool:
    """Whether an attempt made this job's clip, as far as it can be told once another job has taken over its row."""
    same = job.shot is not None and attempt.cache_key == job.shot.key and attempt.clip_id == job.clip_id
    late = job.created_at is None or attempt.created_at is None or attempt.created_at >= job.created_at
    return same and late


def _usd(attempt: Generation) -> Decimal:
    return next((usd for usd in (attempt.actual_usd, attempt.estimated_usd) if usd is not None), Decimal(0))


def _text(entry: Mapping[str, Json], name: str) -> str | None:
    value = entry.get(name)
    return value if isinstance(value, str) and value else None
