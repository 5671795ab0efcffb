"""``bench``: what Jynco costs on this machine, beside an expert's FFmpeg command and beside MoviePy.

What is measured lives in the checkout's folder ``bench/``, below no room of the house; it is imported here by name.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from jynco.cli import exits, home, options
from jynco.cli.speech import Speech
from jynco.errors import UsageWrong

QUICK = {"runs": 1, "clips": 4, "seconds": 2, "size": "640x360", "most": 100, "beside": False}
FULL = {"runs": 3, "clips": 10, "seconds": 5, "size": "1920x1080", "most": 10_000, "beside": True}


@click.command()
@click.argument(
    "what", type=click.Choice(["film", "queues", "scale", "reads", "submits", "all"]), default="film"
)
@click.option("--quick", is_flag=True, help="Small and once: for exactness and CPU time, in half a minute.")
@click.option("--runs", type=click.IntRange(1, 99), help="Rounds; figures are their medians.  [default: 3]")
@click.option("--clips", type=click.IntRange(4, 500), help="Clips of the reference film.  [default: 10]")
@click.option("--seconds", type=click.IntRange(2, 60), help="Length of each clip.  [default: 5]")
@click.option("--size", metavar="WxH", help="Its frame.  [default: 1920x1080]")
@click.option("--seed", type=int, default=1, show_default=True, help="What the reference film is made from.")
@click.option("--cores", type=click.IntRange(1, 64), default=2, show_default=True, help="Each way may use.")
@click.option(
    "--most", type=click.IntRange(10, 10_000), help="The largest size of `scale`.  [default: 10000]"
)
@click.option("--moviepy/--no-moviepy", "beside", default=None, help="MoviePy beside it, in .venv-bench.")
@click.option("--show", is_flag=True, help="Only print the expert's FFmpeg command.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="For JSON and plot.  [bench/out]"
)
@options.common
def bench(what: str, data: Path | None, as_json: bool, show: bool, **given: Any) -> int:
    """Measure: the cut (film), lanes (queues), cost per clip (scale), the API (reads, submits), or all of it."""
    speech = Speech.create(as_json)
    asked = _asked(speech, data, **given)
    if show:
        text = import_module("bench.film").command(asked)
        speech.answer(text, {"command": text})
        return exits.DONE
    report = import_module("bench.program").run(what, asked)
    speech.answer(report.text, report.json)
    for fault in report.faults:
        speech.say(f"jynco: not as it must be: {fault}.")
    return exits.FAILED if report.faults else exits.DONE


def _asked(speech: Speech, data: Path | None, *, quick: bool, out: Path | None, **given: Any) -> Any:
    """The options as ``bench.asked.Asked``. UsageWrong outside a checkout, and for a size that is none."""
    if not (home.ROOT / "bench" / "asked.py").is_file():
        raise UsageWrong("The benchmarks come with the checkout, not with an installation: run this there.")
    chosen = {name: value for name, value in given.items() if value is not None}
    wanted = {**(QUICK if quick else FULL), **chosen}
    wanted["size"] = _size(str(wanted["size"]))
    place = {"data": data} if data is None else {"data": _made(data)}
    found = {**wanted, **place, "quick": quick, "say": partial(_said, speech)}
    return import_module("bench.asked").Asked(**found, **({"out": out} if out else {}))


def _made(data: Path) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    return data.absolute()


def _said(speech: Speech, sentence: str) -> None:
    speech.say(f"{sentence} ...")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    sides = [int(side) if side.isdecimal() else 0 for side in (width, height)]
    if any(side < 16 or side % 2 for side in sides):
        raise UsageWrong(f"--size must be two even numbers of pixels, such as 1280x720; it is '{text}'.")
    return sides[0], sides[1]
