"""Render: the compositor. Stateless: it reads rows and files, has FFmpeg run, and hands the film over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from jynco.agents import layout
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.command import film
from jynco.compose.encoder import container_for
from jynco.compose.missing import without
from jynco.compose.preview import preview
from jynco.compose.sources import Held, Material, Slate, Source
from jynco.compose.timeline import lay_out
from jynco.document import codec
from jynco.document.view import storyboard
from jynco.errors import JyncoError, MediaFailed, MissingClips, UsageWrong
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.jobs import Failure, Job, Receipt, ReceiptLine
from jynco.model.media import Command
from jynco.model.plan import Action
from jynco.model.states import JobState, Made, Purpose
from jynco.model.storyboard import Clip, Json, Storyboard
from jynco.ports import Database, Media, Watch

MINIMUM_SECONDS = 300.0  # the deadline of FFmpeg for the shortest film
SECONDS_PER_FRAME = 4.0  # and for each frame of a longer one; slow machines and AV1 included


@dataclass(frozen=True, slots=True)
class Rendered:
    """How a render ended: a film and its receipt, or why there is none (with what is known of the clips)."""

    output: str | None
    receipt: Receipt | None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Role:
    """What stands behind one clip of the film, and its line in the receipt."""

    line: ReceiptLine
    source: Source | None = None
    reason: str = ""


class Render:
    """Makes the film of a render job, once every clip below it has ended."""

    def __init__(
        self, database: Database, quartermaster: Quartermaster, media: Media, *, threads: int = 2
    ) -> None:
        self._database = database
        self._quartermaster = quartermaster
        self._media = media
        self._threads = threads

    def film(self, job: Job, watch: Watch) -> Rendered:
        """Compose and publish. LeaseLost, Cancelled and ServiceAway pass through; MediaFailed, AssetRefused."""
        if job.document is None:
            raise UsageWrong(f"Job {job.job_id} carries no storyboard.")
        board = storyboard(job.document)
        roles = self._roles(job, board)
        lengths = {
            name: role.source.info.duration
            for name, role in roles.items()
            if role.source and _own(board, name)
        }
        reasons = {name: role.reason for name, role in roles.items() if role.source is None}
        try:
            kept, standing = without(board, reasons, job.on_missing, lengths)
        except MissingClips as error:
            return Rendered(
                None, _receipt(board, roles, 0), Failure(error.code, error.message, retryable=True)
            )
        if job.purpose is Purpose.PREVIEW:
            kept = preview(kept)
        output, frames = self._compose(job, kept, roles, standing, lengths, watch)
        return Rendered(output, _receipt(board, _standing(roles, standing), frames))

    def _compose(
        self,
        job: Job,
        board: Storyboard,
        roles: Mapping[ClipId, _Role],
        standing: Mapping[ClipId, Held | Slate],
        lengths: Mapping[ClipId, Fraction],
        watch: Watch,
    ) -> tuple[str, int]:
        materials: dict[ClipId, Material] = dict(standing)
        materials |= {name: role.source for name, role in roles.items() if role.source is not None}
        kind = container_for(board.output.codec, _text(job.options.get("container")))
        with self._quartermaster.scratch() as work:
            target = work / f"film.{kind}"
            command = film(
                board,
                lay_out(board, lengths),
                materials,
                self._sounds(job.project_id, board),
                work=work,
                target=target,
                container=kind,
                threads=self._threads,
                document=codec.dumps(job.document).decode() if job.document else None,
            )
            timeout = MINIMUM_SECONDS + command.frames * SECONDS_PER_FRAME
            self._media.run(command, watch, timeout=timeout)
            _whole(command, self._media.probe(target).frames)
            watch.check()
            return self._quartermaster.publish(job.project_id, job.job_id, target, kind), command.frames

    # --- who plays what ------------------------------------------------------------------------------

    def _roles(self, job: Job, board: Storyboard) -> dict[ClipId, _Role]:
        children = {child.job_id: child for child in self._database.jobs.children(job.job_id)}
        cast = job.options.get("clips")
        entries = [entry for entry in cast if isinstance(entry, dict)] if isinstance(cast, list) else []
        clips = {clip.clip_id: clip for clip in board.clips}
        roles = {}
        for entry in entries:
            clip = clips[ClipId(str(entry["clipId"]))]
            child = children.get(JobId(str(entry.get("jobId"))))
            roles[clip.clip_id] = self._role(job.project_id, clip, entry, child)
        return roles

    def _role(self, project_id: ProjectId, clip: Clip, entry: dict[str, Json], child: Job | None) -> _Role:
        line = ReceiptLine(
            clip.clip_id, Made.MISSING, _text(entry.get("provider")), _text(entry.get("model"))
        )
        if entry["action"] == Action.FAILED:
            return _missing(line, _text(entry.get("reason")) or "it cannot be made as it stands")
        try:
            if clip.footage is not None:
                return _Role(
                    replace(line, made=Made.FOOTAGE), self._source(project_id, clip.footage, sound=True)
                )
            if child is None:
                source = self._source(project_id, _text(entry.get("sourceFile")) or "")
                return _Role(replace(line, made=Made.CACHED), source)
            return self._generated(project_id, clip, line, child)
        except JyncoError as error:
            if error.retryable:
                raise
            return _missing(line, error.message)

    def _generated(self, project_id: ProjectId, clip: Clip, line: ReceiptLine, child: Job) -> _Role:
        if child.state is not JobState.COMPLETED or child.shot is None:
            why = child.failure.message if child.failure else f"its job was {child.state}"
            return _missing(line, why)
        row = next(
            (row for row in self._database.projects.clips(project_id) if row.job_id == child.job_id), None
        )
        made = Made.CACHED if row is not None and row.cache_hit else Made.GENERATED
        cost = row.cost_usd if row is not None and made is Made.GENERATED else Decimal(0)
        source = self._source(project_id, layout.generated(clip.clip_id, child.shot.key))
        return _Role(replace(line, made=made, cost_usd=cost), source)

    def _source(self, project_id: ProjectId, relative: str, *, sound: bool = False) -> Source:
        path = self._quartermaster.file(project_id, relative)
        info = self._media.probe(path)
        return Source(path, info, sound=sound and info.audio_codec is not None)

    def _sounds(self, project_id: ProjectId, board: Storyboard) -> dict[str, Source]:
        names = {layer.source_file for layer in board.audio}
        return {name: self._source(project_id, name, sound=True) for name in sorted(names)}


def _missing(line: ReceiptLine, why: str) -> _Role:
    return _Role(replace(line, note=why), None, why)


def _own(board: Storyboard, name: ClipId) -> bool:
    """Whether a clip lasts as long as its footage does."""
    return any(clip.clip_id == name and clip.footage and clip.duration is None for clip in board.clips)


def _standing(roles: Mapping[ClipId, _Role], standing: Mapping[ClipId, Held | Slate]) -> dict[ClipId, _Role]:
    return {
        name: replace(role, line=replace(role.line, made=Made.STAND_IN)) if name in standing else role
        for name, role in roles.items()
    }


def _receipt(board: Storyboard, roles: Mapping[ClipId, _Role], frames: int) -> Receipt:
    lines = tuple(roles[clip.clip_id].line for clip in board.clips if clip.clip_id in roles)
    return Receipt(lines, frames, sum((line.cost_usd for line in lines), Decimal(0)))


def _whole(command: Command, frames: int) -> None:
    if frames not in {0, command.frames}:
        raise MediaFailed(f"The film came out with {frames} frames instead of {command.frames}: try again.")


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
