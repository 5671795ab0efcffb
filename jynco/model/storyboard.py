"""The storyboard as the engine sees it: a read-only view of what people asked for.

The document itself (with its unknown fields and its order) stays a JSON object in ``jynco.document``;
this view holds only what planning and composing need. Times are exact seconds, ``None`` where not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from jynco.model.ids import ClipId, ProjectId
from jynco.model.states import OnMissing
from jynco.model.time import Rate

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
Document: TypeAlias = dict[str, Json]


class Codec(StrEnum):
    """The video codec of the film."""

    H264 = "h264"
    H265 = "h265"
    VP9 = "vp9"
    AV1 = "av1"


class Quality(StrEnum):
    """How much time the encoder may take for how good a picture."""

    DRAFT = "draft"
    STANDARD = "standard"
    HIGH = "high"


class TransitionKind(StrEnum):
    """How a clip begins or ends, by the v1.2 schema; there are more in ``jynco.compose.transitions``."""

    NONE = "none"
    FADE = "fade"
    DISSOLVE = "dissolve"
    WIPE = "wipe"


class FilterKind(StrEnum):
    """The looks of the v1.2 schema; there are more, by name, in ``jynco.compose.effects``."""

    BLUR = "blur"
    SHARPEN = "sharpen"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    SATURATION = "saturation"


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """The film's frame (pixels), rate, codec and how it is encoded."""

    width: int
    height: int
    rate: Rate = Rate(30)
    codec: Codec = Codec.H264
    bitrate: str | None = None  # such as "8M"; None: constant quality
    quality: Quality = Quality.STANDARD


class Easing(StrEnum):
    """How a value goes from one keyframe to the next."""

    LINEAR = "linear"
    IN = "ease-in"
    OUT = "ease-out"
    IN_OUT = "ease-in-out"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Key:
    """A keyframe: a value at a moment, in seconds of the clip, and how it goes on from there."""

    time: Fraction
    value: float
    easing: Easing = Easing.LINEAR


Setting: TypeAlias = float | str | tuple[Key, ...]
Settings: TypeAlias = tuple[tuple[str, Setting], ...]
Transition: TypeAlias = TransitionKind | str  # a member for the schema's own, so that ``is`` may be asked


@dataclass(frozen=True, slots=True)
class Filter:
    """One look and how strong it is, 0..1 (0.5 changes nothing for brightness, contrast and saturation).

    ``settings`` are the other parameters that the document gives, and the intensity where it moves.
    """

    kind: FilterKind | str
    intensity: float = 0.5
    settings: Settings = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """Transitions at both ends of a clip, and its looks in the order they are applied."""

    enter: Transition = TransitionKind.NONE
    leave: Transition = TransitionKind.NONE
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """One entry of the timeline. ``pointer`` is its place in the document, such as ``/timeline/3``."""

    clip_id: ClipId
    pointer: str
    motion_prompt: str = ""
    source_image: str | None = None
    footage: str | None = None  # a film people gave; set means: used as it is, never generated
    duration: Fraction | None = None
    in_point: Fraction = Fraction(0)  # seconds of its own film that are left out at its beginning
    start_time: Fraction | None = None
    transition_duration: Fraction | None = None
    effects: Effects = Effects()
    provider: str | None = None  # "name" or "name:model"; None: the installation's default
    negative_prompt: str = ""
    seed: int | None = None
    on_missing: OnMissing | None = None
    provider_options: Mapping[str, Json] = field(default_factory=dict)
    speed: Fraction = Fraction(1)  # how fast it is played; its length in the film is divided by it


@dataclass(frozen=True, slots=True)
class AudioLayer:
    """A sound laid over the film; times are film time, ``duration`` None: to its own end or the film's."""

    layer_id: str
    pointer: str
    source_file: str
    start_time: Fraction = Fraction(0)
    duration: Fraction | None = None
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class TextLayer:
    """Words laid over the film. Positions <= 1 are fractions of the frame, else pixels; None: centred."""

    layer_id: str
    pointer: str
    content: str
    start_time: Fraction = Fraction(0)
    duration: Fraction | None = None
    x: float | None = None
    y: float | None = None
    font_size: float | None = None  # pixels of the film's frame
    font_family: str | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """A layer of another kind than sound and words, laid over the film: see ``jynco.compose.layers``."""

    kind: str
    layer_id: str
    pointer: str
    start_time: Fraction = Fraction(0)
    duration: Fraction | None = None
    settings: Settings = ()


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A whole storyboard, valid."""

    project_id: ProjectId
    output: OutputSettings
    clips: tuple[Clip, ...]
    audio: tuple[AudioLayer, ...] = ()
    text: tuple[TextLayer, ...] = ()
    title: str | None = None
    overlays: tuple[Overlay, ...] = ()
