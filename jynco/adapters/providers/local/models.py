"""The models in the operator's folder, as they lie there: one folder each, in the layout of diffusers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from jynco.adapters.providers.local.fingerprint import revision
from jynco.adapters.providers.local.options import Options
from jynco.errors import RequestRejected
from jynco.model.motion import Shot
from jynco.model.time import Rate

VARIABLE: Final = "JYNCO_LOCAL_MODELS"
_TRUSTED: Final = frozenset({"diffusers", "transformers"})  # whose classes a model may be made of


@dataclass(frozen=True, slots=True)
class Family:
    """What models of one kind have in common."""

    pipeline: str  # the class of diffusers that makes videos of pictures with it
    every: int  # frames come as this many times something, and one
    rate: Rate  # at which it makes things move naturally
    longest: int  # seconds
    usual: Options


@dataclass(frozen=True, slots=True)
class Model:
    """One model, in ``folder``."""

    name: str
    folder: Path
    family: Family
    revision: str

    def frames(self, shot: Shot) -> int:
        """How many frames of its own rate cover the shot."""
        return math.ceil(shot.rate.seconds(shot.frames) * self.family.rate.fraction)

    def generated(self, shot: Shot) -> int:
        """How many frames are made: the fewest that it can make and that cover the shot; the rest is cut off."""
        every = self.family.every
        return every * math.ceil((self.frames(shot) - 1) / every) + 1


_LTX: Final = Family("LTXImageToVideoPipeline", 8, Rate(24), 10, Options(40, 3.0))
_WAN: Final = Family("WanImageToVideoPipeline", 4, Rate(16), 5, Options(40, 5.0))
_FAMILIES: Final[Mapping[str, Family]] = {
    "LTXPipeline": _LTX,
    "LTXImageToVideoPipeline": _LTX,
    "LTXConditionPipeline": _LTX,
    "WanPipeline": _WAN,
    "WanImageToVideoPipeline": _WAN,
}
_DISTILLED: Final = Options(8, 1.0)  # such models were taught to need few steps and no guidance


def model(folder: Path | None, name: str | None) -> Model:
    """The model of this name; the only one where none is named. RequestRejected says what is there instead."""
    here = _listed(folder)
    if name is None and len(here) == 1:
        name = next(iter(here))
    if name is None or name not in here:
        wanted = f"no model '{name}'" if name else "more than one model"
        raise RequestRejected(
            f"{VARIABLE} has {wanted}: write local:NAME, with one of {', '.join(sorted(here))}."
        )
    return Model(name, here[name], _family(here[name]), revision(here[name]))


def _listed(folder: Path | None) -> dict[str, Path]:
    if folder is None:
        raise RequestRejected(
            f"{VARIABLE} is not set: name the folder that holds your models, or choose another provider."
        )
    found = {path.parent.name: path.parent for path in folder.glob("*/model_index.json")}
    if not found:
        raise RequestRejected(
            f"{VARIABLE} has no model in it: put LTX-Video or Wan there, a folder each, as diffusers saves them."
        )
    return found


def _family(folder: Path) -> Family:
    index = _index(folder)
    name = index.get("_class_name")
    family = _FAMILIES.get(name) if isinstance(name, str) else None
    if family is None:
        raise RequestRejected(f"The model '{folder.name}' is neither LTX nor Wan: choose another.")
    _check_parts(folder, index)
    if index.get("expand_timesteps"):  # Wan 2.2's small model, which was made for 24 frames a second
        family = replace(family, rate=Rate(24))
    return replace(family, usual=_DISTILLED) if "distilled" in folder.name.lower() else family


def _index(folder: Path) -> dict[str, Any]:
    try:
        index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequestRejected(f"The model '{folder.name}' cannot be read: fetch it anew.") from error
    return index if isinstance(index, dict) else {}


def _check_parts(folder: Path, index: Mapping[str, Any]) -> None:
    """No class comes from anywhere but the two libraries: a model brings weights, and never code."""
    for part, kind in index.items():
        if isinstance(kind, list) and kind and kind[0] is not None and kind[0] not in _TRUSTED:
            raise RequestRejected(
                f"The model '{folder.name}' wants code of its own for its {part}: it is not loaded."
            )
