"""The vendors, each with its double and what its protocol calls things, so that one test holds them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.fal import Fal
from jynco.adapters.providers.gemini import Gemini
from jynco.adapters.providers.luma import Luma
from jynco.adapters.providers.replicate import Replicate
from jynco.adapters.providers.runway import Runway
from jynco.model.motion import Shot
from jynco.model.storyboard import Json
from jynco.model.time import Rate
from jynco.ports import Provider
from tests.doubles import fal, gemini, luma, replicate, runway
from tests.doubles.vendor import KEY, Vendor


@dataclass(frozen=True)
class Case:
    """One vendor. States are the protocol's own words."""

    name: str
    double: type[Vendor]
    provider: Callable[[Account], Provider]
    model: str
    waiting: tuple[str, ...]
    running: str
    done: str
    failed: str
    moderated: str
    shedding: frozenset[int] = frozenset()
    estimates: bool = False
    cancels: bool = True
    finds: bool = False
    price: Decimal = Decimal("0.05")

    def account(self, base_url: str | None, key: str | None = KEY, timeout: float = 5.0) -> Account:
        return Account(f"{self.name.upper()}_KEY", key, base_url, timeout, {self.model: self.price})

    def at(self, vendor: Vendor, timeout: float = 5.0) -> Provider:
        return self.provider(self.account(vendor.address, timeout=timeout))


CASES = [
    Case(
        name="runway",
        double=runway.Runway,
        provider=Runway,
        model="gen4_turbo",
        waiting=("PENDING", "THROTTLED"),
        running="RUNNING",
        done="SUCCEEDED",
        failed="FAILED:INTERNAL.BAD_OUTPUT.CODE01",
        moderated="FAILED:SAFETY.INPUT.TEXT",
        shedding=frozenset({502, 503}),
        estimates=True,
    ),
    Case(
        name="fal",
        double=fal.Fal,
        provider=Fal,
        model="bytedance/seedance-2.0/image-to-video",
        waiting=("IN_QUEUE",),
        running="IN_PROGRESS",
        done="COMPLETED",
        failed="COMPLETED:The runner died.",
        moderated="REFUSED:content_policy_violation",
    ),
    Case(
        name="replicate",
        double=replicate.Replicate,
        provider=Replicate,
        model="bytedance/seedance-1-pro",
        waiting=("starting",),
        running="processing",
        done="succeeded",
        failed="failed:CUDA out of memory",
        moderated="failed:The input or output was flagged as sensitive (E005)",
        finds=True,
    ),
    Case(
        name="luma",
        double=luma.Luma,
        provider=Luma,
        model="ray-3.2",
        waiting=("queued",),
        running="processing",
        done="completed",
        failed="failed:generation_failed",
        moderated="failed:content_moderated",
        cancels=False,
    ),
    Case(
        name="gemini",
        double=gemini.Gemini,
        provider=Gemini,
        model="gemini-omni-1.2-flash",
        waiting=("queued",),
        running="in_progress",
        done="completed",
        failed="failed:Something broke.",
        moderated="failed:Blocked by the safety filters.",
    ),
]


@dataclass
class Watching:
    """A watch that keeps what it was told."""

    told: list[float] = field(default_factory=list)

    def check(self) -> None:
        pass

    def progress(self, fraction: float) -> None:
        self.told.append(fraction)


def shot_of(
    case: Case,
    *,
    prompt: str = "the boat sails on",
    frames: int = 96,
    options: Mapping[str, Json] | None = None,
) -> Shot:
    """Four seconds at 24 frames a second."""
    return Shot(
        case.name, case.model, "1", prompt, "", "0" * 64, frames, Rate(24), 1280, 720, options=options or {}
    )


def no_parts(folder: Path) -> bool:
    """Whether no half-fetched file was left behind."""
    return not [path for path in folder.iterdir() if path.name.endswith(".part")]
