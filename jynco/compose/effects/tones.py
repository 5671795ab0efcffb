"""What brightness, contrast and saturation have in common: a tone that half of the intensity leaves as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jynco.compose.curves import written
from jynco.compose.effects.base import Effect, Scene, Values
from jynco.compose.parameters import Number

if TYPE_CHECKING:
    from jynco.compose.graph import Stream


def tone(name: str, description: str, *, neutral: float, reach: float) -> Effect:
    """``name`` is eq's word, ``neutral`` the value that changes nothing, ``reach`` how far it goes either way."""

    def graph(stream: Stream, values: Values, scene: Scene) -> Stream:
        curve = values.moving("intensity")
        if curve is not None:
            moved = f"{written(neutral)}+({curve.expression(scene.first)}-0.5)*{written(2 * reach)}"
            return stream.filter("eq", eval="frame", **{name: moved})
        value = neutral + (values.number("intensity") - 0.5) * 2 * reach
        return stream if value == neutral else stream.filter("eq", **{name: written(value).strip("()")})

    says = "0 to 1; 0.5 changes nothing."
    intensity = Number("Intensity", says, 0.5, moves=True, drawn=True)
    return Effect(name, name.capitalize(), description, {"intensity": intensity}, graph)
