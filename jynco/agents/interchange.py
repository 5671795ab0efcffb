"""Interchange: a project gathered up for other editors, with every file that there is of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from jynco.agents.quartermaster import Quartermaster
from jynco.agents.storyboard import StoryboardKeeper
from jynco.compose.timeline import Timeline, lay_out
from jynco.document.interchange.cut import Cut, Reel
from jynco.document.interchange.forms import Form
from jynco.document.interchange.revision import revised
from jynco.document.interchange.writing import written
from jynco.document.view import storyboard
from jynco.errors import JyncoError, StaleRevision
from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import ClipRow, Generation, Project
from jynco.model.states import GenerationState
from jynco.model.storyboard import Clip, Document, Json, Storyboard
from jynco.ports import Database

USUAL = Fraction(3)  # seconds of footage that cannot be read: the plan says what is wrong with it

# The address of a clip's film, or of a sound (None), that lies at a path; None: it is not to be told.
Address: TypeAlias = Callable[[ClipId | None, Path], str | None]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for another program."""

    name: str
    media_type: str
    content: bytes


def by_path(_: ClipId | None, path: Path) -> str:
    """As programs on this machine find it."""
    return path.resolve().as_uri()


class Interchange:
    """Takes projects out, and edits of them in."""

    def __init__(self, database: Database, keeper: StoryboardKeeper, quartermaster: Quartermaster) -> None:
        self._database = database
        self._keeper = keeper
        self._quartermaster = quartermaster

    def export(self, project_id: ProjectId, form: Form, address: Address = by_path) -> Exported:
        """The project as it is now. NotFound, DocumentInvalid; UsageWrong where the form cannot say it."""
        project = self._keeper.current(project_id)
        content = written(self._cut(project, address), form)
        return Exported(f"{project_id}{form.suffix}", form.media_type, content)

    def revise(self, project_id: ProjectId, edit: bytes, expected: int | None = None) -> Project:
        """Take an edited OpenTimelineIO file in as the next revision; ``expected``: the revision it shall follow.

        NotFound, NotJson, LimitExceeded, StaleRevision; DocumentInvalid names places in the edit, and changes nothing.
        """
        project = self._keeper.current(project_id)
        if expected not in {None, project.revision}:
            raise StaleRevision(
                f"{project_id} is at revision {project.revision}, not {expected}; export it again."
            )
        lengths = self._lengths(project_id, storyboard(project.document))
        document = revised(project.document, lengths, edit)
        return self._keeper.replace(project_id, document, project.revision)

    def captions(self, project_id: ProjectId, document: Document) -> bytes:
        """WebVTT of a document as it was when a film was made of it. DocumentInvalid."""
        board = storyboard(document)
        return written(Cut(board, self._laid(project_id, board)), Form.VTT)

    def _cut(self, project: Project, address: Address) -> Cut:
        board = storyboard(project.document)
        rows = self._keeper.rows(project.project_id)
        gathering = _Gathering(project.project_id, self._quartermaster, address)
        takes = list(self._database.ledger.history(project.project_id))
        return Cut(
            board,
            self._laid(project.project_id, board),
            reels=dict(gathering.reels(board, rows)),
            sounds=dict(gathering.sounds(board)),
            notes={clip.clip_id: _notes(clip, rows.get(clip.clip_id), takes) for clip in board.clips},
        )

    def _laid(self, project_id: ProjectId, board: Storyboard) -> Timeline:
        return lay_out(board, self._lengths(project_id, board))

    def _lengths(self, project_id: ProjectId, board: Storyboard) -> dict[ClipId, Fraction]:
        """The own length of footage, in seconds, where the document gives none."""
        asked = [clip for clip in board.clips if clip.duration is None]
        return {clip.clip_id: self._length(project_id, clip.footage) for clip in asked if clip.footage}

    def _length(self, project_id: ProjectId, footage: str) -> Fraction:
        try:
            return self._quartermaster.film(self._quartermaster.file(project_id, footage)).duration
        except JyncoError:
            return USUAL


@dataclass(frozen=True, slots=True)
class _Gathering:
    """Looks for the files of one project. What is not there, or no film, is left out."""

    project_id: ProjectId
    store: Quartermaster
    address: Address

    def reels(self, board: Storyboard, rows: dict[ClipId, ClipRow]) -> Iterator[tuple[ClipId, Reel]]:
        for clip in board.clips:
            row = rows.get(clip.clip_id)
            reel = self._reel(clip.clip_id, clip.footage or (row.source_file if row else None))
            if reel is not None:
                made = clip.footage is None
                yield clip.clip_id, Reel(reel.url, reel.seconds, reel.sound and not made)

    def sounds(self, board: Storyboard) -> Iterator[tuple[str, Reel]]:
        for name in sorted({layer.source_file for layer in board.audio}):
            reel = self._reel(None, name)
            if reel is not None:
                yield name, reel

    def _reel(self, clip_id: ClipId | None, relative: str | None) -> Reel | None:
        if relative is None:
            return None
        try:
            path = self.store.file(self.project_id, relative)
            info = self.store.film(path)
        except JyncoError:
            return None
        url = self.address(clip_id, path)
        return None if url is None else Reel(url, info.duration, info.audio_codec is not None)


def _notes(clip: Clip, row: ClipRow | None, takes: list[Generation]) -> dict[str, Json]:
    """What other editors carry along for us: the words, how far the clip is, and every take there was."""
    said: dict[str, Json] = {
        "motionPrompt": clip.motion_prompt or None,
        "negativePrompt": clip.negative_prompt or None,
        "sourceImage": clip.source_image,
        "sourceFile": clip.footage or (row.source_file if row else None),
        "provider": clip.provider or (row.provider if row else None),
        "model": row.model if row else None,
        "seed": clip.seed,
        "status": str(row.status) if row else None,
        "cacheKey": row.cache_key if row else None,
        "takes": [_take(take) for take in takes if take.clip_id == clip.clip_id and _kept(take)],
    }
    return {name: value for name, value in said.items() if value not in (None, [])}


def _kept(take: Generation) -> bool:
    return take.state is GenerationState.DONE


def _take(take: Generation) -> Json:
    made = take.created_at.isoformat() if take.created_at else None
    return {"cacheKey": take.cache_key, "provider": take.provider, "model": take.model, "createdAt": made}
