"""Render: the compositor. Stateless: it reads rows and files, has FFmpeg run, and hands the film over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from jynco.agents.cutting import Cutting, Reel
from jynco.agents.players import Players, Role
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.cutlist import Cutlist
from jynco.compose.encoder import container_for
from jynco.compose.hardware import Devices, software
from jynco.compose.missing import without
from jynco.compose.preview import viewed
from jynco.compose.sources import Held, Material, Slate
from jynco.compose.timeline import lay_out
from jynco.document import codec
from jynco.document.view import storyboard
from jynco.errors import MediaFailed, MissingClips, UsageWrong
from jynco.model.ids import ClipId
from jynco.model.jobs import Failure, Job, Receipt
from jynco.model.states import Made, Purpose
from jynco.model.storyboard import Json, Storyboard
from jynco.ports import Database, Media, Watch


@dataclass(frozen=True, slots=True)
class Rendered:
    """How a render ended: a film and its receipt, or why there is none (with what is known of the clips)."""

    output: str | None
    receipt: Receipt | None
    failure: Failure | None = None


class Render:
    """Makes the film of a render job, once every clip below it has ended."""

    def __init__(
        self,
        database: Database,
        quartermaster: Quartermaster,
        media: Media,
        *,
        processes: int | None = None,
        device: Devices = software,
    ) -> None:
        self._players = Players(database, quartermaster)
        self._quartermaster = quartermaster
        self._media = media
        self._cutting = Cutting(quartermaster, media, processes, device)

    def film(self, job: Job, watch: Watch) -> Rendered:
        """Compose and publish. LeaseLost, Cancelled and ServiceAway pass through; MediaFailed, AssetRefused."""
        if job.document is None:
            raise UsageWrong(f"Job {job.job_id} carries no storyboard.")
        board = storyboard(job.document)
        roles = self._players.roles(job, board)
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
            kept = viewed(kept, _text(job.options.get("container")))
        output, frames = self._compose(job, kept, roles, standing, lengths, watch)
        return Rendered(output, _receipt(board, _standing(roles, standing), frames))

    def _compose(
        self,
        job: Job,
        board: Storyboard,
        roles: Mapping[ClipId, Role],
        standing: Mapping[ClipId, Held | Slate],
        lengths: Mapping[ClipId, Fraction],
        watch: Watch,
    ) -> tuple[str, int]:
        materials: dict[ClipId, Material] = dict(standing)
        materials |= {name: role.source for name, role in roles.items() if role.source is not None}
        kind = container_for(board.output.codec, _text(job.options.get("container")))
        timeline, sounds = lay_out(board, lengths), self._players.sounds(job.project_id, board)
        document = codec.dumps(job.document).decode() if job.document else None
        soon, files = job.purpose is Purpose.PREVIEW, self._players.files(job.project_id, board)
        reel = Reel(board, timeline, materials, sounds, kind, document, soon, files)
        with self._quartermaster.scratch() as work:
            target = work / f"film.{kind}"
            self._cutting.film(reel, work=work, target=target, watch=watch, note=partial(self._note, job))
            _whole(self._media.probe(target).frames, timeline.frames)
            watch.check()
            return self._quartermaster.publish(job.project_id, job.job_id, target, kind), timeline.frames

    def _note(self, job: Job, cut: Cutlist) -> None:
        """For players of this film, and for the next plan, which says what has changed since."""
        text = cut.text()
        for name in (job.job_id, str(job.purpose)):
            self._quartermaster.note_cut(job.project_id, name, text)


def _own(board: Storyboard, name: ClipId) -> bool:
    """Whether a clip lasts as long as its footage does."""
    return any(clip.clip_id == name and clip.footage and clip.duration is None for clip in board.clips)


def _standing(roles: Mapping[ClipId, Role], standing: Mapping[ClipId, Held | Slate]) -> dict[ClipId, Role]:
    return {
        name: replace(role, line=replace(role.line, made=Made.STAND_IN)) if name in standing else role
        for name, role in roles.items()
    }


def _receipt(board: Storyboard, roles: Mapping[ClipId, Role], frames: int) -> Receipt:
    lines = tuple(roles[clip.clip_id].line for clip in board.clips if clip.clip_id in roles)
    return Receipt(lines, frames, sum((line.cost_usd for line in lines), Decimal(0)))


def _whole(frames: int, due: int) -> None:
    if frames not in {0, due}:
        raise MediaFailed(f"The film came out with {frames} frames instead of {due}: try again.")


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
