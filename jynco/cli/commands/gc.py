"""``gc``: what nobody needs any more leaves, by the rules of this installation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from config.settings import read
from jynco.cli import exits, options
from jynco.cli.home import house
from jynco.cli.speech import Speech
from jynco.model.retention import Leaving
from jynco.model.storyboard import Json


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would leave, and why.")
@options.common
def gc(dry_run: bool, data: Path | None, as_json: bool) -> int:
    """Clear away old films, their parts, unused clips, ended jobs and events.

    JYNCO_KEEP_* and JYNCO_CACHE_MAX_GB say which. What a project uses stays. The workers do the same once a day.
    """
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        told = home.janitor.leaving() if dry_run else home.janitor.clear()
    speech.answer(_words(told, dry_run), _report(told, dry_run))
    return exits.DONE


def _words(told: Sequence[Leaving], dry_run: bool) -> str:
    lines = [f"{each.thing:9} {_size(each.size):>10}  {each.name}: {each.why}" for each in told]
    verb = "would leave" if dry_run else "left"
    return "\n".join([*lines, f"{len(told)} {verb}, {_size(sum(each.size for each in told))}"])


def _report(told: Sequence[Leaving], dry_run: bool) -> dict[str, Json]:
    items: list[Json] = [
        {
            "kind": str(each.thing),
            "name": each.name,
            "bytes": each.size,
            "lastUsed": each.last_used.isoformat(),
            "why": each.why,
        }
        for each in told
    ]
    kinds = Counter(str(each.thing) for each in told)
    total = sum(each.size for each in told)
    return {"dryRun": dry_run, "items": items, "kinds": {**kinds}, "bytes": total}


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
