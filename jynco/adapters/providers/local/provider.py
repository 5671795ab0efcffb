"""Open models as a provider: the clip is made in ``collect``, so a ticket is only a promise, and nothing is billed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from jynco.adapters.providers.frame import check_frame
from jynco.adapters.providers.local import models, options
from jynco.adapters.providers.local.extra import Extra, extra
from jynco.adapters.providers.local.models import Model
from jynco.adapters.providers.local.studio import Order, Studio, Work
from jynco.errors import RequestRejected
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.ports import Watch

_VERSION: Final = "1"  # another number whenever this code makes other pixels
_GRID: Final = 32  # sides are made of squares of so many pixels
_SIZES: Final = ((832, 480), (480, 832), (640, 640), (1280, 704), (704, 1280), (960, 960))


class Local:
    """LTX-Video and Wan from the operator's own folder, on this machine. Free, and repeatable by seed."""

    name = "local"

    def __init__(self, folder: Path | None, *, device: str | None = None, batch: int = 1) -> None:
        """``folder`` holds a folder per model; ``device``: cpu or cuda, None: the card where there is one.

        ``batch``: how many clips go through a model together at most; each of them wants memory of its own.
        """
        self._folder = folder
        self._device = device
        self._studio = Studio(_equipped, batch)

    def capabilities(self, model: str | None) -> Capabilities:
        """RequestRejected when the libraries, the folder or the model are not there, with what to do about it."""
        runs, found = self._found(model)
        return Capabilities(
            provider=self.name,
            model=found.name,
            model_version=_version(runs, found),
            billable=False,
            usd_per_second=Decimal(0),
            seconds_per_second=20.0 if runs.device == "cuda" else 1000.0,
            durations=tuple(range(1, found.family.longest + 1)),
            sizes=_SIZES,
        )

    def prepare(self) -> None:
        """Nothing: no order is ever in doubt here, for the clip is made when it is collected."""

    def submit(self, shot: Shot, image: Path | None) -> Ticket:
        """A ticket at once, the same for the same shot. RequestRejected when it cannot be made here."""
        self._checked(shot, image)
        return Ticket(f"local-{shot.key}", estimated_usd=Decimal(0))

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:  # noqa: ARG002 - there is nothing to ask
        """Always ready to be collected."""
        return PollAnswer(PollState.SUCCEEDED, fraction=1.0, actual_usd=Decimal(0))

    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None:  # noqa: ARG002
        """Makes the shot, at the model's own rate, into ``target``, which appears whole or not at all.

        Raises RequestRejected, GenerationFailed, StorageFull, ServiceAway, and whatever ``watch`` raises.
        """
        # NumPy and OpenCV are loaded only where something is filmed.
        from jynco.adapters.providers.local.film import film

        order, found = self._checked(shot, image)
        frames = self._studio.film(order, watch)
        film(replace(shot, rate=found.family.rate, frames=found.frames(shot)), frames, target, watch)

    def cancel(self, ticket: Ticket) -> None:
        """Nothing runs between ``submit`` and ``collect``; the watch ends a ``collect``."""

    def find(self, shot: Shot, since: datetime) -> Ticket | None:  # noqa: ARG002 - asking again is free
        """Never: nothing is owed, so nothing needs finding."""
        return None

    def _found(self, model: str | None) -> tuple[Extra, Model]:
        return extra(self._device), models.model(self._folder, model)

    def _checked(self, shot: Shot, image: Path | None) -> tuple[Order, Model]:
        if image is None:
            raise RequestRejected(
                "Local models start from a picture and this clip has none: add a sourceImage."
            )
        check_frame(shot, "A local model")
        runs, found = self._found(shot.model)
        if shot.model_version != _version(runs, found):  # the clip would lie under another model's key
            raise RequestRejected(
                f"The model '{shot.model}' is not the one that this clip was planned with: plan it again."
            )
        _check_size(shot)
        return _order(shot, image, runs, found), found


def _equipped() -> Work:
    from jynco.adapters.providers.local.pipelines import Projectors

    return Projectors()


def _order(shot: Shot, image: Path, runs: Extra, found: Model) -> Order:
    from jynco.adapters.providers.local.pipelines import Terms

    wishes = options.parse(shot.options, found.family.usual)
    terms = Terms(found, wishes, shot.width, shot.height, found.generated(shot), runs.device, runs.dtype)
    seed = int(shot.key[:15], 16) if shot.seed is None else shot.seed
    return Order(terms, shot.prompt, shot.negative_prompt, image, seed)


def _check_size(shot: Shot) -> None:
    if shot.width % _GRID or shot.height % _GRID:
        raise RequestRejected(
            f"Local models make sides of whole times {_GRID} pixels, not {shot.width}x{shot.height}."
        )


def _version(runs: Extra, found: Model) -> str:
    """Everything besides the shot that changes pixels."""
    family = found.family
    parts = (_VERSION, found.revision, family, runs.device, runs.dtype, *runs.libraries)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]
