"""Looks on a clip, in their order; those whose values move, frame by frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from jynco.compose.curves import Curve
from jynco.compose.effects import EFFECTS, Effect, Scene, Values
from jynco.compose.effects.reading import values
from jynco.compose.graph import Stream
from jynco.compose.parameters import Number
from jynco.model.storyboard import Filter


def dressed(stream: Stream, looks: Iterable[Filter], scene: Scene) -> Stream:
    """A clip with its looks."""
    for look in looks:
        effect = EFFECTS.get(look.kind)
        stream = _drawn(effect, stream, values(effect, look, scene.frame.rate), scene)
    return stream


def _drawn(effect: Effect, stream: Stream, given: Values, scene: Scene) -> Stream:
    moving = {name: value for name, value in given.given.items() if isinstance(value, Curve)}
    stepped = {name: curve for name, curve in moving.items() if not _own(effect, name)}
    if not stepped:
        return effect.graph(stream, given, scene)
    for chosen, gate in _steps(effect, stepped, scene):
        fixed = Values({**given.given, **chosen})
        stream = effect.graph(stream.only(gate), fixed, scene).only(None)
    return stream


def _own(effect: Effect, name: str) -> bool:
    """Whether the effect follows a moving value by itself."""
    parameter = effect.parameters[name]
    return isinstance(parameter, Number) and parameter.drawn


def _steps(
    effect: Effect, curves: Mapping[str, Curve], scene: Scene
) -> list[tuple[dict[str, float], str | None]]:
    """Each combination of values that occurs, and on which frames of the stream."""
    runs: defaultdict[tuple[float, ...], list[tuple[int, int]]] = defaultdict(list)
    for frame in range(scene.frames):
        chosen = tuple(_step(effect, name, curve, scene.first + frame) for name, curve in curves.items())
        last = runs[chosen]
        if last and last[-1][1] == frame - 1:
            last[-1] = (last[-1][0], frame)
        else:
            last.append((frame, frame))
    gates = {chosen: "+".join(f"between(n,{a},{b})" for a, b in places) for chosen, places in runs.items()}
    alone = len(gates) == 1
    return [
        (dict(zip(curves, chosen, strict=True)), None if alone else gate) for chosen, gate in gates.items()
    ]


def _step(effect: Effect, name: str, curve: Curve, frame: int) -> float:
    """The nearest of the parameter's steps, so that a slow move takes tens of filters and not hundreds."""
    parameter = effect.parameters[name]
    assert isinstance(parameter, Number)
    reach = parameter.maximum - parameter.minimum
    step = round((curve.at(frame) - parameter.minimum) / reach * parameter.steps)
    return parameter.minimum + reach * step / parameter.steps
