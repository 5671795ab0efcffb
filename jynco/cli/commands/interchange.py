"""``export`` and ``open``: films for other editors, and storyboards out of films."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from config.settings import read
from jynco.bootstrap import House, tags
from jynco.cli import exits, options, remote
from jynco.cli.home import house
from jynco.cli.paper import Paper
from jynco.cli.speech import Speech
from jynco.client import Client, luggage
from jynco.document import files
from jynco.document.fields import clips, text
from jynco.document.interchange.carried import carried
from jynco.document.interchange.forms import Form
from jynco.document.view import storyboard
from jynco.errors import AssetRefused, PathRefused, StorageFull, UsageWrong
from jynco.model.ids import ProjectId
from jynco.model.storyboard import Document, Json

FORMS: Final = ",".join(Form)
NAMED: Final = 10  # files in one sentence


def _there(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco export``, of a project elsewhere: media are named by their addresses there."""
    forms, folder, name = _forms(asked["to"]), _folder(asked["out"]), options.project(asked["project"])
    return _written(speech, folder, name, {form: client.export(name, form) for form in forms})


@click.command()
@click.argument("project")
@click.option("--to", default="otio", show_default=True, metavar="FORMS", help=f"One or more of {FORMS}.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder (default: here).",
)
@options.common
@remote.instead(_there)
def export(project: str, to: str, out: Path, data: Path | None, as_json: bool) -> int:
    """Write PROJECT's timeline for other editors: OpenTimelineIO, Final Cut XML, EDL, captions."""
    speech, forms, folder, name = Speech.create(as_json), _forms(to), _folder(out), options.project(project)
    with house(read(data=data), speech) as home:
        made = {form: home.interchange.export(name, form).content for form in forms}
    return _written(speech, folder, name, made)


def _imported_there(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco import``, into a project elsewhere."""
    found = client.revise(options.project(asked["project"]), files.read_bytes(asked["edit"]))
    return _taken(speech, asked["project"], found)


@click.command("import")
@click.argument("project")
@click.argument("edit", type=click.Path(path_type=Path))
@options.common
@remote.instead(_imported_there)
def take_in(project: str, edit: Path, data: Path | None, as_json: bool) -> int:
    """Take EDIT, an .otio export of PROJECT that was edited elsewhere, as its next revision."""
    speech, name, content = Speech.create(as_json), options.project(project), files.read_bytes(edit)
    with house(read(data=data), speech) as home:
        return _taken(speech, name, home.interchange.revise(name, content).document)


def _taken(speech: Speech, name: str, document: Document) -> int:
    names: list[Json] = [text(clip, "clipId") for _, clip in clips(document)]
    speech.answer(f"{name} is as it was edited: {len(names)} clips", {"projectId": name, "clips": names})
    return exits.DONE


def _opened_there(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco open``, of a project elsewhere. Its files are sent where they lie beside the film."""
    film: Path = asked["film"]
    document = _carried(film, asked["name"])
    if asked["out"] is not None:
        return _saved(speech, asked["out"], document)
    missing = [path for path in luggage.names(document) if not (film.resolve().parent / path).is_file()]
    if missing:
        raise AssetRefused(
            f"{_listed(missing)} are not beside {film}: put them there, or write --out a storyboard."
        )
    client.create(document, film.resolve().parent)
    speech.answer(
        f"{document['projectId']} is there again", {"projectId": document["projectId"], "missing": []}
    )
    return exits.DONE


@click.command("open")
@click.argument("film", type=click.Path(path_type=Path))
@click.option("--as", "name", metavar="PROJECT", help="Under another name than the film's own.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Only write the storyboard into this file."
)
@options.common
@remote.instead(_opened_there)
def unpack(film: Path, name: str | None, out: Path | None, data: Path | None, as_json: bool) -> int:
    """Bring back the project of FILM: its storyboard is inside. Pictures that lie beside it come along."""
    speech, document = Speech.create(as_json), _carried(film, name)
    if out is not None:
        return _saved(speech, out, document)
    with house(read(data=data), speech) as home:
        found = home.storyboard.create(document).project_id
        wanted = dict.fromkeys(Paper(film, document, storyboard(document)).paths)
        missing = [path for path in wanted if not _brought(home, found, film, path)]
    if missing:
        speech.say(f"Not beside {film}, and so to be brought: {_listed(missing)}.")
    speech.answer(f"{found} is there again", {"projectId": found, "missing": [*missing]})
    return exits.DONE


def _carried(film: Path, name: str | None) -> Document:
    return carried(tags(film), str(film), options.project(name) if name is not None else None)


def _brought(home: House, project_id: ProjectId, film: Path, path: str) -> bool:
    try:
        home.quartermaster.bring_in(project_id, film.resolve().parent, [path])
    except (AssetRefused, PathRefused):
        return False
    return True


def _saved(speech: Speech, out: Path, document: Document) -> int:
    files.write(out, document)
    speech.answer(str(out), {"projectId": document["projectId"], "storyboard": str(out)})
    return exits.DONE


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _written(speech: Speech, folder: Path, name: str, made: Mapping[Form, bytes]) -> int:
    paths = {str(form): folder / f"{name}{form.suffix}" for form in made}
    for path, content in zip(paths.values(), made.values(), strict=True):
        put(path, content)
    files: dict[str, Json] = {form: str(path) for form, path in paths.items()}
    speech.answer("\n".join(map(str, paths.values())), {"projectId": name, "files": files})
    return exits.DONE


def put(path: Path, content: bytes) -> None:
    """A file, whole or not at all. StorageFull."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as fault:
        raise StorageFull(f"Cannot write {path}: {fault.strerror}. Choose another --out.") from fault
    finally:
        part.unlink(missing_ok=True)


def _forms(text: str) -> list[Form]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Form)]
    if unknown or not names:
        raise UsageWrong(
            f"--to takes {FORMS}, parted by commas, and not '{unknown[0] if unknown else text}'."
        )
    return [Form(name) for name in dict.fromkeys(names)]


def _folder(out: Path) -> Path:
    if not out.is_dir():
        raise UsageWrong(f"There is no folder {out}: make it, or choose another --out.")
    return out
