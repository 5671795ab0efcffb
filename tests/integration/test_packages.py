"""Effects, transitions and layers out of an installed package: found, drawn, named when they are faulty."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

PACKAGE = """
from jynco.compose.effects import Effect
from jynco.compose.layers import Layer
from jynco.compose.parameters import Number
from jynco.compose.transitions import Transition
from jynco.compose.transitions.base import xfade

SEPIA = Effect(
    "sepia", "Sepia", "Brown, as old prints are.",
    {"intensity": Number("Intensity", "How brown.", 0.5, moves=True)},
    lambda stream, values, scene: stream.filter("eq", saturation=f"{1 - values.number('intensity'):.3f}"),
)
IRIS = Transition("iris", "Iris", "A circle opens.", xfade("circleopen"))
BARS = Layer(
    "bars", "Bars", "Bars above and below.",
    {"position.y": Number("Down", "How far in.", 0.1)},
    lambda stream, values, stage: stream.filter(
        "drawbox", y=0, w="iw", h=round(values.number("position.y") * stage.frame.height), color="black", t="fill",
        enable=stage.shown,
    ),
)
WRONG = "no effect at all"
"""
ENTRIES = """
[jynco.effects]
sepia = acme_looks:SEPIA
missing = acme_looks:NOTHING
wrong = acme_looks:WRONG
blur = acme_looks:SEPIA

[jynco.transitions]
iris = acme_looks:IRIS

[jynco.layers]
bars = acme_looks:BARS
"""
SCRIPT = """
import json, sys
from dataclasses import replace
from pathlib import Path
from jynco.compose.command import Papers, film
from jynco.compose.effects import EFFECTS
from jynco.compose.picture import Room
from jynco.compose.segments import Recipe, segments
from jynco.compose.sources import Source
from jynco.compose.timeline import lay_out
from jynco.document.checks import faults
from jynco.document.schema import schema
from jynco.document.view import storyboard
from jynco.model.media import MediaInfo
from fractions import Fraction

document = json.loads(sys.stdin.read())
found = [[fault.pointer, fault.code, fault.detail] for fault in faults(document)]
told = {"faults": found, "names": EFFECTS.names, "schema": json.dumps(schema())}
if not found:
    board = storyboard(document)
    info = MediaInfo("mov", Fraction(9), 160, 90, Fraction(10), 90, "h264")
    films = {clip.clip_id: Source(Path(f"{clip.clip_id}.mp4"), info, sha256="ab" * 32) for clip in board.clips}
    room = Room(board, lay_out(board, {}), films, Papers(Path("papers")).keep)
    made = film(board, room.timeline, films, {}, work=Path("papers"), target=Path("film.mp4"))
    told["graph"] = next(text for path, text in made.files.items() if path.name.startswith("graph"))
    told["keys"] = [segment.key for segment in segments(room, Recipe("build"))]
print(json.dumps(told))
"""


def told(site: Path, document: dict[str, Any]) -> dict[str, Any]:
    """What a process says of a document that has ``site`` among its packages."""
    environment = {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}
    line = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(
        line, input=json.dumps(document), capture_output=True, text=True, env=environment, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def installed(folder: Path, version: str) -> Path:
    """A folder as pip leaves one behind."""
    about = folder / f"acme_looks-{version}.dist-info"
    about.mkdir(parents=True)
    (folder / "acme_looks.py").write_text(PACKAGE)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: acme-looks\nVersion: {version}\n")
    (about / "entry_points.txt").write_text(ENTRIES)
    return folder


def document(effect: str, transition: str = "none", **layers: Any) -> dict[str, Any]:
    effects = {"filters": [{"type": effect, "intensity": 0.8}], "transitions": {"out": transition}}
    clips = [
        {"clipId": f"clip_{name}", "status": "pending", "motionPrompt": "pan", "duration": 2} for name in "ab"
    ]
    return {
        "version": "1.2",
        "projectId": "proj_acme",
        "outputSettings": {"resolution": {"width": 160, "height": 90}, "fps": 10, "codec": "h264"},
        "timeline": [{**clips[0], "effects": effects}, clips[1]],
        "layers": layers,
    }


def test_what_a_package_brings_is_in_the_schema_and_in_the_film(tmp_path: Path) -> None:
    bars = [{"layerId": "frame", "position": {"y": 0.25}}]
    asked = document("sepia", "iris", bars=bars)
    answer = told(installed(tmp_path / "one", "1.2"), asked)
    assert answer["faults"] == []
    assert "sepia" in answer["names"]
    assert "Brown, as old prints are." in answer["schema"]
    assert "saturation=0.2" in answer["graph"]
    assert "transition=circleopen" in answer["graph"]
    assert "drawbox" in answer["graph"]
    again = told(installed(tmp_path / "two", "1.3"), asked)["keys"]
    assert not set(again) & set(answer["keys"]), "another version of the package is another picture"
    plain = document("blur")
    assert told(tmp_path / "one", plain)["keys"] == told(tmp_path / "two", plain)["keys"]


@pytest.mark.parametrize(("name", "reason"), [("missing", "AttributeError"), ("wrong", "TypeError")])
def test_a_faulty_package_is_named_where_it_is_asked_for(name: str, reason: str, tmp_path: Path) -> None:
    answer = told(installed(tmp_path, "1.2"), document(name))
    ((pointer, code, detail),) = answer["faults"]
    assert (pointer, code) == ("/timeline/0/effects/filters/0/type", "package")
    assert name in detail
    assert "acme-looks 1.2" in detail
    assert reason in detail


def test_no_package_takes_the_place_of_what_is_ours(tmp_path: Path) -> None:
    answer = told(installed(tmp_path, "1.2"), document("blur"))
    assert "gblur" in answer["graph"]
    assert "saturation" not in answer["graph"]


def test_an_unknown_effect_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    ((pointer, code, detail),) = told(installed(tmp_path, "1.2"), document("glitter"))["faults"]
    assert (pointer, code) == ("/timeline/0/effects/filters/0/type", "choice")
    assert "vignette" in detail
    assert "sepia" in detail
