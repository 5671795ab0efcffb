"""Where everything lies. The only place that puts a storage key together.

::

    projects/<projectId>/storyboard.json        the mirror
    projects/<projectId>/<people's own paths>   pictures, sounds, footage
    projects/<projectId>/generated/<clip>-<key>.mp4, and .json beside it with its checksum
    projects/<projectId>/generated/cuts/<jobId>.json    what a film is joined of; also by purpose, the last one's
    projects/<projectId>/generated/uploads/<uploadId>   what was sent and nobody has looked at yet
    projects/<projectId>/exports/<jobId>.mp4
    cache/motion/<2 digits>/<cache key>.mp4     clips, shared by every project, and .json beside each with its checksum
    cache/segments/<2 digits>/<key>.mp4         parts of films and their sound, kept in the same way
    cache/proxies/<2 digits>/<key>.mp4          clips as previews show them
    cache/stills/<2 digits>/<key>.jpg           posters and filmstrips
    graves/<projectId>                          its rows are being deleted: the folder goes after them
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from jynco.errors import PathRefused
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId

OURS: Final = frozenset({"generated", "exports"})  # people's files cannot go there
GRAVES: Final = "graves"
MIRRORS: Final = ("storyboard.json", "storyboard.unreadable-", ".storyboard.")  # nor take such a name


def project(project_id: ProjectId) -> str:
    """The folder of a project."""
    return f"projects/{project_id}"


def grave(project_id: ProjectId) -> str:
    """Says that a project's folder is to go as soon as its rows have."""
    return f"{GRAVES}/{project_id}"


def mirror(project_id: ProjectId) -> str:
    """The published storyboard."""
    return f"{project(project_id)}/storyboard.json"


def seal(project_id: ProjectId) -> str:
    """The checksums of what was published, by which a hand edit is told."""
    return f"{project(project_id)}/.storyboard.sha256"


def aside(project_id: ProjectId, token: str) -> str:
    """Where a storyboard.json goes that cannot be used."""
    return f"{project(project_id)}/storyboard.unreadable-{token}.json"


def checked(relative: str) -> PurePosixPath:
    """A path of the document. PathRefused when it leaves the project, or names nothing."""
    pure = PurePosixPath(relative)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or "\0" in relative or "\\" in relative:
        raise PathRefused(
            f"'{relative}' leaves the project: use a path relative to the storyboard, without '..'."
        )
    return pure


def inside(project_id: ProjectId, relative: str) -> str:
    """A path of the document as a key. PathRefused when it leaves the project."""
    return f"{project(project_id)}/{checked(relative).as_posix()}"


def people(project_id: ProjectId, relative: str) -> str:
    """The key for a file that people bring. PathRefused where only Jynco writes."""
    pure = checked(relative)
    first = pure.parts[0].casefold()  # some file systems take Generated/ for generated/
    if first in OURS or first.startswith(MIRRORS):
        raise PathRefused(f"'{relative}' is a place where Jynco keeps its own files: use another name.")
    return inside(project_id, relative)


def generated(clip_id: ClipId, key: CacheKey) -> str:
    """A generated clip, relative to its project: what the document shows as ``sourceFile``."""
    return f"generated/{clip_id}-{key[:16]}.mp4"


def generated_label(clip_id: ClipId, key: CacheKey) -> str:
    """The checksum beside a generated clip, relative to its project."""
    return f"generated/{clip_id}-{key[:16]}.json"


def cutlist(project_id: ProjectId, name: str) -> str:
    """What a film is joined of: by its job, or the last one's by its purpose."""
    return f"{project(project_id)}/generated/cuts/{name}.json"


def incoming(project_id: ProjectId, upload_id: str) -> str:
    """A file that was sent, until it is looked at. It goes with its project."""
    return f"{project(project_id)}/generated/uploads/{upload_id}"


def exports(project_id: ProjectId) -> str:
    """The folder of a project's finished films."""
    return f"{project(project_id)}/exports"


def export(project_id: ProjectId, job_id: JobId, container: str) -> str:
    """A finished film."""
    return f"{exports(project_id)}/{job_id}.{container}"


class Kind(StrEnum):
    """What the cache keeps. They are cleared by different rules, since only clips cost money."""

    MOTION = "motion"
    SEGMENTS = "segments"
    PROXIES = "proxies"
    STILLS = "stills"


def shelf(kind: Kind) -> str:
    """The folder of one kind."""
    return f"cache/{kind}"


def cached(key: CacheKey, kind: Kind = Kind.MOTION) -> str:
    """A generated clip, or what was made of one, in the cache."""
    return f"cache/{kind}/{key[:2]}/{key}.{'jpg' if kind is Kind.STILLS else 'mp4'}"


def label(key: CacheKey, kind: Kind = Kind.MOTION) -> str:
    """The checksum beside it."""
    return f"cache/{kind}/{key[:2]}/{key}.json"
