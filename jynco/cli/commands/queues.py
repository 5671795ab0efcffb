"""``queues``: what waits, what is held back, how the providers are doing, pause and resume."""

from __future__ import annotations

from pathlib import Path

import click

from config.settings import read
from jynco.cli import exits, options
from jynco.cli.home import house
from jynco.cli.speech import Speech
from jynco.model.storyboard import Json
from workers import pauses


@click.group()
def queues() -> None:
    """Queues and providers: what waits, how they are doing, and what is held back."""


@queues.command(name="list")
@options.common
def list_(data: Path | None, as_json: bool) -> int:
    """Queues, and the providers at which something runs, waits or fails."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        lanes, known = pauses.lanes(home), pauses.providers(home)
    lines = [_line(one) for one in (*lanes, *known) if isinstance(one, dict)]
    speech.answer("\n".join(lines), {"items": [*lanes], "providers": known})
    return exits.DONE


@queues.command()
@click.argument("name")
@options.common
def pause(name: str, data: Path | None, as_json: bool) -> int:
    """Hold back what has not begun of NAME: a queue such as motion.low, or provider:runway."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        told = pauses.pause(home, name)
    speech.answer(f"{name} begins nothing until 'jynco queues resume {name}'", told)
    return exits.DONE


@queues.command()
@click.argument("name")
@options.common
def resume(name: str, data: Path | None, as_json: bool) -> int:
    """Let NAME go on."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        told = pauses.resume(home, name)
    speech.answer(f"{name} goes on", told)
    return exits.DONE


def _line(one: dict[str, Json]) -> str:
    state = "paused" if one["paused"] else "failing" if one.get("failingUntil") else "open"
    counts = f"  {one['running']} running, {one['waiting']} waiting" if "running" in one else ""
    if one.get("depth"):
        counts = f"  {one['depth']} waiting, the oldest for {float(str(one['ageSeconds'])):.0f} s"
    return f"{one['name']}  {state}{counts}"
