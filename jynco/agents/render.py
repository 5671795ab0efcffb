"""Render: the compositor. Stateless: it reads rows and files, has FFmpeg run, and hands the film over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from jynco.agents.counting import counted
from jynco.agents.cutting import Cutting, Reel
from jynco.agents.parting import Share, Shared, Workers
from jynco.agents.players import Players, Role
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.cutlist import Cutlist
from jynco.compose.encoder import container_for
from jynco.compose.hardware import Devices, software
from jynco.compose.missing import without
from jynco.compose.preview import CONTAINER, viewed
from jynco.compose.sources import Held, Material, Slate
from jynco.compose.timeline import lay_out
from jynco.document import codec
from jynco.document.view import storyboard
from jynco.errors import MediaFailed, MissingClips, UsageWrong
from jynco.model.ids import ClipId
from jynco.model.jobs import Failure, Job, Receipt
from jynco.model.metrics import CACHE_LOOKUPS
from jynco.model.states import Made, Purpose
from jynco.model.storyboard import Json, Storyboard
from jynco.ports import Database, Media, Slots, Watch


@dataclass(frozen=True, slots=True)
class Rendered:
    """How a render ended: a film and its receipt, or why there is none (with what is known of the clips)."""

    output: str | None
    receipt: Receipt | None
    failure: Failure | None = None
    shares: tuple[Share, ...] = ()  # nothing has ended: several workers are to make these first


@dataclass(frozen=True, slots=True)
class _Cast:
    """What a film is made of: the storyboard, what stands behind its clips, and both laid out."""

    board: Storyboard
    roles: Mapping[ClipId, Role]
    reel: Reel


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
        slots: Slots | None = None,
    ) -> None:
        self._metrics = database.metrics
        self._players = Players(database, quartermaster)
        self._quartermaster = quartermaster
        self._media = media
        self._cutting = Cutting(quartermaster, media, processes, device, slots)

    def film(self, job: Job, watch: Watch, workers: Workers | None = None) -> Rendered:
        """Compose and publish. LeaseLost, Cancelled and ServiceAway pass through; MediaFailed, AssetRefused.

        Where ``workers`` says that several could share the segments, the answer is what each of them is to ``make``.
        """
        try:
            cast = self._cast(job)
            output = self._compose(job, self._quick(cast.reel), watch, workers)
        except MissingClips as error:
            receipt = _receipt(*self._players_of(job), 0)
            return Rendered(None, receipt, Failure(error.code, error.message, retryable=True))
        except Shared as shared:
            self._looked_up(job, hits=0, misses=sum(map(len, shared.shares)))
            return Rendered(None, None, shares=shared.shares)
        return Rendered(output, _receipt(cast.board, cast.roles, cast.reel.timeline.frames))

    def make(self, job: Job, share: Share, watch: Watch) -> None:
        """Encode a share of the film's segments, and keep them. Raises as ``film``."""
        with self._quartermaster.scratch() as work:
            reel = self._quick(self._cast(job).reel)
            self._cutting.make(reel, share, work=work, watch=watch)

    def _players_of(self, job: Job) -> tuple[Storyboard, Mapping[ClipId, Role]]:
        if job.document is None:
            raise UsageWrong(f"Job {job.job_id} carries no storyboard.")
        board = storyboard(job.document)
        return board, self._players.roles(job, board)

    def _cast(self, job: Job) -> _Cast:
        """The film laid out with all of its sources. MissingClips where its policy is to block."""
        board, roles = self._players_of(job)
        lengths = {
            name: role.source.info.duration
            for name, role in roles.items()
            if role.source and _own(board, name)
        }
        reasons = {name: role.reason for name, role in roles.items() if role.source is None}
        kept, standing = without(board, reasons, job.on_missing, lengths)
        if job.purpose is Purpose.PREVIEW:
            kept = viewed(kept)
        materials: dict[ClipId, Material] = dict(standing)
        materials |= {name: role.source for name, role in roles.items() if role.source is not None}
        return _Cast(board, _standing(roles, standing), self._reel(job, kept, materials, lengths))

    def _reel(
        self,
        job: Job,
        board: Storyboard,
        materials: Mapping[ClipId, Material],
        lengths: Mapping[ClipId, Fraction],
    ) -> Reel:
        asked = CONTAINER if job.purpose is Purpose.PREVIEW else _text(job.options.get("container"))
        kind = container_for(board.output.codec, asked)
        timeline, sounds = lay_out(board, lengths), self._players.sounds(job.project_id, board)
        document = codec.dumps(job.document).decode() if job.document else None
        soon, files = job.purpose is Purpose.PREVIEW, self._players.files(job.project_id, board)
        return Reel(board, timeline, materials, sounds, kind, document, soon, files)

    def _quick(self, reel: Reel) -> Reel:
        """A preview is made of proxies, which are made on the way where there are none yet."""
        if not reel.soon:
            return reel
        proxies = self._quartermaster.proxies.cast(reel.materials, reel.storyboard.output)
        return replace(reel, proxies=proxies)

    def _compose(self, job: Job, reel: Reel, watch: Watch, workers: Workers | None) -> str:
        note = partial(self._note, job)
        with self._quartermaster.scratch() as work:
            target = work / f"film.{reel.container}"
            cut = self._cutting.film(reel, work=work, target=target, watch=watch, note=note, workers=workers)
            self._looked_up(job, hits=cut.segments - len(cut.encode), misses=len(cut.encode))
            _whole(self._media.probe(target).frames, reel.timeline.frames)
            watch.check()
            return self._quartermaster.publish(job.project_id, job.job_id, target, reel.container)

    def _looked_up(self, job: Job, *, hits: int, misses: int) -> None:
        """What others have made for a film that was shared is no find."""
        found = {"hit": hits, "miss": misses} if not job.attempts else {}
        told = (CACHE_LOOKUPS.tally("segment", word, amount=float(n)) for word, n in found.items() if n)
        counted(self._metrics, *told, *self._quartermaster.journeys())

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
