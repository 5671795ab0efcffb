"""LUT: colours looked up in a table that people bring, as colourists hand them over."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import File
from jynco.errors import AssetRefused

if TYPE_CHECKING:
    from jynco.compose.graph import Stream

LARGEST: Final = 65  # entries on a side; more is a mistake
MOST_BYTES: Final = 32 * 1024 * 1024
WORDS: Final = ("TITLE", "LUT_3D_SIZE", "DOMAIN_MIN", "DOMAIN_MAX", "LUT_3D_INPUT_RANGE", "#")


def _graph(stream: Stream, values: Values, scene: Scene) -> Stream:
    """In red, green and blue of ten bits, so that a steep table shows no bands."""
    from jynco.compose.normalise import STANDARD

    table = scene.files[values.text("file")].path
    colours = stream.filter("scale", in_color_matrix="bt709", in_range="tv", out_range="pc")
    mapped = colours.filter("format", pix_fmts="gbrp10le").filter("lut3d", file=table, interp="tetrahedral")
    back = mapped.filter("scale", out_color_matrix="bt709", out_range="tv")
    return back.filter("format", pix_fmts="yuv420p").filter("setparams", **STANDARD)


def checked(path: Path) -> None:
    """AssetRefused for what is no three-dimensional table in the .cube format, whatever its name says."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"it is over {MOST_BYTES // 2**20} MiB")
        _check(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as fault:
        raise AssetRefused(
            f"{path.name} is no LUT in the .cube format ({fault}); give another file."
        ) from None


def _check(text: str) -> None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line.split() for line in lines if line.startswith("LUT_3D_SIZE")]
    size = int(said[0][1]) if len(said) == 1 and len(said[0]) == 2 else 0
    if not 2 <= size <= LARGEST:
        raise ValueError(f"it needs one LUT_3D_SIZE from 2 to {LARGEST}")
    rows = [line.split() for line in lines if not line.startswith(WORDS)]
    if len(rows) != size**3:
        raise ValueError(f"it has {len(rows)} rows of colour instead of {size**3}")
    for row in rows:
        if len(row) != 3 or not all(math.isfinite(float(part)) for part in row):
            raise ValueError(f"'{' '.join(row)[:40]}' is no colour")


EFFECT = Effect(
    "lut",
    "LUT",
    "Grades colours by a three-dimensional table in the .cube format.",
    {"file": File("Table", "A .cube file inside the project.", (".cube",))},
    _graph,
)
