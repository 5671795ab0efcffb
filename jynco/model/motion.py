"""What a provider is asked for, what it can do, and what it answers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from jynco.errors import ProviderError, RequestRejected
from jynco.model.ids import CacheKey
from jynco.model.keys import digest
from jynco.model.storyboard import Json
from jynco.model.time import Rate


@dataclass(frozen=True, slots=True)
class Shot:
    """One clip to generate: everything that changes its pixels, and nothing else."""

    provider: str
    model: str
    model_version: str
    prompt: str
    negative_prompt: str
    image_sha256: str | None  # content of the source image; None: text to video
    frames: int
    rate: Rate
    width: int
    height: int
    seed: int | None = None
    options: Mapping[str, Json] = field(default_factory=dict)
    tenant: str = "local"  # who alone may find it in the cache

    @property
    def key(self) -> CacheKey:
        """The address of this shot in the cache.

        The picture counts by its content, never by its name. Seed, negative prompt and options are in because a
        provider may heed them: a key too many costs one generation, a key too few shows somebody the wrong film.
        Another "kind" would throw every cache away, and so would the local tenant's name.
        """
        owner = {} if self.tenant == "local" else {"tenant": self.tenant}
        return digest(
            {
                **owner,
                "kind": "motion/1",
                "provider": self.provider,
                "model": self.model,
                "version": self.model_version,
                "prompt": self.prompt,
                "negative": self.negative_prompt,
                "image": self.image_sha256 or "",
                "frames": str(self.frames),
                "rate": f"{self.rate.numerator}/{self.rate.denominator}",
                "size": f"{self.width}x{self.height}",
                "seed": "" if self.seed is None else str(self.seed),
                "options": json.dumps(self.options, sort_keys=True, separators=(",", ":")),
            }
        )

    def to_json(self) -> dict[str, Json]:
        """The shot as it is kept in a job's row."""
        return {
            "provider": self.provider,
            "model": self.model,
            "modelVersion": self.model_version,
            "prompt": self.prompt,
            "negativePrompt": self.negative_prompt,
            "imageSha256": self.image_sha256,
            "frames": self.frames,
            "rate": [self.rate.numerator, self.rate.denominator],
            "width": self.width,
            "height": self.height,
            "seed": self.seed,
            "options": dict(self.options),
            "tenant": self.tenant,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Shot:
        """The shot that ``to_json`` wrote."""
        return cls(
            provider=row["provider"],
            model=row["model"],
            model_version=row["modelVersion"],
            prompt=row["prompt"],
            negative_prompt=row["negativePrompt"],
            image_sha256=row["imageSha256"],
            frames=row["frames"],
            rate=Rate(*row["rate"]),
            width=row["width"],
            height=row["height"],
            seed=row["seed"],
            options=row["options"],
            tenant=row.get("tenant", "local"),  # rows from before there were tenants
        )


ORDERED_RATE: Final = Rate(24)  # of orders in whole seconds; what comes is brought to the film's rate anyway


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one model of a provider can do, and what it costs."""

    provider: str
    model: str
    model_version: str
    image_to_video: bool = True
    text_to_video: bool = False
    billable: bool = True  # False: asking twice costs nothing, so an unknown outcome is simply asked again
    usd_per_second: Decimal | None = None  # None: not published
    seconds_per_second: float = 1.0  # rough time to make one second of film, for the plan
    durations: tuple[int, ...] = ()  # whole seconds that can be ordered, rising; empty: any length
    sizes: tuple[tuple[int, int], ...] = ()  # frames in pixels that can be ordered; empty: any size
    image_forms: tuple[str, ...] = ()  # how a picture is sent: "data" in the request, "url"; empty: as a file
    takes_seed: bool = True  # False: a seed makes another take, but not a repeatable one
    takes_negative_prompt: bool = True
    needs_prompt: bool = False
    longest_prompt: int | None = None  # characters, as UTF-16 counts them
    shows_the_picture: bool = False  # what it makes is as dark and as still as picture and prompt are

    def price(self, shot: Shot) -> Decimal | None:
        """US dollars for an order; 0 where nothing is ever billed, None where no price is published."""
        if not self.billable:
            return Decimal(0)
        seconds = shot.rate.seconds(shot.frames)
        rate = self.usd_per_second
        return None if rate is None else rate * seconds.numerator / seconds.denominator

    def ordered(self, shot: Shot) -> Shot:
        """The shot that is asked for in place of ``shot``, so that clips cut from one generation share its key.

        The shortest duration that is long enough, of the shapes the nearest, and of its sizes the smallest that is
        large enough. RequestRejected names the longest duration, or the prompt's fault.
        """
        self._check_prompts(shot)
        if self.durations:
            seconds = self._seconds(shot.rate.seconds(shot.frames))
            shot = replace(shot, rate=ORDERED_RATE, frames=ORDERED_RATE.frames(Fraction(seconds)))
        if self.sizes:
            width, height = min(self.sizes, key=lambda size: _misfit(size, shot))
            shot = replace(shot, width=width, height=height)
        return shot

    def _seconds(self, wanted: Fraction) -> int:
        for seconds in self.durations:
            if seconds >= wanted:
                return seconds
        raise RequestRejected(
            f"{self.provider}:{self.model} makes clips of at most {self.durations[-1]} s, not {float(wanted):g} s: "
            "shorten the clip, split it, or choose another model."
        )

    def _check_prompts(self, shot: Shot) -> None:
        who = f"{self.provider}:{self.model}"
        if self.needs_prompt and not shot.prompt:
            raise RequestRejected(f"{who} needs words: give the clip a motionPrompt.")
        length = len(shot.prompt.encode("utf-16-le")) // 2
        if self.longest_prompt is not None and length > self.longest_prompt:
            raise RequestRejected(
                f"{who} takes prompts of at most {self.longest_prompt} characters, not {length}: shorten motionPrompt."
            )
        if shot.negative_prompt and not self.takes_negative_prompt:
            raise RequestRejected(
                f"{who} takes no negative prompt: remove negativePrompt and say in motionPrompt what should be seen."
            )


def _misfit(size: tuple[int, int], shot: Shot) -> tuple[float, bool, int]:
    """How badly a size serves: first its shape, then whether it is too small, then how many pixels are off."""
    width, height = size
    shape = abs(math.log(width * shot.height / (height * shot.width)))
    area, wanted = width * height, shot.width * shot.height
    # Sizes of one name differ by a pixel or two (1112x834 and 1104x832), and are one shape.
    return round(shape, 2), area < wanted, abs(area - wanted)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a provider gave for an accepted request; enough to come back after a crash."""

    task_id: str
    details: Mapping[str, str] = field(default_factory=dict)  # addresses the provider said to use
    estimated_usd: Decimal | None = None


class PollState(StrEnum):
    """How a generation is doing at the provider."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PollAnswer:
    """One answer to "how is it doing?". ``error`` is set exactly when the state is FAILED."""

    state: PollState
    fraction: float | None = None  # 0..1 where the provider says
    details: Mapping[str, str] = field(default_factory=dict)  # such as a fresh result address
    actual_usd: Decimal | None = None
    error: ProviderError | None = None
