"""Casting: which providers and models may play a clip, in turn, at what price, and the shot each is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from jynco.errors import RequestRejected
from jynco.model.jobs import Remark
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


@dataclass(frozen=True, slots=True)
class Lineup:
    """Who may make a clip, in turn, each with the shot that is asked for; and who cannot, with the reason."""

    cast: tuple[tuple[Role, Shot], ...]
    out: tuple[Remark, ...] = ()

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The shots of those who can."""
        return tuple(shot for _, shot in self.cast)


class Casting:
    """Chooses by the clip's own wish, then the request's, then the installation's list; each may be a list."""

    def __init__(
        self, providers: Mapping[str, Provider], defaults: Sequence[str], tenant: str = "local"
    ) -> None:
        self._providers = providers
        self._defaults = tuple(defaults)
        self._tenant = tenant  # who finds the clips in the cache

    def roles(self, clip: Clip, asked: str | None = None) -> tuple[Role, ...]:
        """Who is named for a clip, each once. RequestRejected names the provider or model that is not to be had."""
        roles = [self._role(name) for name in self._names(clip.provider or asked)]
        return tuple(dict.fromkeys(roles))

    def role(self, clip: Clip, asked: str | None = None) -> Role:
        """Who is asked first. RequestRejected as for ``roles``."""
        return self.roles(clip, asked)[0]

    def lineup(
        self, clip: Clip, output: OutputSettings, frames: int, image: str | None, asked: str | None = None
    ) -> Lineup:
        """Who makes the clip, and who takes over in turn. RequestRejected when none of those named can do it."""
        roles = self.roles(clip, asked)
        cast: list[tuple[Role, Shot]] = []
        out: list[Remark] = []
        for role in roles:
            can = role.capabilities
            own = can.provider == roles[0].capabilities.provider  # options are words of one provider
            try:
                cast.append((role, self._shot(can, clip if own else _plain(clip), output, frames, image)))
            except RequestRejected as error:
                out.append(Remark(can.provider, can.model, error.code, error.message))
        if not cast:
            alone = len(out) == 1
            raise RequestRejected(out[0].message if alone else " ".join(remark.words for remark in out))
        return Lineup(tuple(cast), tuple(out))

    def can_text_to_video(self, asked: str | None = None) -> bool:
        """Whether a prompt alone is enough for one of these providers."""
        named = [name.partition(":") for name in self._names(asked)]
        known = [(self._providers[name], model) for name, _, model in named if name in self._providers]
        return any(provider.capabilities(model or None).text_to_video for provider, model in known)

    def _names(self, asked: str | None) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, (asked or "").split(",")))) or self._defaults

    def _role(self, named: str) -> Role:
        name, _, model = named.partition(":")
        if name not in self._providers:
            raise RequestRejected(
                f"There is no provider '{name}': choose one of {', '.join(sorted(self._providers))}."
            )
        return Role(self._providers[name].capabilities(model or None))

    def _shot(
        self, can: Capabilities, clip: Clip, output: OutputSettings, frames: int, image: str | None
    ) -> Shot:
        """The shot as it is keyed and ordered, fitted to the model. RequestRejected when the model cannot do it."""
        _possible(can, clip, image)
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


def _plain(clip: Clip) -> Clip:
    return replace(clip, provider_options={})


def _possible(can: Capabilities, clip: Clip, image: str | None) -> None:
    if image is None and not clip.motion_prompt:
        raise RequestRejected("has nothing to show: give it a sourceImage, a motionPrompt or a sourceFile.")
    if image is None and not can.text_to_video:
        raise RequestRejected(f"{can.provider} needs a picture: give the clip a sourceImage.")
    if image is not None and not can.image_to_video:
        raise RequestRejected(
            f"{can.provider} makes films from text only: remove sourceImage or choose another."
        )
