"""``validate`` and ``plan``: what is wrong, and what it would cost. Both change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from config.settings import read
from jynco.agents.report import plan_report
from jynco.cli import exits, paper, remote
from jynco.cli.home import house
from jynco.cli.options import common
from jynco.cli.speech import Speech
from jynco.errors import DocumentInvalid
from jynco.model.plan import Action, CutPlan, Plan, Wishes

NAMED: Final = 4  # segments in one line
STORYBOARD = click.argument("storyboard", type=click.Path(path_type=Path))


@click.command()
@STORYBOARD
@common
def validate(storyboard: Path, data: Path | None, as_json: bool) -> int:
    """Every error of STORYBOARD, each with its place in the document."""
    speech = Speech.create(as_json)
    try:
        paper.check(storyboard, read(data=data))
    except DocumentInvalid as error:
        faults = error.faults
        text = "\n".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in faults)
        speech.answer(
            f"{text}\n{len(faults)} to mend in {storyboard}", {"valid": False, **exits.as_json(error)}
        )
        return exits.WRONG
    speech.answer(f"{storyboard} is valid", {"valid": True, "errors": []})
    return exits.DONE


@click.command()
@STORYBOARD
@click.option("--provider", help="Provider, or provider:model, for clips that name none.")
@common
@remote.instead(remote.plan)
def plan(storyboard: Path, provider: str | None, data: Path | None, as_json: bool) -> int:
    """What a film of STORYBOARD needs, clip by clip, with price and time. Changes nothing."""
    speech, settings = Speech.create(as_json), read(data=data)
    sheet = paper.sketch(storyboard, settings, provider)
    with house(settings, speech) as home:
        drawn = home.architect.sketch(sheet.document, sheet.folder, Wishes(provider=provider))
    speech.answer(_table(drawn), plan_report(drawn))
    return exits.FAILED if any(clip.action is Action.FAILED for clip in drawn.clips) else exits.DONE


def _table(drawn: Plan) -> str:
    rows = []
    for clip in drawn.clips:
        price = "?" if clip.usd is None else f"${clip.usd:.2f}"
        maker = f"{clip.shot.provider}:{clip.shot.model}" if clip.shot else ""
        rows.append(
            f"{clip.clip_id:24} {clip.action!s:9} {price:>8} {clip.seconds:6.0f} s  {maker}{clip.reason or ''}"
        )
    seconds = sum(clip.seconds for clip in drawn.clips)
    rows.append(
        f"{len(drawn.to_generate)} to generate, about ${drawn.usd:.2f} and {seconds:.0f} s; {drawn.frames} frames"
    )
    return "\n".join([*rows, *(_segments(drawn.cut, drawn.frames) if drawn.cut else [])])


def _segments(cut: CutPlan, frames: int) -> Iterator[str]:
    """What must be encoded and why; segments beside each other for the same reason in one line."""
    yield f"{len(cut.encode)} of {cut.segments} segments to encode, {cut.frames} of {frames} frames" + (
        ", and the sound" if cut.sound else ""
    )
    for why, alike in groupby(cut.encode, key=lambda segment: segment.reason):
        names = [segment.name for segment in alike]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield f"  {', '.join(names[:NAMED])}{more}: {why}"
