"""What a clip looks like, small: its poster, and a strip of its frames to move along. Made when first looked at."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.editor.frames import from_film, from_picture
from jynco.agents.motion.outcomes import shot_of
from jynco.bootstrap import House
from jynco.document.view import storyboard
from jynco.errors import AssetRefused, JyncoError, NotFound
from jynco.model.ids import ClipId, JobId, ProjectId
from jynco.model.storyboard import Clip
from workers.house import house

WIDTHS: Final = {"card": 480, "player": 1280}  # pixels
FRAMES: Final = 12  # of a strip
KEPT: Final = 600  # posters in memory, about 25 kB each
CACHE: Final = "private, max-age=60"  # a picture may be replaced by hand under its old name; the tag tells

NOTHING: Final = ("", 204)
REVISION: Final = re.compile(r"[0-9]{1,9}")

_posters: OrderedDict[str, bytes] = OrderedDict()
_lock = threading.Lock()
_desk = threading.BoundedSemaphore(2)  # a page of a hundred new clips does not take the machine's every core


def add(pages: Blueprint) -> None:
    """The addresses of posters and strips."""
    pages.add_url_rule("/filmstrips/<project:project_id>/<clip:clip_id>", view_func=filmstrip)
    pages.add_url_rule("/posters/<project:project_id>/<clip:clip_id>", view_func=poster)


def poster(project_id: ProjectId, clip_id: ClipId) -> ResponseReturnValue:
    """A frame of the clip's film, or of its source picture where there is no film yet. NotFound.

    ``?take=`` asks for that of a take, ``?revision=`` for the picture that an earlier version begins with.
    """
    here = house()
    clip = _clip(here, project_id, clip_id)
    width = WIDTHS.get(request.args.get("size", ""), WIDTHS["card"])
    try:
        path, is_film = _take(here, project_id, clip_id) or _subject(here, project_id, clip)
        key = _key(path, width)
        return _picture(key, lambda: _remembered(key, path, width, is_film))
    except JyncoError:  # the plan says what is wrong with the file; here something has to be seen
        return redirect(url_for("editor.static", filename="missing.svg"))


def filmstrip(project_id: ProjectId, clip_id: ClipId) -> ResponseReturnValue:
    """Twelve frames of the clip's film, side by side; nothing where there is no film just now. NotFound."""
    here = house()
    clip = _clip(here, project_id, clip_id)
    try:
        path, is_film = _subject(here, project_id, clip)
        return _picture(_key(path, FRAMES), lambda: _strip(here, path)) if is_film else NOTHING
    except JyncoError:  # it is being made anew, or damaged: its poster is there to be seen
        return NOTHING


def _strip(here: House, path: Path) -> bytes:
    with _desk:
        return here.quartermaster.filmstrip(path, FRAMES).read_bytes()


def _picture(key: str, made: Callable[[], bytes]) -> ResponseReturnValue:
    """A JPEG, made only for a browser that has not got it."""
    answer = Response(content_type="image/jpeg", headers={"Cache-Control": CACHE})
    answer.set_etag(key)
    if not request.if_none_match.contains(key):
        answer.set_data(made())
    return answer.make_conditional(request)


def _take(here: House, project_id: ProjectId, clip_id: ClipId) -> tuple[Path, bool] | None:
    """The film of the take that is asked for, if one is. NotFound."""
    asked = request.args.get("take")
    if asked is None:
        return None
    film = here.quartermaster.clip(
        project_id, clip_id, shot_of(here.takes.get(project_id, clip_id, JobId(asked))).key
    )
    if film is None:
        raise NotFound(f"The film of take '{asked}' is gone.")
    return film, True


def _subject(here: House, project_id: ProjectId, clip: Clip) -> tuple[Path, bool]:
    """The file to show, and whether it is a film. A film that was made goes before the picture it began with."""
    row = None if "revision" in request.args else here.storyboard.rows(project_id).get(clip.clip_id)
    film = clip.footage or (row.source_file if row else None)
    for path in (film, clip.source_image):
        if path is not None:
            try:
                return here.quartermaster.file(project_id, path), path == film
            except AssetRefused:
                continue
    raise NotFound(f"Clip '{clip.clip_id}' has neither a film nor a picture yet.")


def _clip(here: House, project_id: ProjectId, clip_id: ClipId) -> Clip:
    revision = request.args.get("revision", "")
    projects = here.database.projects
    known = projects.version(project_id, int(revision)) if REVISION.fullmatch(revision) else None
    story = storyboard(known or projects.get(project_id).document)
    found = next((clip for clip in story.clips if clip.clip_id == clip_id), None)
    if found is None:
        raise NotFound(f"There is no clip '{clip_id}' in '{project_id}'.")
    return found


def _key(path: Path, width: int) -> str:
    stat = path.stat()
    return f"{stat.st_dev:x}.{stat.st_ino:x}.{stat.st_size:x}.{stat.st_mtime_ns:x}.{width}"


def _remembered(key: str, path: Path, width: int, is_film: bool) -> bytes:
    with _lock:
        if key in _posters:
            _posters.move_to_end(key)
            return _posters[key]
    with _desk:
        made = from_film(path, width) if is_film else from_picture(path, width)
    with _lock:
        _posters[key] = made
        while len(_posters) > KEPT:
            _posters.popitem(last=False)
    return made
