"""Scouting: which segments a film would have encoded if it were made now, and why. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from jynco.agents.attaching import looked_at
from jynco.agents.cutting import Cutting, Reel
from jynco.agents.drawing import Desk
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.quartermaster.fingerprints import Memory
from jynco.compose.attachments import attached
from jynco.compose.cutlist import Cutlist, read
from jynco.compose.encoder import container_for
from jynco.compose.preview import CONTAINER, viewed
from jynco.compose.sources import Material, Slate, Source
from jynco.compose.timeline import lay_out
from jynco.errors import JyncoError, NotFound
from jynco.model.ids import ClipId, ProjectId
from jynco.model.media import MediaInfo
from jynco.model.plan import Action, ClipPlan, CutPlan, Plan
from jynco.model.states import Purpose
from jynco.model.storyboard import Clip, Storyboard


class Scout:
    """Looks ahead from a plan of clips to the segments of their film."""

    def __init__(self, quartermaster: Quartermaster, cutting: Cutting) -> None:
        self._quartermaster = quartermaster
        self._cutting = cutting
        self._facts: Memory[str, MediaInfo] = Memory()  # a probe takes longer than all the rest

    def survey(self, desk: Desk, plan: Plan) -> CutPlan | None:
        """The segments of the film that is planned; None where there is no film, or a file of it cannot be used."""
        if plan.wishes.purpose is Purpose.CLIPS or not plan.clips:
            return None
        try:
            return self._surveyed(desk, plan)
        except JyncoError:  # the plan itself says what is wrong
            return None

    def _surveyed(self, desk: Desk, plan: Plan) -> CutPlan:
        clips = {clip.clip_id: clip for clip in desk.board.clips}
        found = {each.clip_id: self._material(desk, clips[each.clip_id], each) for each in plan.clips}
        lengths = {
            name: made.info.duration
            for name, made in found.items()
            if isinstance(made, Source) and clips[name].footage and clips[name].duration is None
        }
        reel = self._reel(desk, plan, found, lengths)
        waiting = [name for name, made in found.items() if isinstance(made, Slate)]
        return self._cutting.outlook(reel, waiting, self._before(plan.project_id, plan.wishes.purpose))

    def _reel(
        self, desk: Desk, plan: Plan, found: dict[ClipId, Material], lengths: dict[ClipId, Fraction]
    ) -> Reel:
        board, wishes = desk.board, plan.wishes
        if wishes.purpose is Purpose.PREVIEW:
            board = viewed(board)
        sounds = self._sounds(desk, (layer.source_file for layer in board.audio))
        soon = wishes.purpose is Purpose.PREVIEW
        kind = container_for(board.output.codec, CONTAINER if soon else wishes.container)
        timeline, files = lay_out(board, lengths), self._files(desk, board)
        proxies = self._quartermaster.proxies.cast(found, board.output) if soon else {}
        return Reel(board, timeline, found, sounds, kind, None, soon, files, proxies)

    def _material(self, desk: Desk, clip: Clip, planned: ClipPlan) -> Material:
        """The clip's film, or a card in its place while there is none."""
        path = self._film(desk, clip, planned)
        if path is None:
            return Slate(clip.clip_id, "waits")
        return self._source(path, sound=clip.footage is not None)

    def _film(self, desk: Desk, clip: Clip, planned: ClipPlan) -> Path | None:
        if planned.action is Action.FOOTAGE and clip.footage is not None:
            return desk.find(clip.footage)
        if planned.action is Action.CACHED and planned.shot is not None:
            return self._quartermaster.clip(desk.board.project_id, clip.clip_id, planned.shot.key)
        return None

    def _source(self, path: Path, *, sound: bool = False) -> Source:
        content = self._quartermaster.fingerprint(path)
        info = self._facts.recall(content, lambda: self._quartermaster.film(path))
        return Source(path, info, sound=sound and info.audio_codec is not None, sha256=content)

    def _sounds(self, desk: Desk, names: Iterable[str]) -> dict[str, Source]:
        return {name: self._source(desk.find(name), sound=True) for name in sorted(set(names))}

    def _files(self, desk: Desk, board: Storyboard) -> dict[str, Source]:
        """What looks and layers name."""
        paths = {each.name: (desk.find(each.name), each) for each in attached(board)}
        store = self._quartermaster
        return {
            name: Source(path, looked_at(store, path, each), sha256=store.fingerprint(path))
            for name, (path, each) in sorted(paths.items())
        }

    def _before(self, project_id: ProjectId, purpose: Purpose) -> Cutlist | None:
        try:
            return read(self._quartermaster.noted_cut(project_id, str(purpose)))
        except (NotFound, ValueError):
            return None
