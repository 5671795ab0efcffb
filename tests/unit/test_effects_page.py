"""docs/effects.md shows everything that is built in, each effect and layer with a picture."""

from __future__ import annotations

from pathlib import Path

from jynco.compose.effects import EFFECTS
from jynco.compose.layers import LAYERS
from jynco.compose.transitions import TRANSITIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "effects.md").read_text("utf-8")


def test_everything_is_on_the_page() -> None:
    for registry in (EFFECTS, TRANSITIONS, LAYERS):
        ours = [name for name in registry.names if registry.origin(name) == "jynco"]
        assert [name for name in ours if f"| `{name}` |" not in PAGE] == []
    descriptions = (each.description for each in (*EFFECTS.things, *TRANSITIONS.things))
    assert [words for words in descriptions if words not in PAGE] == []


def test_every_effect_and_layer_has_a_small_picture() -> None:
    for name in (*EFFECTS.names, *LAYERS.names, "transitions"):
        if f"effects/{name}.jpg" in PAGE:
            assert (DOCS / "effects" / f"{name}.jpg").stat().st_size < 250_000
    shown = [name for name in (*EFFECTS.names, *LAYERS.names) if f"(effects/{name}.jpg)" in PAGE]
    assert {"blur", "lut", "stabilise", "pictures"} <= set(shown)
