"""Casting: which provider and model plays a clip, at what price, and the shot it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jynco.errors import RequestRejected
from jynco.model.motion import Capabilities, Shot
from jynco.model.storyboard import Clip, OutputSettings
from jynco.ports import Provider


@dataclass(frozen=True, slots=True)
class Role:
    """A provider's model, chosen for a clip."""

    capabilities: Capabilities

    def price(self, length: Fraction) -> Decimal | None:
        """US dollars for ``length`` ordered seconds; None where the provider publishes no price."""
        rate = self.capabilities.usd_per_second
        return None if rate is None else rate * Decimal(length.numerator) / Decimal(length.denominator)

    def time(self, length: Fraction) -> float:
        """Roughly how many seconds it takes to make ``length`` seconds of film."""
        return float(length) * self.capabilities.seconds_per_second


class Casting:
    """Chooses by the clip's own wish, then the request's, then the installation's default."""

    def __init__(self, providers: Mapping[str, Provider], default: str, tenant: str = "local") -> None:
        self._providers = providers
        self._default = default
        self._tenant = tenant  # who finds the clips in the cache

    def role(self, clip: Clip, asked: str | None = None) -> Role:
        """The role for a clip. RequestRejected names the provider or model that is not to be had."""
        name, _, model = (clip.provider or asked or self._default).partition(":")
        if name not in self._providers:
            raise RequestRejected(
                f"There is no provider '{name}': choose one of {', '.join(sorted(self._providers))}."
            )
        return Role(self._providers[name].capabilities(model or None))

    def shot(self, role: Role, clip: Clip, output: OutputSettings, frames: int, image: str | None) -> Shot:
        """The shot as it is keyed and ordered, fitted to the model. RequestRejected when the model cannot do it."""
        can = role.capabilities
        self._possible(can, clip, image)
        wanted = Shot(
            provider=can.provider,
            model=can.model,
            model_version=can.model_version,
            prompt=clip.motion_prompt,
            negative_prompt=clip.negative_prompt,
            image_sha256=image,
            frames=frames,
            rate=output.rate,
            width=output.width,
            height=output.height,
            seed=clip.seed,
            options=clip.provider_options,
            tenant=self._tenant,
        )
        return can.ordered(wanted)

    def can_text_to_video(self, asked: str | None = None) -> bool:
        """Whether a prompt alone is enough for this provider."""
        name, _, model = (asked or self._default).partition(":")
        provider = self._providers.get(name)
        return provider is not None and provider.capabilities(model or None).text_to_video

    def _possible(self, can: Capabilities, clip: Clip, image: str | None) -> None:
        if image is None and not clip.motion_prompt:
            raise RequestRejected(
                "has nothing to show: give it a sourceImage, a motionPrompt or a sourceFile."
            )
        if image is None and not can.text_to_video:
            raise RequestRejected(f"{can.provider} needs a picture: give the clip a sourceImage.")
        if image is not None and not can.image_to_video:
            raise RequestRejected(
                f"{can.provider} makes films from text only: remove sourceImage or choose another."
            )
