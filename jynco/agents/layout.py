"""Where everything lies. The only place that puts a storage key together.

::

    projects/<projectId>/storyboard.json        the mirror
    projects/<projectId>/<people's own paths>   pictures, sounds, footage
    projects/<projectId>/generated/<clip>-<key>.mp4
    projects/<projectId>/exports/<jobId>.mp4
    cache/motion/<2 digits>/<cache key>.mp4     shared by every project, and .json beside it with its checksum
"""

from __future__ import annotations

from pathlib import PurePosixPath

from jynco.errors import PathRefused
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId

OURS = frozenset({"generated", "exports"})  # people's files cannot go there


def project(project_id: ProjectId) -> str:
    """The folder of a project."""
    return f"projects/{project_id}"


def mirror(project_id: ProjectId) -> str:
    """The published storyboard."""
    return f"{project(project_id)}/storyboard.json"


def inside(project_id: ProjectId, relative: str) -> str:
    """A path of the document as a key. PathRefused when it leaves the project."""
    pure = PurePosixPath(relative)
    if not relative or pure.is_absolute() or ".." in pure.parts or "\0" in relative or "\\" in relative:
        raise PathRefused(
            f"'{relative}' leaves the project: use a path relative to the storyboard, without '..'."
        )
    return f"{project(project_id)}/{pure.as_posix()}"


def people(project_id: ProjectId, relative: str) -> str:
    """The key for a file that people bring. PathRefused where only Jynco writes."""
    key = inside(project_id, relative)
    first = PurePosixPath(relative).parts[0]
    if first in OURS or relative == "storyboard.json":
        raise PathRefused(f"'{relative}' is a place where Jynco keeps its own files: use another folder.")
    return key


def generated(clip_id: ClipId, key: CacheKey) -> str:
    """A generated clip, relative to its project: what the document shows as ``sourceFile``."""
    return f"generated/{clip_id}-{key[:16]}.mp4"


def export(project_id: ProjectId, job_id: JobId, container: str) -> str:
    """A finished film."""
    return f"{project(project_id)}/exports/{job_id}.{container}"


def cached(key: CacheKey) -> str:
    """A generated clip in the cache."""
    return f"cache/motion/{key[:2]}/{key}.mp4"


def label(key: CacheKey) -> str:
    """The checksum beside a cached clip."""
    return f"cache/motion/{key[:2]}/{key}.json"
