"""``--server URL --key KEY``: the same commands, done by a Jynco elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click

from jynco.cli import exits, options
from jynco.cli.speech import Speech
from jynco.client import Client, Progress
from jynco.compose.encoder import container_for
from jynco.compose.preview import CONTAINER
from jynco.document import codec
from jynco.document.view import storyboard as view
from jynco.errors import AssetRefused
from jynco.model.states import JobState, Made
from jynco.model.storyboard import Document, Json

Command = Callable[..., int]


def instead(there: Command) -> Callable[[Command], Command]:
    """A command that is done by ``there(client, speech, **asked)`` when a server is named."""

    def decorate(here: Command) -> Command:
        @click.option("--server", metavar="URL", help="Have it done by the Jynco at this address.")
        @click.option("--key", metavar="KEY", help="The API key for --server.")
        @wraps(here)
        def either(server: str | None, key: str | None, **asked: Any) -> int:
            if server is None:
                return here(**asked)
            with Client(server, key) as client:
                return there(client, Speech.create(asked.pop("as_json")), **asked)

        return either

    return decorate


def render(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco render``: files sent, film fetched."""
    path: Path = asked["storyboard"]
    document, folder = _read(path), path.resolve().parent
    job = client.submit(document, folder, **_wishes(asked))  # and so it is a storyboard
    kind = CONTAINER if asked["preview"] else container_for(view(document).output.codec, None)
    target = asked["out"] or folder / f"{document['projectId']}.{kind}"
    ended = client.wait(job.job_id, _Lines(speech))
    if ended.state is not JobState.COMPLETED:
        return _failed(ended, speech)
    client.download(ended.job_id, target)
    speech.answer(str(target), {**ended.report, "film": str(target)})
    return exits.DONE if _complete(ended, speech) else exits.INCOMPLETE


def plan(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco plan``: of the project as the server has it."""
    wanted = {"provider": asked["provider"]} if asked.get("provider") else {}
    told = client.plan(str(_read(asked["storyboard"])["projectId"]), **wanted)
    cut = told["cut"]
    encode = f", of which {cut['framesToEncode']} to encode" if isinstance(cut, dict) else ""
    whole = f"${told['costUsd']} for {told['frames']} frames{encode}"
    speech.answer("\n".join([*map(_clip, _clips(told)), whole]), told)
    return exits.DONE


def _clips(told: Mapping[str, Json]) -> list[dict[str, Json]]:
    clips = told["clips"]
    return [clip for clip in clips if isinstance(clip, dict)] if isinstance(clips, list) else []


def _clip(clip: dict[str, Json]) -> str:
    """As ``jynco plan`` says it of a clip where it is done here."""
    price = "?" if clip.get("costUsd") is None else f"${float(str(clip['costUsd'])):.2f}"
    maker = f"{clip['provider']}:{clip.get('model')}" if clip.get("provider") else ""
    seconds = float(str(clip.get("seconds") or 0))
    begin = f"{clip.get('clipId')!s:24} {clip.get('action')!s:9} {price:>8} {seconds:6.0f} s"
    return f"{begin}  {maker}{clip.get('reason') or ''}"


def status(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco status``."""
    found = client.job(asked["job"])
    speech.answer(f"{found.job_id}: {found.state}, {found.progress:.0%}", found.report)
    return exits.FAILED if found.state in {JobState.FAILED, JobState.CANCELLED} else exits.DONE


def cancel(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco cancel``."""
    ended = client.cancel(asked["job"])
    speech.answer(f"{ended.job_id} is {ended.state}", ended.report)
    return exits.DONE if ended.state is JobState.CANCELLED else exits.FAILED


def delete(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco delete``."""
    client.delete(asked["project"])
    speech.answer(f"{asked['project']} is deleted", {"projectId": asked["project"], "deleted": True})
    return exits.DONE


def retry(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco retry``."""
    consent = {name: asked[name] for name in ("pay_again", "failover_moderated")}
    return _made(client, client.retry(asked["project"], asked["clip"], **consent), speech)


def edit(client: Client, speech: Speech, **asked: Any) -> int:
    """``jynco edit``."""
    return _made(client, client.edit(asked["project"], asked["clip"], motionPrompt=asked["prompt"]), speech)


def _made(client: Client, job: Progress, speech: Speech) -> int:
    ended = client.wait(job.job_id, _Lines(speech))
    if ended.state is not JobState.COMPLETED:
        return _failed(ended, speech)
    speech.answer(f"{ended.job_id} is {ended.state}", ended.report)
    return exits.DONE


def _failed(ended: Progress, speech: Speech) -> int:
    error = ended.report.get("error")
    why = error.get("message") if isinstance(error, dict) else None
    speech.say(f"jynco: {why or f'The job was {ended.state}.'}")
    speech.answer("", {**ended.report, "film": None})
    return exits.FAILED


def _complete(ended: Progress, speech: Speech) -> bool:
    receipt = ended.report.get("receipt")
    lines = receipt.get("clips") if isinstance(receipt, dict) else None
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, dict) and line.get("made") in {Made.STAND_IN, Made.MISSING}:
            speech.say(f"{line.get('clipId')} is {line.get('made')}: {line.get('note')}")
    return isinstance(receipt, dict) and receipt.get("complete") is True


def _wishes(asked: dict[str, Any]) -> dict[str, Json]:
    budget = options.dollars(asked["budget"])
    wanted: dict[str, Json] = {
        "kind": "preview" if asked["preview"] else "final",
        "priority": asked["priority"],
        "onMissing": asked["on_missing"],
        "provider": asked["provider"],
        "budgetUsd": None if budget is None else str(budget),
        "payAgain": asked["pay_again"] or None,
        "failoverModerated": asked["failover_moderated"] or None,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _read(path: Path) -> Document:
    try:
        return codec.loads(path.read_bytes())
    except OSError as fault:
        raise AssetRefused(f"{path} cannot be read: {fault.strerror}.") from fault


class _Lines:
    """A line for each quarter that is done."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._said = -1

    def __call__(self, job: Progress) -> None:
        quarter = int(job.progress * 4)
        if quarter > self._said:
            self._said = quarter
            self._speech.say(f"{job.state}: {quarter * 25} %")
