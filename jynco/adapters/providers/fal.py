"""fal: models of many makers behind one queue, spoken to over plain HTTP, for its SDK sends orders again by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.remote import Remote
from jynco.adapters.providers.still import still
from jynco.adapters.providers.wire import answer_of, line, words_of
from jynco.errors import CreditMissing, ProviderError, RequestRejected
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.model.storyboard import Json

_ADDRESS: Final = "https://queue.fal.run"
_OWN: Final = (".fal.run", ".falrun.com")  # hosts that may see the key
_VERSION: Final = "1"  # part of every cache key: another number when an order is put together in another way
_URI: Final = 10_000_000  # characters of a data URI
_REFUSALS: Final = ("content_policy", "moderat")

_Sizes = Mapping[tuple[int, int], str]
_HD: Final[_Sizes] = {
    (1470, 630): "21:9",
    (1280, 720): "16:9",
    (1112, 834): "4:3",
    (960, 960): "1:1",
    (834, 1112): "3:4",
    (720, 1280): "9:16",
}
_FULL_HD: Final[_Sizes] = {
    (2206, 946): "21:9",
    (1920, 1080): "16:9",
    (1664, 1248): "4:3",
    (1440, 1440): "1:1",
    (1248, 1664): "3:4",
    (1080, 1920): "9:16",
}


@dataclass(frozen=True, slots=True)
class _Model:
    """What one of fal's models takes."""

    durations: tuple[int, ...]
    sizes: _Sizes  # frames to the ratio that is asked for; empty: the film is shaped like its picture
    resolution: str | None = None
    text: str | None = None  # the twin that films words alone
    seed: bool = False
    negative: bool = False
    sound: bool = False  # would make sound, for which nobody asks here


_MODELS: Final[Mapping[str, _Model]] = {
    "bytedance/seedance-2.0/image-to-video": _Model(
        tuple(range(4, 16)), _HD, "720p", "bytedance/seedance-2.0/text-to-video", seed=True, sound=True
    ),
    "fal-ai/bytedance/seedance/v1/pro/fast/image-to-video": _Model(
        tuple(range(2, 13)),
        _FULL_HD,
        "1080p",
        "fal-ai/bytedance/seedance/v1/pro/fast/text-to-video",
        seed=True,
    ),
    "fal-ai/kling-video/v2.5-turbo/pro/image-to-video": _Model((5, 10), {}, negative=True),
}


class Fal(Remote):
    """Video models at fal, each named by the path of its endpoint."""

    name = "fal"

    def __init__(self, account: Account) -> None:
        super().__init__("fal", account, judge=_judge)
        self._base = account.base_url or _ADDRESS

    def capabilities(self, model: str | None) -> Capabilities:
        """By default of Seedance 2.0. RequestRejected lists the models there are."""
        name = self._known(model or next(iter(_MODELS)), _MODELS)
        can = _MODELS[name]
        return Capabilities(
            provider=self.name,
            model=name,
            model_version=_VERSION,
            text_to_video=can.text is not None,
            usd_per_second=self._account.prices.get(name),
            seconds_per_second=15.0,
            durations=can.durations,
            sizes=tuple(can.sizes),
            image_forms=("data",),
            takes_seed=can.seed,
            takes_negative_prompt=can.negative,
            needs_prompt=True,
            longest_prompt=2500,
        )

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        """Puts the order into fal's queue: one POST, never a second. KeyRefused, RequestRejected before it is sent."""
        shot = self.capabilities(shot.model).ordered(shot)
        self._refuse_options(shot)
        order, path = _order(shot, image), _path(shot, image)
        client = self._client
        with self._border.submitting():
            told = client.post(f"{self._base}/{path}", json=order).json()
            return self._ticket(shot, path, told if isinstance(told, dict) else {})

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:  # noqa: ARG002 - the ticket says it all
        """A request in the queue is waiting. What is over is told by a second answer, which has the clip's address."""
        client = self._client
        with self._border.looking():
            told = client.get(ticket.details["status"]).json()
            match told:
                case {"status": "IN_QUEUE"}:
                    return PollAnswer(PollState.WAITING)
                case {"status": "IN_PROGRESS"}:
                    return PollAnswer(PollState.RUNNING)
                case {"status": "COMPLETED", "error": str() as error} if error:
                    return self._failed_in_words(f"{error} {told.get('error_type', '')}".strip(), _REFUSALS)
                case {"status": "COMPLETED"}:
                    return self._result(client, ticket)
            raise self._puzzling()

    def cancel(self, ticket: Ticket) -> None:
        """A wish: a model that is at work may go on and be billed."""
        client = self._client
        with self._border.wishing():
            client.put(ticket.details["cancel"])

    def _ticket(self, shot: Shot, path: str, told: Mapping[str, object]) -> Ticket:
        """With the addresses that fal said to use, unless they lead elsewhere: the key goes with every call."""
        request_id = self._id(told.get("request_id"))
        usual = f"{self._base}/{'/'.join(path.split('/')[:2])}/requests/{request_id}"
        details = {
            "status": self._own(told.get("status_url")) or f"{usual}/status",
            "response": self._own(told.get("response_url")) or usual,
            "cancel": self._own(told.get("cancel_url")) or f"{usual}/cancel",
        }
        return Ticket(request_id, details, estimated_usd=self._price(shot))

    def _own(self, url: object) -> str | None:
        if not isinstance(url, str):
            return None
        there, base = urlsplit(url), urlsplit(self._base)
        is_fal = there.scheme == "https" and (there.hostname or "").endswith(_OWN)
        is_same = (there.scheme, there.netloc) == (base.scheme, base.netloc)
        return url if is_same or (is_fal and not self._account.is_local) else None

    def _result(self, client: httpx.Client, ticket: Ticket) -> PollAnswer:
        """A model's refusal is stored as its result, with the HTTP status that it had."""
        try:
            told: Any = client.get(ticket.details["response"]).json()
        except httpx.HTTPStatusError as error:
            answer = answer_of(error)
            if answer is None or answer.status_code not in (400, 422):
                raise
            return self._failed_in_words(words_of(answer, hide=self._account.key), _REFUSALS)
        video = told.get("video") if isinstance(told, dict) else None
        return self._delivered(video.get("url") if isinstance(video, dict) else None)

    @cached_property
    def _client(self) -> httpx.Client:
        """One for this process; it keeps no connection, so threads and forks may share it. KeyRefused."""
        key = self._account.secret("fal")
        client = line(self._account)
        client.headers["Authorization"] = f"Key {key}"
        return client


def _path(shot: Shot, image: Path | None) -> str:
    path = shot.model if image else _MODELS[shot.model].text
    if path is None:
        raise RequestRejected(f"fal:{shot.model} needs a picture: give the clip a sourceImage.")
    return path


def _order(shot: Shot, image: Path | None) -> dict[str, Json]:
    can = _MODELS[shot.model]
    order: dict[str, Json] = {"prompt": shot.prompt, "duration": str(shot.rate.seconds(shot.frames))}
    order |= {"image_url": still(image, _URI).uri} if image else {}
    order |= {"aspect_ratio": can.sizes[shot.width, shot.height]} if can.sizes else {}
    order |= {"resolution": can.resolution} if can.resolution else {}
    order |= {"negative_prompt": shot.negative_prompt} if shot.negative_prompt else {}
    order |= {"seed": shot.seed} if can.seed and shot.seed is not None else {}
    return order | ({"generate_audio": False} if can.sound else {})


def _judge(status: int, words: str) -> type[ProviderError] | None:
    """A locked account answers 403, like a wrong key; its words tell."""
    return CreditMissing if status == 403 and re.search(r"\blocked\b", words, re.I) else None
