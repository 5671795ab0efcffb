"""Files that people send: where to, what was agreed about each, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from jynco.model.ids import ProjectId

UPLOAD_PATTERN: Final = r"^up_[a-z0-9]{1,40}\Z"


@dataclass(frozen=True, slots=True)
class Presigned:
    """A request that whoever holds it may send, without a name: everything in it was signed, and it ends soon.

    ``fields``: of the form that a POST sends, before the field ``file``; a PUT sends the bytes as they are.
    """

    method: str  # PUT or POST
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that a project was given, known by its content; pixels as shown, seconds of films and sounds."""

    project_id: ProjectId
    sha256: str
    path: str  # what goes into the document
    media_type: str
    size: int  # bytes
    width: int = 0
    height: int = 0
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way: what was said of it before, and what it turned out to be once it was looked at."""

    upload_id: str
    project_id: ProjectId
    name: str  # people's, for the words of a refusal only
    size: int  # bytes, exactly
    sha256: str | None = None
    media_type: str | None = None
    expires_at: datetime | None = None  # None: not kept yet
    asset: Asset | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tenant has, for those who set limits to it."""

    projects: int
    jobs: int  # not ended
    stored: int  # bytes of the files that were sent, and of those that may still come
