"""The engine's read-only storyboard, out of a valid document. Exact seconds; blanks are nothing."""

from __future__ import annotations

from fractions import Fraction

from jynco.compose.layers import LAYERS
from jynco.document.clips import is_footage, prompt
from jynco.document.fields import Object, Place, child, clips, fraction, layers, number, text, whole
from jynco.document.looks import Compositions, compositions, gone, looks, settings, speed
from jynco.model.ids import ClipId, ProjectId
from jynco.model.states import OnMissing
from jynco.model.storyboard import (
    AudioLayer,
    Clip,
    Codec,
    Document,
    Effects,
    OutputSettings,
    Overlay,
    Quality,
    Storyboard,
    TextLayer,
    Transition,
    TransitionKind,
)
from jynco.model.time import Rate, exact


def storyboard(document: Document) -> Storyboard:
    """The view of a document in which ``checks.faults`` finds nothing; of others it may be anything."""
    named = compositions(document)
    return Storyboard(
        project_id=ProjectId(text(document, "projectId")),
        output=_output(child(document, "outputSettings")),
        clips=tuple(_clip(place, named) for place in clips(document)),
        audio=tuple(map(_audio, layers(document, "audio"))),
        text=tuple(map(_text, layers(document, "text"))),
        title=_some(child(document, "metadata"), "title"),
        overlays=tuple(
            _overlay(place, kind) for kind in _drawn(document) for place in layers(document, kind)
        ),
    )


def _output(settings: Object) -> OutputSettings:
    size = child(settings, "resolution")
    return OutputSettings(
        width=whole(size, "width") or 0,
        height=whole(size, "height") or 0,
        rate=Rate(whole(settings, "fps") or 30),
        codec=Codec(text(settings, "codec") or Codec.H264),
        bitrate=_some(settings, "bitrate"),
        quality=Quality(text(settings, "quality") or Quality.STANDARD),
    )


def _clip(place: Place, named: Compositions) -> Clip:
    pointer, clip = place
    missing = text(clip, "onMissing")
    return Clip(
        clip_id=ClipId(text(clip, "clipId")),
        pointer=pointer,
        motion_prompt=prompt(clip),
        source_image=_some(clip, "sourceImage"),
        footage=text(clip, "sourceFile") if is_footage(clip) else None,
        duration=fraction(clip, "duration"),
        in_point=fraction(clip, "inPoint") or Fraction(0),
        start_time=fraction(clip, "startTime"),
        transition_duration=fraction(clip, "transitionDuration"),
        effects=_effects(clip, named),
        provider=_provider(clip),
        negative_prompt=_some(clip, "negativePrompt") or "",
        seed=whole(clip, "seed"),
        on_missing=OnMissing(missing) if missing else None,
        provider_options=child(clip, "providerOptions"),
        speed=speed(clip, named),
    )


def _effects(clip: Object, named: Compositions) -> Effects:
    return Effects(_transition(clip, "in"), _transition(clip, "out"), looks(clip, named))


def _transition(clip: Object, end: str) -> Transition:
    """As it is written: of a kind whose package is gone, whoever draws it says so."""
    kind = text(child(clip, "effects", "transitions"), end) or "none"
    return TransitionKind(kind) if kind in set(TransitionKind) else kind


def _provider(clip: Object) -> str | None:
    """``name`` or ``name:model``, whether the document says it in one field or in two."""
    name, model = _some(clip, "provider"), _some(clip, "model")
    return f"{name}:{model}" if name and model and ":" not in name else name


def _audio(place: Place) -> AudioLayer:
    pointer, layer = place
    volume = number(layer, "volume")
    return AudioLayer(
        layer_id=text(layer, "layerId"),
        pointer=pointer,
        source_file=text(layer, "sourceFile"),
        start_time=exact(number(layer, "startTime") or 0),
        duration=fraction(layer, "duration"),
        volume=1.0 if volume is None else float(volume),
    )


def _drawn(document: Document) -> tuple[str, ...]:
    """The kinds of layers, ours in their order. Those whose package is gone are kept, so that they are refused."""
    return (*LAYERS.names, *gone(document))


def _overlay(place: Place, kind: str) -> Overlay:
    pointer, layer = place
    parameters = LAYERS.get(kind).parameters if kind in LAYERS.names else {}
    return Overlay(
        kind=kind,
        layer_id=text(layer, "layerId"),
        pointer=pointer,
        start_time=exact(number(layer, "startTime") or 0),
        duration=fraction(layer, "duration"),
        settings=settings(layer, parameters),
    )


def _text(place: Place) -> TextLayer:
    pointer, layer = place
    style = child(layer, "style")
    return TextLayer(
        layer_id=text(layer, "layerId"),
        pointer=pointer,
        content=text(layer, "content"),
        start_time=exact(number(layer, "startTime") or 0),
        duration=fraction(layer, "duration"),
        x=_float(child(layer, "position"), "x"),
        y=_float(child(layer, "position"), "y"),
        font_size=_float(style, "fontSize"),
        font_family=_some(style, "fontFamily"),
        color=_some(style, "color"),
    )


def _float(parent: Object, name: str) -> float | None:
    value = number(parent, name)
    return None if value is None else float(value)


def _some(parent: Object, name: str) -> str | None:
    """A text with something in it; blanks alone are none."""
    value = text(parent, name)
    return value if value.strip() else None
