"""The page of a project's versions: what was done, when and by whom; each can be looked at, and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from api.callers import HERE, caller
from api.editor.board import Span, placed
from api.editor.changes import changes
from jynco.adapters.database.desk import desk
from jynco.bootstrap import House
from jynco.document.view import storyboard
from jynco.errors import NotFound
from jynco.model.ids import ClipId, ProjectId
from jynco.model.storyboard import Storyboard
from jynco.model.versions import Version
from workers.house import house

SHOWN: Final = 30  # versions of a page: each is read whole, to say what was done in it
KEYS: Final = 200  # whose names are looked up


@dataclass(frozen=True, slots=True)
class Entry:
    """One version in the list."""

    version: Version
    author: str
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A version that is looked at, as it would play."""

    version: Version
    story: Storyboard
    spans: dict[ClipId, Span]
    seconds: Fraction


def add(pages: Blueprint) -> None:
    """The page."""
    pages.add_url_rule("/projects/<project:project_id>/versions", view_func=versions)


def versions(project_id: ProjectId) -> ResponseReturnValue:
    """The last versions, and one of them: the newest, or that of ``?look=``. NotFound."""
    here = house()
    project = here.storyboard.current(project_id)
    every = here.history.of(project_id)
    entries = _entries(here, project_id, every[: SHOWN + 1])
    look = _look(here, project_id, _wanted(every))
    return render_template(
        "editor/versions.html",
        project=project,
        title=storyboard(project.document).title or project_id.removeprefix("proj_").replace("_", " "),
        entries=entries[:SHOWN],
        older=len(every) - len(entries[:SHOWN]),
        look=look,
        shown=next((entry for entry in entries if entry.version.revision == look.version.revision), None),
        newest=every[0].revision,
    )


def _wanted(every: Sequence[Version]) -> Version:
    asked = request.args.get("look", str(every[0].revision))
    found = next((version for version in every if str(version.revision) == asked), None)
    if found is None:
        raise NotFound(f"Version {asked[:20]!r} is not kept: the last hundred are.")
    return found


def _look(here: House, project_id: ProjectId, version: Version) -> Look:
    story = storyboard(here.database.projects.version(project_id, version.revision))
    spans, seconds = placed(story, {})
    return Look(version, story, spans, seconds)


def _entries(here: House, project_id: ProjectId, every: Sequence[Version]) -> list[Entry]:
    """Each with what was done in it; of the oldest, nobody knows what was before."""
    documents = [here.database.projects.version(project_id, version.revision) for version in every]
    names = _names(here, every)
    done = [tuple(changes(old, new)) for new, old in pairwise(documents)]
    first = ("the beginning",) if every[-1].parent is None else ()
    return [
        Entry(version, names.get(version.author, version.author), what)
        for version, what in zip(every, [*done, first], strict=True)
    ]


def _names(here: House, every: Sequence[Version]) -> dict[str, str]:
    """People know their keys by name."""
    named = {HERE.name: "on this machine", "storyboard.json": "by hand, in storyboard.json"}
    if any(version.author.startswith("key_") for version in every):
        named |= {key.key_id: key.name for key in desk(here.database).keys.page(caller().tenant, None, KEYS)}
    return named
