"""Runway: its own models and those of others behind one key, through its SDK with the SDK's retries off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.remote import Remote
from jynco.adapters.providers.still import still
from jynco.adapters.providers.wire import line
from jynco.errors import (
    GenerationFailed,
    Moderated,
    ProviderError,
    RequestRejected,
)
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.model.storyboard import Json

if TYPE_CHECKING:
    from runwayml import RunwayML

_ADDRESS: Final = "https://api.dev.runwayml.com"
_VERSION: Final = "1"  # part of every cache key: another number when an order is put together in another way
_URI: Final = 5_000_000  # characters of a data URI
_CREDIT: Final = Decimal("0.01")  # US dollars
_THRESHOLDS: Final = ("auto", "low")

_Sizes = tuple[tuple[int, int], ...]
_GEN4: Final[_Sizes] = ((1280, 720), (720, 1280), (1104, 832), (832, 1104), (960, 960), (1584, 672))
_HD: Final[_Sizes] = ((1280, 720), (720, 1280))
_VEO: Final[_Sizes] = (*_HD, (1920, 1080), (1080, 1920))
_KLING: Final[_Sizes] = (*_HD, (960, 960))
_KLING_4K: Final[_Sizes] = ((3840, 2160), (2160, 3840), (2880, 2880))
_KLING_PRO: Final[_Sizes] = ((1920, 1080), (1080, 1920), (1440, 1440))
_SEEDANCE_720: Final[_Sizes] = (
    *((1470, 630), (1280, 720), (1112, 834), (960, 960), (834, 1112), (720, 1280)),
    *((992, 432), (864, 496), (752, 560), (640, 640), (560, 752), (496, 864)),
)
_SEEDANCE: Final[_Sizes] = (
    *_SEEDANCE_720,
    *((2206, 946), (1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920)),
)
_SEEDANCE_HD: Final[_Sizes] = (
    *((1470, 630), (1280, 720), (1112, 834), (960, 960), (834, 1112), (720, 1280)),
    *((992, 432), (854, 480), (752, 560), (640, 640), (560, 752), (480, 854)),
    *((2206, 946), (1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920)),
)


@dataclass(frozen=True, slots=True)
class _Model:
    """What one of Runway's models takes, as its API's types say."""

    durations: tuple[int, ...]
    sizes: _Sizes  # empty: the film is shaped like its picture
    text: bool = False  # makes films without a picture too
    text_sizes: _Sizes = ()  # where those are fewer
    seed: bool = False
    negative: bool = False
    needs_prompt: bool = False
    longest: int | None = None
    sound: bool = False  # would make sound, for which nobody asks here and which may cost more
    lines: tuple[str, str] | None = (
        None  # how a film shaped like its picture says its size: the word, and ours
    )
    placed: bool = False  # a picture without a place would be something to look like, not the first frame


_MODELS: Final[Mapping[str, _Model]] = {
    "gen4_turbo": _Model(tuple(range(2, 11)), _GEN4, seed=True, longest=1000),
    "gen4.5": _Model(
        tuple(range(2, 11)), _GEN4, text=True, text_sizes=_HD, seed=True, needs_prompt=True, longest=1000
    ),
    "veo3.1": _Model((4, 6, 8), _VEO, text=True, seed=True, negative=True, longest=1000, sound=True),
    "veo3.1_fast": _Model((4, 6, 8), _VEO, text=True, seed=True, negative=True, longest=1000, sound=True),
    "kling2.5_turbo_pro": _Model((5, 10), (), needs_prompt=True),
    "kling3.0_standard": _Model(tuple(range(3, 16)), _KLING, text=True, sound=True),
    "kling3.0_pro": _Model(tuple(range(3, 16)), _KLING_PRO, text=True, sound=True),
    "klingO3_standard": _Model(tuple(range(3, 16)), _KLING, text=True, sound=True),
    "klingO3_pro": _Model(tuple(range(3, 16)), _KLING_PRO, text=True, sound=True),
    "seedance2": _Model(tuple(range(4, 16)), _SEEDANCE, text=True, seed=True, longest=3500, sound=True),
    "seedance2_fast": _Model(tuple(range(4, 16)), _SEEDANCE_720, seed=True, longest=3500, sound=True),
    "seedance2_mini": _Model(tuple(range(4, 16)), _SEEDANCE_720, seed=True, longest=3500, sound=True),
    "kling3.0_4k": _Model(tuple(range(3, 16)), _KLING_4K, text=True, sound=True),
    "klingO3_4k": _Model(tuple(range(3, 16)), _KLING_4K, text=True, sound=True),
    "seedance2_5": _Model(
        tuple(range(4, 31)), _SEEDANCE_HD, text=True, seed=True, longest=15000, sound=True, placed=True
    ),
    "happyhorse_1_0": _Model(tuple(range(3, 16)), (), longest=2500, lines=("resolution", "720p")),
    "grok_imagine_1_5": _Model(tuple(range(1, 16)), (), longest=2500, lines=("resolution", "720p")),
    "grok_imagine_1_5_lite": _Model(tuple(range(1, 16)), (), longest=2500, lines=("ratio", "auto_720p")),
    "gemini_omni_flash": _Model(tuple(range(3, 11)), _HD),
    "gemini_omni_flash_1.1": _Model(tuple(range(3, 11)), _VEO, needs_prompt=True),
}


class Runway(Remote):
    """Runway's image-to-video (and text-to-video) models."""

    name = "runway"

    def __init__(self, account: Account) -> None:
        super().__init__("Runway", account, shedding=frozenset({502, 503}))

    def capabilities(self, model: str | None) -> Capabilities:
        """By default of gen4_turbo. RequestRejected lists the models there are."""
        name = self._known(model or "gen4_turbo", _MODELS)
        can = _MODELS[name]
        return Capabilities(
            provider=self.name,
            model=name,
            model_version=_VERSION,
            text_to_video=can.text,
            usd_per_second=self._account.prices.get(name),
            seconds_per_second=12.0,
            durations=can.durations,
            sizes=can.sizes,
            image_forms=("data",),
            takes_seed=can.seed,
            takes_negative_prompt=can.negative,
            needs_prompt=can.needs_prompt,
            longest_prompt=can.longest,
        )

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        """Orders the clip: one POST, never a second. RequestRejected and KeyRefused before anything is sent."""
        order = self._order(shot, image)
        resource = self._client.image_to_video if image else self._client.text_to_video
        # Its overloads name each model's words; which words go with which model is in our table.
        create = cast("Callable[..., object]", resource.create)
        with self._border.submitting():
            made = create(**order)
            return Ticket(self._id(getattr(made, "id", None)), estimated_usd=_usd(made, "estimated_cost"))

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:  # noqa: ARG002 - the ticket says it all
        """THROTTLED is waiting: Runway queues what is over the account's limit. PollFailed when it cannot say."""
        client = self._client
        with self._border.looking():
            return self._answer(client.tasks.retrieve(ticket.task_id))

    def cancel(self, ticket: Ticket) -> None:
        """A wish: what runs already is billed all the same."""
        client = self._client
        with self._border.wishing():
            client.tasks.delete(ticket.task_id)

    def _order(self, shot: Shot, image: Path | None) -> dict[str, Json]:
        can = _MODELS[self.capabilities(shot.model).model]
        shot = self.capabilities(shot.model).ordered(shot)
        if image is None and not can.text:
            raise RequestRejected(f"runway:{shot.model} needs a picture: give the clip a sourceImage.")
        order: dict[str, Json] = {"model": shot.model, "duration": int(shot.rate.seconds(shot.frames))}
        order |= _moderation(shot.options) | _shape(can, shot, image)
        order |= _picture(can, image) if image else {}
        order |= {"prompt_text": shot.prompt} if shot.prompt else {}
        order |= {"negative_prompt": shot.negative_prompt} if shot.negative_prompt else {}
        order |= {"seed": shot.seed} if can.seed and shot.seed is not None else {}
        return order | ({"audio": False} if can.sound else {})

    def _answer(self, task: object) -> PollAnswer:
        cost = _usd(task, "cost")
        match getattr(task, "status", None):
            case "PENDING" | "THROTTLED":
                return PollAnswer(PollState.WAITING)
            case "RUNNING":
                return PollAnswer(PollState.RUNNING, fraction=_fraction(getattr(task, "progress", None)))
            case "SUCCEEDED":
                output = getattr(task, "output", None)
                return self._delivered(output[0] if isinstance(output, list) and output else None, cost)
            case "FAILED":
                code = str(getattr(task, "failure_code", None) or "no code")
                return self._failed(code, _kind(code), cost)
            case "CANCELLED":
                return self._failed("it was cancelled at Runway", cost=cost)
        raise self._puzzling()

    @cached_property
    def _client(self) -> RunwayML:
        """One for this process; it keeps no connection, so threads and forks may share it. KeyRefused."""
        from runwayml import RunwayML

        return RunwayML(
            api_key=self._account.secret("Runway"),
            base_url=self._account.base_url or _ADDRESS,
            max_retries=0,
            timeout=self._account.timeout,
            http_client=line(self._account),
        )


def _moderation(options: Mapping[str, Json]) -> dict[str, Json]:
    threshold = options.get("publicFigureThreshold", "auto")
    if set(options) - {"publicFigureThreshold"} or threshold not in _THRESHOLDS:
        raise RequestRejected(
            'Runway\'s one option is publicFigureThreshold, "auto" or "low"; remove what else is in providerOptions.'
        )
    return {"content_moderation": {"public_figure_threshold": threshold}} if options else {}


def _picture(can: _Model, image: Path) -> dict[str, Json]:
    uri = still(image, _URI - 40).uri
    return {"prompt_image": [{"uri": uri, "position": "first"}] if can.placed else uri}


def _shape(can: _Model, shot: Shot, image: Path | None) -> dict[str, Json]:
    if not can.sizes:
        return {can.lines[0]: can.lines[1]} if can.lines else {}
    width, height = shot.width, shot.height
    if image is None and can.text_sizes and (width, height) not in can.text_sizes:
        width, height = can.text_sizes[0] if width >= height else can.text_sizes[1]
    return {"ratio": f"{width}:{height}"}


def _usd(task: object, name: str) -> Decimal | None:
    """Runway counts in credits; US dollars, where it says."""
    credits = getattr(getattr(task, name, None), "credits", None)
    return Decimal(str(credits)) * _CREDIT if isinstance(credits, int | float) else None


def _fraction(progress: object) -> float | None:
    return min(max(float(progress), 0.0), 1.0) if isinstance(progress, int | float) else None


def _kind(code: str) -> type[ProviderError]:
    """By Runway's failure code: SAFETY is for ever, everything else may go better another time."""
    if "SAFETY" in code.split("."):
        return Moderated
    return RequestRejected if code.startswith("ASSET") else GenerationFailed
