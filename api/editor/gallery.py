"""The first page: every film, newest first, and the way to begin another."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api import cursors, quotas
from api.editor.board import placed
from api.editor.copying import duplicate
from jynco.bootstrap import House
from jynco.document.view import storyboard
from jynco.model.ids import ClipId, ProjectId, is_project_id
from jynco.model.jobs import Project
from jynco.model.states import ClipStatus
from jynco.model.storyboard import Clip
from workers.house import house

PAGE = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One film in the list."""

    project: Project
    title: str
    poster: ClipId | None
    version: str
    words: str  # what its first clip says, for want of a picture
    clips: int
    seconds: Fraction
    ready: int
    failed: int


def add(pages: Blueprint) -> None:
    """The list, and what it needs beyond the API."""
    pages.add_url_rule("/", view_func=gallery)
    pages.add_url_rule("/projects/<project:project_id>/duplicate", view_func=copy, methods=["POST"])


def gallery() -> ResponseReturnValue:
    """Every film; page by page where there are very many."""
    here, cursor = house(), request.args.get("cursor")
    after = ProjectId(cursors.decode(cursor, is_project_id)) if cursor else None
    found = here.database.projects.page(after, PAGE + 1)
    entries = [_entry(here, row) for row in found[:PAGE]]
    entries.sort(key=lambda entry: entry.project.updated_at, reverse=True)
    more = cursors.behind(found, PAGE, lambda row: row.project_id)
    return render_template("editor/gallery.html", entries=entries, more=more)


def copy(project_id: ProjectId) -> ResponseReturnValue:
    """Another project with the same storyboard and files; what was paid for is found in the cache."""
    quotas.one_more_project()
    created = duplicate(house(), project_id)
    return redirect(url_for("editor.page", project_id=created.project_id), 303)


def _entry(here: House, project: Project) -> Entry:
    story = storyboard(project.document)
    rows = here.storyboard.rows(project.project_id)
    states = [rows[clip.clip_id].status for clip in story.clips if clip.clip_id in rows]
    shown = _shown(story.clips, {name for name, row in rows.items() if row.source_file})
    made = rows[shown.clip_id].cache_key if shown and shown.clip_id in rows else None
    return Entry(
        project,
        story.title or project.project_id.removeprefix("proj_").replace("_", " "),
        shown.clip_id if shown else None,
        f"{(made or '')[:16]}.{(shown.footage or shown.source_image or '') if shown else ''}",
        next((clip.motion_prompt for clip in story.clips if clip.motion_prompt), ""),
        len(story.clips),
        placed(story, {})[1],
        states.count(ClipStatus.COMPLETED),
        states.count(ClipStatus.FAILED),
    )


def _shown(clips: tuple[Clip, ...], made: set[ClipId]) -> Clip | None:
    """The clip that stands for the film: the first with a film of its own, else the first with a picture."""
    films = (clip for clip in clips if clip.clip_id in made or clip.footage)
    pictures = (clip for clip in clips if clip.source_image)
    return next(films, None) or next(pictures, None)
