"""Replicate: models of many makers. Orders and wishes go through its SDK; what it lists and tells is read by ourselves.

Its SDK asks again by itself when a poll fails, waits without end for an order's answer, and cannot read an order that
was aborted. So it speaks through a line of ours, and is used for what it does well.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.remote import Remote
from jynco.adapters.providers.still import still
from jynco.adapters.providers.wire import SingleShot, line
from jynco.errors import PollFailed
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.model.storyboard import Json

if TYPE_CHECKING:
    from replicate.client import Client

_ADDRESS: Final = "https://api.replicate.com"
_VERSION: Final = "1"  # part of every cache key: another number when an order is put together in another way
_URI: Final = 5_000_000  # characters of a data URI
_PAGES: Final = 10  # of a hundred orders each, in which a lost one is looked for
_SKEW: Final = timedelta(minutes=1)  # between its clock and ours
_SENSITIVE: Final = ("nsfw", "sensitive", "flagged", "moderat", "e005")

_Sizes = tuple[tuple[int, int], ...]
_FULL_HD: Final[_Sizes] = ((1920, 1080), (1080, 1920), (1440, 1440), (1664, 1248), (1248, 1664))
_RATIOS: Final = ("16:9", "9:16", "1:1", "4:3", "3:4")  # of these sizes, in their order


@dataclass(frozen=True, slots=True)
class _Model:
    """What one of its models takes. All of them take a prompt, a seed and a duration in seconds."""

    durations: tuple[int, ...]
    sizes: _Sizes
    resolution: str


_MODELS: Final[Mapping[str, _Model]] = {
    "bytedance/seedance-1-pro": _Model(tuple(range(2, 13)), _FULL_HD, "1080p"),
    "bytedance/seedance-1-lite": _Model((5, 10), (), "720p"),
}


class Replicate(Remote):
    """Video models at Replicate, each named by owner and name."""

    name = "replicate"

    def __init__(self, account: Account) -> None:
        super().__init__("Replicate", account)
        self._base = account.base_url or _ADDRESS

    def capabilities(self, model: str | None) -> Capabilities:
        """By default of Seedance 1 Pro. RequestRejected lists the models there are."""
        name = self._known(model or next(iter(_MODELS)), _MODELS)
        can = _MODELS[name]
        return Capabilities(
            provider=self.name,
            model=name,
            model_version=_VERSION,
            text_to_video=True,
            usd_per_second=self._account.prices.get(name),
            seconds_per_second=12.0,
            durations=can.durations,
            sizes=can.sizes,
            image_forms=("data",),
            takes_negative_prompt=False,
            needs_prompt=True,
        )

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        """Orders the clip: one POST, never a second. RequestRejected and KeyRefused before anything is sent."""
        order = self._order(shot)
        order |= {"image": still(image, _URI).uri} if image else {}
        client = self._client
        with self._border.submitting():
            made = client.models.predictions.create(shot.model, input=dict(order))
            return Ticket(self._id(made.id), estimated_usd=self._price(shot))

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:  # noqa: ARG002 - the ticket says it all
        """How the prediction is doing. PollFailed when it cannot say."""
        reader = self._reader
        with self._border.looking():
            told = reader.get(f"{self._base}/v1/predictions/{ticket.task_id}").json()
            return self._answer(told if isinstance(told, dict) else {})

    def cancel(self, ticket: Ticket) -> None:
        """A wish: the time used until then is billed."""
        client = self._client
        with self._border.wishing():
            client.predictions.cancel(ticket.task_id)

    def find(self, shot: Shot, since: datetime) -> Ticket | None:
        """The newest order of just this shot since then, so that a lost answer need not stay unknown. PollFailed."""
        wanted = self._order(shot)
        with self._border.looking():
            for told in self._listed(since - _SKEW):
                given = told.get("input")
                if (
                    told.get("model") == shot.model
                    and isinstance(given, dict)
                    and _is_same(given, wanted, shot)
                ):
                    return Ticket(self._id(told.get("id")), estimated_usd=self._price(shot))
        return None

    def _order(self, shot: Shot) -> dict[str, Json]:
        """All of an order but its picture. Every order has a seed, by which it can be told from others in a list."""
        can = _MODELS[self.capabilities(shot.model).model]
        shot = self.capabilities(shot.model).ordered(shot)
        self._refuse_options(shot)
        order: dict[str, Json] = {
            "prompt": shot.prompt,
            "duration": int(shot.rate.seconds(shot.frames)),
            "resolution": can.resolution,
            "seed": int(shot.key[:7], 16) if shot.seed is None else shot.seed,
        }
        if can.sizes:
            order["aspect_ratio"] = _RATIOS[can.sizes.index((shot.width, shot.height))]
        return order

    def _answer(self, told: Mapping[str, Any]) -> PollAnswer:
        match told.get("status"):
            case "starting":
                return PollAnswer(PollState.WAITING)
            case "processing":
                return PollAnswer(PollState.RUNNING)
            case "succeeded":
                output = told.get("output")
                return self._delivered(output[0] if isinstance(output, list) and output else output)
            case "failed":
                return self._failed_in_words(str(told.get("error") or "no reason given"), _SENSITIVE)
            case "canceled" | "aborted":
                return self._failed("it was cancelled at Replicate")
        raise self._puzzling()

    def _listed(self, since: datetime) -> Iterator[Mapping[str, Any]]:
        """Orders, the newest first, page by page as far as its own addresses lead."""
        url: str | None = f"{self._base}/v1/predictions?{httpx.QueryParams(created_after=since.isoformat())}"
        for _ in range(_PAGES):
            if url is None:
                return
            page = self._reader.get(url).json()
            yield from (told for told in page["results"] if _moment(told) >= since)
            after = page.get("next")
            url = after if isinstance(after, str) and after.startswith(f"{self._base}/") else None
        raise PollFailed("Replicate lists too many orders to find one among them.")

    @cached_property
    def _client(self) -> Client:
        """One for this process; it keeps no connection, so threads and forks may share it. KeyRefused."""
        from replicate.client import Client

        transport = SingleShot(self._account.timeout)
        return Client(self._account.secret("Replicate"), base_url=self._base, transport=transport)

    @cached_property
    def _reader(self) -> httpx.Client:
        key = self._account.secret("Replicate")
        reader = line(self._account)
        reader.headers["Authorization"] = f"Bearer {key}"
        return reader


def _is_same(given: Mapping[str, object], wanted: Mapping[str, Json], shot: Shot) -> bool:
    """Whether a listed input is this shot's. A seed of our own names the shot; one of people's does not."""
    if any(given.get(name) != value for name, value in wanted.items()):
        return False
    picture = given.get("image")
    if (picture is None) != (shot.image_sha256 is None):
        return False
    return picture is None or shot.seed is None or _content(str(picture)) == shot.image_sha256


def _content(uri: str) -> str:
    """The content hash of a data URI; of anything else, none."""
    head, _, data = uri.partition(";base64,")
    return hashlib.sha256(base64.b64decode(data)).hexdigest() if head.startswith("data:") else ""


def _moment(told: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(told["created_at"]))
