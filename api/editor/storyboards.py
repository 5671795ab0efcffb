"""The page of one storyboard, and the parts of it that are fetched again when something has happened."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from api.editor.board import board
from api.editor.looks import looks, transitions
from jynco.errors import DocumentInvalid, JyncoError, NotFound
from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import Project
from jynco.model.plan import Action, Wishes
from jynco.model.states import Lane, OnMissing, Purpose
from workers.house import house

WORDS: Final = {
    "pending": "Not made yet",
    "waiting": "Waiting",
    "generating": "Being made",
    "completed": "Ready",
    "failed": "Failed",
    "footage": "Footage",
}
LOOK = Wishes(Purpose.PREVIEW, Lane.HIGH, OnMissing.SLATE)  # what the price is asked for


def add(pages: Blueprint) -> None:
    """The page and its parts."""
    own = "/projects/<project:project_id>"
    pages.add_url_rule(own, view_func=page)
    pages.add_url_rule(f"{own}/board", view_func=cards)
    pages.add_url_rule(f"{own}/plan", view_func=plan)
    pages.add_url_rule(f"{own}/layers", view_func=layers)
    pages.add_url_rule(f"{own}/film", view_func=film)
    pages.add_url_rule(f"{own}/clips/<clip:clip_id>", view_func=drawer)


def page(project_id: ProjectId) -> ResponseReturnValue:
    """The storyboard."""
    return render_template("editor/storyboard.html", **_shown(project_id))


def cards(project_id: ProjectId) -> ResponseReturnValue:
    """Timeline, cards and progress, as of now."""
    return render_template("editor/board.html", **_shown(project_id))


def plan(project_id: ProjectId) -> ResponseReturnValue:
    """The price, and the buttons that spend it. Apart from the board, for it looks at every picture."""
    here = house()
    project = here.storyboard.current(project_id)
    try:
        drawn = here.architect.plan(project_id, LOOK)
    except JyncoError as fault:
        return render_template("editor/plan.html", project=project, plan=None, faults=_sentences(fault))
    impossible = [clip for clip in drawn.clips if clip.action is Action.FAILED]
    free = all(clip.usd == 0 for clip in drawn.clips)
    numbers = {clip_id: number for number, clip_id in enumerate(_names(project), 1)}
    return render_template(
        "editor/plan.html", project=project, plan=drawn, impossible=impossible, free=free, numbers=numbers
    )


def drawer(project_id: ProjectId, clip_id: ClipId) -> ResponseReturnValue:
    """Everything about one clip, to be edited. NotFound."""
    found = board(house(), house().storyboard.current(project_id))
    card = next((card for card in found.cards if card.clip.clip_id == clip_id), None)
    if card is None:
        raise NotFound(f"There is no clip '{clip_id}' in '{project_id}' any more.")
    return render_template(
        "editor/clip.html",
        board=found,
        card=card,
        takes=house().takes.of(project_id, clip_id),
        transitions=transitions(),
        looks=looks(found.project.document, clip_id),
        policies=list(OnMissing),
        providers=house().settings.providers,
    )


def layers(project_id: ProjectId) -> ResponseReturnValue:
    """Titles and sounds, to be edited."""
    return render_template("editor/layers.html", **_shown(project_id))


def film(project_id: ProjectId) -> ResponseReturnValue:
    """The film's name, size and rate, to be edited."""
    return render_template("editor/film.html", **_shown(project_id))


def _shown(project_id: ProjectId) -> dict[str, object]:
    here = house()
    found = board(here, here.storyboard.current(project_id))
    return {
        "board": found,
        "project": found.project,
        "steps": here.history.steps(project_id),
        "Purpose": Purpose,
        "words": WORDS,
    }


def _names(project: Project) -> list[str]:
    timeline = project.document["timeline"]
    clips = timeline if isinstance(timeline, list) else []
    return [str(clip.get("clipId")) for clip in clips if isinstance(clip, dict)]


def _sentences(fault: JyncoError) -> list[str]:
    return [each.detail for each in fault.faults] if isinstance(fault, DocumentInvalid) else [fault.message]
