"""Versions of a storyboard: what people wanted before, who changed it, and the way back and forth between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

KEPT: Final = 100  # versions of a project


@dataclass(frozen=True, slots=True)
class Mark:
    """What is noted of a change: who made it, and which revision it brings back (None: it is something new)."""

    author: str = ""
    origin: int | None = None


NOBODY: Final = Mark()


@dataclass(frozen=True, slots=True)
class Version:
    """One state that people wanted. ``origin`` is its own revision, or that of the state it brought back.

    ``parent`` is the origin of the state it was made from; None for a project's first version.
    """

    revision: int
    origin: int
    parent: int | None
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Steps:
    """The revisions that one step back and one step forth lead to; None where there is none."""

    undo: int | None = None
    redo: int | None = None


def steps(versions: Sequence[Version]) -> Steps:
    """From where the newest version (the first) stands. What was done after an undo is the way forth from there."""
    if not versions:
        return Steps()
    known = {version.revision: version for version in versions}
    here = versions[0].origin
    before = known[here].parent if here in known else None
    after = [each.revision for each in versions if each.parent == here and each.origin == each.revision]
    return Steps(before if before in known else None, max(after, default=None))
