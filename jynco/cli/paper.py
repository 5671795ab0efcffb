"""A storyboard on people's disk: read, checked with everything it names, and never written unless asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from jynco.agents.attaching import refusal
from jynco.agents.casting import Casting
from jynco.bootstrap import workshop
from jynco.cli.pruning import pruned
from jynco.compose.attachments import attached
from jynco.document import checks, files
from jynco.document.readiness import readiness_faults
from jynco.document.view import storyboard
from jynco.errors import DocumentInvalid, Fault, JyncoError, NotJson, RequestRejected, UsageWrong
from jynco.model.ids import ProjectId
from jynco.model.storyboard import Document, Storyboard


@dataclass(frozen=True, slots=True)
class Paper:
    """A valid document, where it lies, and the engine's view of it."""

    path: Path
    document: Document
    board: Storyboard

    @property
    def folder(self) -> Path:
        """Paths in the document are relative to this."""
        return self.path.resolve().parent

    @property
    def project_id(self) -> ProjectId:
        """The project it describes."""
        return self.board.project_id

    @property
    def paths(self) -> list[str]:
        """The files it names: pictures, footage, sounds, tables."""
        clips = [path for clip in self.board.clips for path in (clip.footage or clip.source_image,) if path]
        sounds = (layer.source_file for layer in self.board.audio)
        return [*clips, *sounds, *(each.name for each in attached(self.board))]


def check(path: Path, settings: Settings, provider: str | None = None) -> Paper:
    """A storyboard that can be made into a film. DocumentInvalid lists every fault, files included."""
    document, faults = _examined(path)
    found = _readiness(path, pruned(document, faults), settings, provider)
    if faults:
        told = {fault.pointer for fault in faults}
        found = [fault for fault in found if fault.code == "asset" and fault.pointer not in told]
    if faults or found:
        raise DocumentInvalid([*faults, *found])
    return Paper(path, document, storyboard(document))


def sketch(path: Path, settings: Settings, provider: str | None = None) -> Paper:
    """A storyboard that can be planned: of a clip that cannot be made, the plan says so. DocumentInvalid."""
    document, faults = _examined(path)
    found = faults or _readiness(path, document, settings, provider)
    refused = [fault for fault in found if faults or not fault.pointer.startswith("/timeline")]
    if refused:
        raise DocumentInvalid(refused)
    return Paper(path, document, storyboard(document))


def _examined(path: Path) -> tuple[Document, list[Fault]]:
    try:
        return checks.examine(files.read_bytes(path))
    except NotJson as error:
        raise NotJson(f"{path}: {error.message}") from None


def _readiness(path: Path, document: Document, settings: Settings, provider: str | None) -> list[Fault]:
    board = storyboard(document)
    quartermaster, casting = workshop(settings)
    images = {clip.source_image for clip in board.clips}
    others = {each.name: each for each in attached(board)}

    def asset(relative: str) -> str | None:
        try:
            found = quartermaster.beside(path.resolve().parent, relative)
        except JyncoError as error:
            return error.message
        if relative in others:
            return refusal(quartermaster, found, others[relative])
        return quartermaster.refusal(found, still=relative in images)

    return [
        *_unknown_providers(board, casting, provider),
        *readiness_faults(
            board, can_text_to_video=lambda name: casting.can_text_to_video(name or provider), asset=asset
        ),
    ]


def _unknown_providers(board: Storyboard, casting: Casting, provider: str | None) -> Iterator[Fault]:
    """Clips whose provider or model is not to be had; UsageWrong when it is not the document that names it."""
    for clip in board.clips:
        if clip.footage is None:
            try:
                casting.roles(clip, provider)
            except RequestRejected as error:
                if clip.provider is None:
                    raise UsageWrong(error.message) from None
                yield Fault(f"{clip.pointer}/provider", "provider", error.message)
