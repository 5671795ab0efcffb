"""Files that looks and layers name, as the film is made of them: looked at by their content first."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jynco.agents.quartermaster import Quartermaster
from jynco.compose.attachments import Attachment, attached
from jynco.compose.effects.lut import checked
from jynco.compose.sources import Source
from jynco.errors import AssetRefused, JyncoError
from jynco.model.ids import ProjectId
from jynco.model.media import MediaInfo
from jynco.model.storyboard import Storyboard

TABLE: Final = MediaInfo("cube")


def attachments(quartermaster: Quartermaster, project_id: ProjectId, board: Storyboard) -> dict[str, Source]:
    """By their paths in the document. AssetRefused for one that is gone or cannot be used."""
    found = {each.name: each for each in attached(board)}
    return {name: _source(quartermaster, project_id, found[name]) for name in sorted(found)}


def refusal(quartermaster: Quartermaster, path: Path, each: Attachment) -> str | None:
    """Why a file cannot be used, in one sentence; None when it can."""
    try:
        looked_at(quartermaster, path, each)
    except JyncoError as fault:
        return fault.message
    return None


def looked_at(quartermaster: Quartermaster, path: Path, each: Attachment) -> MediaInfo:
    """What a file is, by its content: a name that only sounds right is refused. AssetRefused."""
    if each.table:
        checked(path)
        return TABLE
    if not each.still:
        return quartermaster.film(path)
    info = quartermaster.picture(path)
    return MediaInfo(f"{info.format}_pipe", info.duration, info.width, info.height)


def seen(info: MediaInfo, name: str) -> None:
    """AssetRefused for footage in which there is nothing to see."""
    if not info.width:
        raise AssetRefused(f"'{name}' has no picture: give a film as footage, and a sound as a layer.")


def _source(quartermaster: Quartermaster, project_id: ProjectId, each: Attachment) -> Source:
    path = quartermaster.file(project_id, each.name)
    info = looked_at(quartermaster, path, each)
    return Source(path, info, sha256=quartermaster.fingerprint(path))
