"""Jynco's own optional fields.

The schema leaves them free, because under v1.2 anybody could use these names for something else; a foreign
value is a fault only where Jynco would act on it. ``null`` is as good as absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from jynco.document.checks.limits import Limits
from jynco.document.clips import is_footage, length, transition
from jynco.document.fields import Object, child, clips, fraction, text, whole
from jynco.document.pointer import under
from jynco.document.wording import shown
from jynco.errors import Fault
from jynco.model.states import OnMissing
from jynco.model.storyboard import Document, Json, Quality

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@-]*")


def extension_faults(document: Document, limits: Limits) -> Iterator[Fault]:
    """Optional fields of Jynco's with values it cannot use."""
    settings = child(document, "outputSettings")
    yield from _choice(settings, "quality", "/outputSettings", [quality.value for quality in Quality])
    for pointer, clip in clips(document):
        yield from _choice(clip, "onMissing", pointer, [policy.value for policy in OnMissing])
        yield from _in_point(clip, pointer, limits)
        if not transition(clip, "in") == transition(clip, "out") == "none":
            yield from _transition(clip, pointer)
        if not is_footage(clip):
            yield from _generation(clip, pointer, limits)


def _choice(parent: Object, name: str, base: str, choices: list[str]) -> Iterator[Fault]:
    rule = f"one of {', '.join(choices)}"
    yield from _unless(parent, name, base, lambda value: value in choices, rule)


def _in_point(clip: Object, base: str, limits: Limits) -> Iterator[Fault]:
    seconds = fraction(clip, "inPoint")
    most = limits.film_seconds if is_footage(clip) else limits.clip_seconds - (length(clip) or 0)
    rule = f"a number of seconds, 0 to {float(max(0, most)):g}"
    yield from _unless(
        clip, "inPoint", base, lambda _: seconds is not None and (0 <= seconds <= most or not seconds), rule
    )


def _transition(clip: Object, base: str) -> Iterator[Fault]:
    seconds = fraction(clip, "transitionDuration")
    rule = "a number of seconds above 0"
    yield from _unless(clip, "transitionDuration", base, lambda _: seconds is not None and seconds > 0, rule)


def _generation(clip: Object, base: str, limits: Limits) -> Iterator[Fault]:
    def named(value: Json) -> bool:
        return isinstance(value, str) and (not value.strip() or _is_name(value, limits))

    def listed(value: Json) -> bool:
        """One name, or several: those after the first take over in turn."""
        return isinstance(value, str) and (
            not value.strip() or all(_is_name(name.strip(" "), limits) for name in value.split(","))
        )

    yield from _unless(clip, "provider", base, listed, "the name of a provider, such as 'camera'")
    yield from _unless(clip, "model", base, named, "the name of a model, such as 'gen4_turbo'")
    yield from _unless(clip, "seed", base, lambda _: _is_seed(clip), "a whole number of at most 63 bits")
    yield from _unless(clip, "negativePrompt", base, lambda value: isinstance(value, str), "a text")
    yield from _unless(clip, "providerOptions", base, lambda value: isinstance(value, dict), "an object")
    yield from _model(clip, base)


def _model(clip: Object, base: str) -> Iterator[Fault]:
    """A model belongs to a provider, and is named once."""
    provider, model = text(clip, "provider").strip(), text(clip, "model").strip()
    if model and not provider:
        yield Fault(under(base, "model"), "extension", f"{shown(model)} needs a provider beside it")
    elif model and "," in provider:
        detail = f"{shown(model)} fits one provider only; write the list as provider:model, provider:model"
        yield Fault(under(base, "model"), "extension", detail)
    elif model and ":" in provider and provider.split(":", 1)[1] != model:
        detail = f"{shown(model)} is not the model that provider names, {shown(provider)}; name it once"
        yield Fault(under(base, "model"), "extension", detail)


def _is_name(value: str, limits: Limits) -> bool:
    return len(value) <= limits.name and _NAME.fullmatch(value) is not None


def _is_seed(clip: Object) -> bool:
    seed = whole(clip, "seed")
    return seed is not None and abs(seed) < 2**63


def _unless(
    parent: Object, name: str, base: str, holds: Callable[[Json], bool], rule: str
) -> Iterator[Fault]:
    value = parent.get(name)
    if value is not None and not holds(value):
        yield Fault(under(base, name), "extension", f"must be {rule}; it is {shown(value)}")
