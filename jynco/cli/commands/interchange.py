"""``export`` and ``open``: films for other editors, and storyboards out of films."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from config.settings import read
from jynco.cli import exits, options, remote
from jynco.cli.home import house
from jynco.cli.speech import Speech
from jynco.client import Client
from jynco.document.interchange.forms import Form
from jynco.errors import StorageFull, UsageWrong
from jynco.model.storyboard import Json

FORMS: Final = ",".join(Form)


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
