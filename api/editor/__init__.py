"""The editor: pages rendered here, which then do everything through the public API, as any client would."""

from __future__ import annotations

import math
from http import HTTPStatus

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from api import crossing, errors, problems
from api.editor import door, gallery, media, operations, statics, storyboards, vendored, versions
from api.editor.words import FILTERS
from api.tries import Tries
from jynco.errors import JyncoError
from workers.house import house

PARTS = (gallery, storyboards, operations, media, door, versions, statics)


def register(app: Flask) -> None:
    """Put the pages at ``/``, ``/projects/...`` and ``/operations``, their files at ``/editor/...``."""
    pages = Blueprint("editor", __name__, template_folder="templates")
    for part in PARTS:
        part.add(pages)
    pages.register_error_handler(JyncoError, _sorry)
    pages.context_processor(door.page_words)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["integrity"] = vendored.integrity
    app.register_blueprint(pages)
    statics.register(app)
    app.extensions["jynco.tries"] = Tries(house().settings.redis_url, door.MOST)
    crossing.register(app)


def _sorry(error: JyncoError) -> ResponseReturnValue:
    """What was asked for cannot be shown: a page that says why, for people."""
    if isinstance(error, errors.NameWanted) and (onward := door.turned_away(error)) is not None:
        return onward
    if door.by_script():
        return problems.refused(error)
    status = errors.status_of(error)
    later = {"Retry-After": str(math.ceil(error.retry_after or errors.RETRY_AFTER))}
    away = error.retryable or status is HTTPStatus.SERVICE_UNAVAILABLE
    return render_template("editor/sorry.html", message=error.message), status, later if away else {}
