"""Luma: Ray through its agents API, with the SDK's own retries off."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.remote import Remote
from jynco.adapters.providers.still import still
from jynco.adapters.providers.wire import line
from jynco.errors import CreditMissing, GenerationFailed, Moderated, ProviderError, RequestRejected
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket

if TYPE_CHECKING:
    from luma_agents import Luma as Client
    from luma_agents.types.video_options_param import VideoOptionsParam

_ADDRESS: Final = "https://agents.lumalabs.ai/v1"
_MODEL: Final = "ray-3.2"
_VERSION: Final = "1"  # part of every cache key: another number when an order is put together in another way
_DATA: Final = 10_000_000  # characters of base64

_Ratio = Literal["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"]
_SIZES: Final[Mapping[tuple[int, int], _Ratio]] = {
    (1680, 720): "21:9",
    (1280, 720): "16:9",
    (960, 720): "4:3",
    (720, 720): "1:1",
    (720, 960): "3:4",
    (720, 1280): "9:16",
}
# What a failed generation's code means; anything else may go better another time.
_FAILURES: Final[Mapping[str, type[ProviderError]]] = {
    "content_moderated": Moderated,
    "budget_exhausted": CreditMissing,
    "image_too_large": RequestRejected,
    "unsupported_format": RequestRejected,
    "corrupt_input": RequestRejected,
    "invalid_request": RequestRejected,
}


class Luma(Remote):
    """Luma's Ray 3.2, at 720 lines, 5 or 10 seconds."""

    name = "luma"

    def __init__(self, account: Account) -> None:
        super().__init__("Luma", account)

    def capabilities(self, model: str | None) -> Capabilities:
        """There is one model, "ray-3.2"; RequestRejected for any other."""
        name = self._known(model or _MODEL, [_MODEL])
        return Capabilities(
            provider=self.name,
            model=name,
            model_version=_VERSION,
            text_to_video=True,
            usd_per_second=self._account.prices.get(name),
            seconds_per_second=15.0,
            durations=(5, 10),
            sizes=tuple(_SIZES),
            image_forms=("data",),
            takes_seed=False,
            takes_negative_prompt=False,
            needs_prompt=True,
        )

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        """Orders the clip: one POST, never a second. RequestRejected and KeyRefused before anything is sent."""
        shot = self.capabilities(shot.model).ordered(shot)
        self._refuse_options(shot)
        video, client = _video(shot, image), self._client
        with self._border.submitting():
            made = client.generations.create(
                model=_MODEL,
                type="video",
                prompt=shot.prompt,
                aspect_ratio=_SIZES[shot.width, shot.height],
                video=video,
            )
            return Ticket(self._id(getattr(made, "id", None)), estimated_usd=self._price(shot))

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:  # noqa: ARG002 - the ticket says it all
        """How the generation is doing. PollFailed when Luma cannot say."""
        client = self._client
        with self._border.looking():
            return self._answer(client.generations.get(ticket.task_id))

    def cancel(self, ticket: Ticket) -> None:
        """Luma takes nothing back: a generation runs to its end and is billed."""

    def _answer(self, told: object) -> PollAnswer:
        match getattr(told, "state", None):
            case "queued":
                return PollAnswer(PollState.WAITING)
            case "processing":
                return PollAnswer(PollState.RUNNING)
            case "completed":
                output = getattr(told, "output", None)
                first = output[0] if isinstance(output, list) and output else None
                return self._delivered(getattr(first, "url", None))
            case "failed":
                code = str(getattr(told, "failure_code", None) or "no code")
                words = f"{code}: {getattr(told, 'failure_reason', None) or 'no reason given'}"
                return self._failed(words, _FAILURES.get(code, GenerationFailed))
        raise self._puzzling()

    @cached_property
    def _client(self) -> Client:
        """One for this process; it keeps no connection, so threads and forks may share it. KeyRefused."""
        from luma_agents import Luma as Client

        return Client(
            auth_token=self._account.secret("Luma"),
            base_url=self._account.base_url or _ADDRESS,
            max_retries=0,
            timeout=self._account.timeout,
            http_client=line(self._account),
        )


def _video(shot: Shot, image: Path | None) -> VideoOptionsParam:
    long = shot.rate.seconds(shot.frames) > 5
    video: VideoOptionsParam = {"duration": "10s" if long else "5s", "resolution": "720p"}
    if image is not None:
        picture = still(image, _DATA)
        video["start_frame"] = {"data": picture.data, "media_type": picture.media_type}
    return video
