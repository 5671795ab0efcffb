"""The vendors: their leaves, their accounts, and how this installation treats them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from config.limits import limits
from config.prices import prices
from config.settings import VENDORS, Settings
from config.variables import Access
from jynco.adapters.database.desk import LOCAL
from jynco.adapters.providers.account import Account
from jynco.agents.casting import Casting
from jynco.errors import UsageWrong
from jynco.model.admission import Breaker, Rules
from jynco.ports import Clock, Provider


def make_providers(settings: Settings, clock: Clock) -> Mapping[str, Provider]:
    """All of them, whether they have a key or not: one without says so when it is asked for a clip."""
    from jynco.adapters.providers.camera import Camera
    from jynco.adapters.providers.fal import Fal
    from jynco.adapters.providers.gemini import Gemini
    from jynco.adapters.providers.local import Local
    from jynco.adapters.providers.luma import Luma
    from jynco.adapters.providers.mock import Mock
    from jynco.adapters.providers.replicate import Replicate
    from jynco.adapters.providers.runway import Runway

    made: list[Provider] = [
        Camera(settings.encoders),
        Mock(clock, folder=settings.data / "mock"),
        Runway(_account(settings, "runway")),
        Fal(_account(settings, "fal")),
        Replicate(_account(settings, "replicate")),
        Luma(_account(settings, "luma")),
        Gemini(_account(settings, "gemini")),
        Local(settings.local_models, device=settings.local_device, batch=settings.local_batch),
    ]
    return {provider.name: provider for provider in made}


def _account(settings: Settings, provider: str) -> Account:
    access = settings.vendors.get(provider) or Access(VENDORS[provider][0])
    listed = prices().get(provider)
    return Account(
        variable=access.variable,
        key=access.key,
        base_url=access.base_url,
        timeout=settings.provider_timeout,
        prices=listed.usd_per_second if listed else {},
    )


def rules(settings: Settings, known: Iterable[str]) -> Rules:
    """How this installation treats its vendors. UsageWrong for limits of one that nobody knows."""
    for name in settings.limits:
        if name.partition(":")[0] not in known:
            raise UsageWrong(f"JYNCO_LIMITS names '{name}': choose one of {', '.join(sorted(known))}.")
    keys = {name: access.key for name, access in settings.vendors.items() if access.key}
    return Rules(
        limits={**limits(), **settings.limits},
        accounts={name: sha256(key.encode()).hexdigest()[:12] for name, key in keys.items()},
        breaker=Breaker(pause=2.5 * settings.retry_base, longest=30 * settings.retry_base),
        failover_moderated=settings.failover_moderated,
        poll=settings.poll,
    )


def make_casting(settings: Settings, providers: Mapping[str, Provider], tenant: str) -> Casting:
    """Where the operator has the tenants share their clips, all of them cast as one."""
    return Casting(providers, settings.providers, LOCAL if settings.share_cache else tenant)
