"""Names of things. Patterns end in ``\\Z``: ``$`` would let a newline through."""

from __future__ import annotations

import re
from typing import Final, NewType

ProjectId = NewType("ProjectId", str)
ClipId = NewType("ClipId", str)
JobId = NewType("JobId", str)
CacheKey = NewType("CacheKey", str)  # 64 lower-case hexadecimal digits of a SHA-256

PROJECT_PATTERN: Final = r"^proj_[A-Za-z0-9_-]+\Z"
CLIP_PATTERN: Final = r"^clip_[A-Za-z0-9_-]+\Z"
JOB_PATTERN: Final = r"^job_(motion|render)_[A-Za-z0-9_-]+\Z"


def is_project_id(text: str) -> bool:
    """Whether ``text`` may name a project."""
    return re.match(PROJECT_PATTERN, text) is not None


def is_clip_id(text: str) -> bool:
    """Whether ``text`` may name a clip."""
    return re.match(CLIP_PATTERN, text) is not None


def is_job_id(text: str) -> bool:
    """Whether ``text`` may name a job."""
    return re.match(JOB_PATTERN, text) is not None
