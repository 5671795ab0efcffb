"""What a provider is asked for, what it can do, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jynco.errors import ProviderError
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

    @property
    def key(self) -> CacheKey:
        """The address of this shot in the cache."""
        return digest(
            {
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
        )


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
