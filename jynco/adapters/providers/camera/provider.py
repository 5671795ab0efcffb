"""The camera as a provider: the clip is made in ``collect``, so a ticket is only a promise."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from jynco.adapters.providers.camera import options
from jynco.adapters.providers.frame import check_frame
from jynco.errors import RequestRejected
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.ports import Watch

_VERSION: Final = "1"  # part of every cache key: another number whenever other pixels come out


class Camera:
    """Films the still itself; the motion prompt says how the camera moves. Free, and repeatable by seed."""

    name = "camera"

    def __init__(self, together: int | None = None) -> None:
        """``together``: shots that are filmed at once, by default one a core: fifty waiting threads need not."""
        self.slots = threading.BoundedSemaphore(together or os.cpu_count() or 1)

    def capabilities(self, model: str | None) -> Capabilities:
        """There is one model, "camera"; RequestRejected for any other."""
        if model not in (None, self.name):
            raise RequestRejected(f"The camera has no model {model!r}; leave the model away.")
        return Capabilities(
            provider=self.name,
            model=self.name,
            model_version=_VERSION,
            billable=False,
            usd_per_second=Decimal(0),
            shows_the_picture=True,
            seconds_per_second=0.7,  # 1080p at 30 frames a second on two cores
        )

    def prepare(self) -> None:
        """Nothing: it is here already."""

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        """A ticket at once, the same for the same shot. RequestRejected when it cannot be filmed."""
        _check(shot, image)
        return Ticket(f"camera-{shot.key}", estimated_usd=Decimal(0))

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:  # noqa: ARG002 - there is nothing to ask
        """Always ready to be collected."""
        return PollAnswer(PollState.SUCCEEDED, fraction=1.0, actual_usd=Decimal(0))

    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None:  # noqa: ARG002
        """Films the shot into ``target`` (mp4, H.264, BT.709), which appears whole or not at all.

        Raises RequestRejected for a picture that cannot be used, StorageFull, GenerationFailed, ServiceAway,
        and whatever ``watch`` raises, with FFmpeg ended.
        """
        # OpenCV and NumPy are loaded only where something is filmed.
        from jynco.adapters.providers.camera.film import film

        film(shot, _check(shot, image), target, watch, self.slots)

    def cancel(self, ticket: Ticket) -> None:
        """Nothing runs between ``submit`` and ``collect``; the watch ends a ``collect``."""

    def find(self, shot: Shot, since: datetime) -> Ticket | None:  # noqa: ARG002 - asking again is free
        """Never: nothing is owed for a camera's ticket, so none needs finding."""
        return None


def _check(shot: Shot, image: Path | None) -> Path:
    if image is None:
        raise RequestRejected(
            "The camera films a still picture and this clip has none; give it a sourceImage, or a provider"
            " that makes video from text."
        )
    check_frame(shot, "The camera")
    options.parse(shot.options)
    return image
