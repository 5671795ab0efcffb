"""Gemini: Omni Flash through interactions, with the SDK's own retries off. A clip lies behind Google's own door."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.download import Delivery
from jynco.adapters.providers.remote import Remote
from jynco.adapters.providers.still import still
from jynco.adapters.providers.wire import line, trust
from jynco.errors import PollFailed
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.model.storyboard import Json
from jynco.ports import Watch

if TYPE_CHECKING:
    from google.genai import Client

_ADDRESS: Final = "https://generativelanguage.googleapis.com"
_MODEL: Final = "gemini-omni-1.2-flash"
_VERSION: Final = "1"  # part of every cache key: another number when an order is put together in another way
_DATA: Final = 10_000_000  # characters of base64
_RATIOS: Final[Mapping[tuple[int, int], str]] = {(1280, 720): "16:9", (720, 1280): "9:16"}
# Without a clip: nobody is there to act, or to continue.
_ENDED: Final = frozenset(
    {"failed", "cancelled", "incomplete", "budget_exceeded", "requires_action", "requires_continuation"}
)
_REFUSALS: Final = ("safety", "blocked", "prohibited", "policy", "moderat")


class Gemini(Remote):
    """Google's Gemini Omni Flash, at 720 lines."""

    name = "gemini"

    def __init__(self, account: Account) -> None:
        super().__init__("Gemini", account)
        self._base = account.base_url or _ADDRESS
        self._delivery = Delivery("Gemini", account, door=self._door)

    def capabilities(self, model: str | None) -> Capabilities:
        """There is one model, "gemini-omni-1.2-flash"; RequestRejected for any other."""
        name = self._known(model or _MODEL, [_MODEL])
        return Capabilities(
            provider=self.name,
            model=name,
            model_version=_VERSION,
            text_to_video=True,
            usd_per_second=self._account.prices.get(name),
            seconds_per_second=12.0,
            durations=tuple(range(3, 16)),
            sizes=tuple(_RATIOS),
            image_forms=("data",),
            takes_seed=False,
            takes_negative_prompt=False,
            needs_prompt=True,
        )

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        """Orders the clip: one POST, never a second. RequestRejected and KeyRefused before anything is sent."""
        shot = self.capabilities(shot.model).ordered(shot)
        self._refuse_options(shot)
        order = _order(shot, image)
        # Its overloads tell streams from answers by arguments that an order never has.
        create = cast("Callable[..., object]", self._client.interactions.create)
        with self._border.submitting():
            return Ticket(self._id(getattr(create(**order), "id", None)), estimated_usd=self._price(shot))

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:  # noqa: ARG002 - the ticket says it all
        """How the interaction is doing. PollFailed when Gemini cannot say."""
        with self._border.looking():
            return self._answer(self._told(ticket))

    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None:
        """Downloads the clip, or writes it down where Gemini put it into its answer. As ``Delivery.bring``."""
        if "inline" in ticket.details:
            self._write(ticket, target)
            watch.progress(1.0)
        else:
            super().collect(shot, image, ticket, target, watch)

    def cancel(self, ticket: Ticket) -> None:
        """A wish: what was made until then may be billed."""
        client = self._client
        with self._border.wishing():
            client.interactions.cancel(ticket.task_id)

    def _told(self, ticket: Ticket) -> object:
        get = cast("Callable[..., object]", self._client.interactions.get)
        return get(ticket.task_id)

    def _answer(self, told: object) -> PollAnswer:
        match getattr(told, "status", None):
            case "queued":
                return PollAnswer(PollState.WAITING)
            case "in_progress":
                return PollAnswer(PollState.RUNNING)
            case "completed":
                video = getattr(told, "output_video", None)
                if getattr(video, "uri", None) is None and getattr(video, "data", None):
                    return PollAnswer(PollState.SUCCEEDED, fraction=1.0, details={"inline": "yes"})
                return self._delivered(getattr(video, "uri", None))
            case str() as status if status in _ENDED:
                return self._failed_in_words(_words(status, getattr(told, "errors", None)), _REFUSALS)
        raise self._puzzling()

    def _write(self, ticket: Ticket, target: Path) -> None:
        with self._border.looking():
            data = base64.b64decode(
                getattr(getattr(self._told(ticket), "output_video", None), "data", None) or ""
            )
        if not data:
            raise PollFailed("Gemini's answer holds its clip no longer; it is asked again.")
        part = target.with_name(f".{target.name}.part")
        part.write_bytes(data)
        part.replace(target)

    def _door(self, url: str) -> Mapping[str, str]:
        """The key, for Gemini's own files only."""
        return {"x-goog-api-key": self._account.secret("Gemini")} if url.startswith(f"{self._base}/") else {}

    @cached_property
    def _client(self) -> Client:
        """One for this process; it keeps no connection, so threads and forks may share it. KeyRefused."""
        from google.genai import Client
        from google.genai.types import HttpOptions, HttpRetryOptions

        options = HttpOptions(
            base_url=self._base,
            timeout=int(self._account.timeout * 1000),
            retry_options=HttpRetryOptions(attempts=1),
            httpx_client=line(self._account),
            async_client_args={"verify": trust(), "ssl": trust()},  # unused, but made at once and slowly
        )
        return Client(api_key=self._account.secret("Gemini"), vertexai=False, http_options=options)


def _order(shot: Shot, image: Path | None) -> dict[str, Json]:
    parts: list[Json] = [{"type": "text", "text": shot.prompt}]
    if image is not None:
        picture = still(image, _DATA)
        parts.insert(0, {"type": "image", "data": picture.data, "mime_type": picture.media_type})
    return {
        "model": shot.model,
        "background": True,
        "input": parts,
        "response_format": {
            "type": "video",
            "aspect_ratio": _RATIOS[shot.width, shot.height],
            "duration": f"{shot.rate.seconds(shot.frames)}s",
            "resolution": "720p",
            "delivery": "uri",
        },
    }


def _words(status: str, errors: object) -> str:
    """Gemini fails in words; those of its safety system are few."""
    listed = errors if isinstance(errors, list) else []
    words = "; ".join(str(getattr(error, "message", None) or getattr(error, "code", "")) for error in listed)
    return f"{status}: {words[:300]}" if words else status
