"""Joins the parts, once: settings in, a House out. Nobody else decides which adapter stands behind a port."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from config.limits import limits
from config.prices import prices
from config.settings import VENDORS, Access, Settings
from jynco.adapters.clock import SystemClock
from jynco.adapters.database.desk import LOCAL, desk
from jynco.adapters.lock.file import FileLocks
from jynco.adapters.lock.slots import HostSlots
from jynco.adapters.lock.watchful import WatchfulLocks
from jynco.adapters.outgoing import Outgoing
from jynco.adapters.outgoing import Rules as Addresses
from jynco.adapters.providers.account import Account
from jynco.adapters.storage.local import LocalStorage
from jynco.agents.architect import Architect
from jynco.agents.casting import Casting
from jynco.agents.cutting import Cutting
from jynco.agents.drawing import Drafter
from jynco.agents.herald import Herald
from jynco.agents.interchange import Interchange
from jynco.agents.motion import Motion, Tools, Withdrawal
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.render import Render
from jynco.agents.scouting import Scout
from jynco.agents.sequel import Continuing
from jynco.agents.storyboard import StoryboardKeeper
from jynco.agents.storyboard.history import History
from jynco.agents.takes import Takes
from jynco.compose.hardware import Devices
from jynco.errors import UsageWrong
from jynco.model.admission import Breaker, Rules
from jynco.model.money import Budget
from jynco.ports import Clock, Database, Lock, Media, Pictures, Provider, Slots, Storage

CONNECTIONS: Final = 5  # of one process to the database


@dataclass(frozen=True, slots=True)
class Ground:
    """What every tenant's part of a house stands on."""

    storage: Storage
    lock: Lock
    providers: Mapping[str, Provider]


@dataclass(frozen=True, slots=True)
class House:
    """Everything that works together in one process."""

    settings: Settings
    clock: Clock
    database: Database
    quartermaster: Quartermaster
    storyboard: StoryboardKeeper
    casting: Casting
    architect: Architect
    motion: Motion
    withdrawal: Withdrawal
    render: Render
    scout: Scout
    interchange: Interchange
    ground: Ground

    def of(self, tenant: str) -> House:
        """The house as one tenant sees it: nothing of anybody else's is there."""
        database = desk(self.database).of(tenant)
        casting = _casting(self.settings, self.ground.providers, tenant)
        keeper = StoryboardKeeper(database, self.ground.storage, self.ground.lock, self.clock)
        drafter = Drafter(self.quartermaster, casting)
        lock, store = self.ground.lock, self.quartermaster
        architect = Architect(database, keeper, store, drafter, lock, self.clock, self.scout)
        return replace(
            self,
            database=database,
            storyboard=keeper,
            casting=casting,
            architect=architect,
            interchange=Interchange(database, keeper, store),
        )

    @property
    def takes(self) -> Takes:
        """What was made of each clip, and the way back to it."""
        drafter = Drafter(self.quartermaster, self.casting)
        return Takes(self.database, self.storyboard, self.quartermaster, drafter, self.architect, self.clock)

    @property
    def history(self) -> History:
        """What people wanted before."""
        return History(self.storyboard, self.database.projects)

    @property
    def continuing(self) -> Continuing:
        """Clips that begin where others end."""
        return Continuing(self.storyboard, self.quartermaster, self.clock)

    @property
    def outgoing(self) -> Outgoing:
        """The way to addresses that strangers named."""
        return Outgoing(Addresses(loopback=self.settings.outgoing_loopback))

    @property
    def herald(self) -> Herald:
        """Who tells the receivers of webhooks."""
        return Herald(
            self.database.webhooks,
            self.outgoing,
            self.clock,
            public_url=self.settings.public_url,
            pace=self.settings.retry_base / 2,  # seconds of the first wait for a vendor; 2 unless it was said
            lease=self.settings.lease,
        )

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()


def build(
    settings: Settings,
    database: Database | None = None,
    *,
    connections: int = CONNECTIONS,
    waited_for: bool = False,
) -> House:
    """The house of these settings; ``database`` instead of the one they name (its in-memory twin, say).

    ``waited_for``: somebody waits for every answer, and would rather hear within 3 s that there is none.
    """
    clock = SystemClock()
    storage, lock = _storage(settings), _locks(settings)
    (media, pictures), device = _media(), _device(settings)
    providers = _providers(settings, clock)
    database = database or _database(settings, connections, waited_for=waited_for)
    lock = WatchfulLocks(lock, database.ping) if waited_for else lock
    quartermaster = Quartermaster(storage, media, pictures)
    keeper = StoryboardKeeper(database, storage, lock, clock)
    casting = _casting(settings, providers, LOCAL)
    drafter, scout = (
        Drafter(quartermaster, casting),
        Scout(quartermaster, Cutting(quartermaster, media, device=device)),
    )
    return House(
        settings=settings,
        clock=clock,
        database=database,
        quartermaster=quartermaster,
        storyboard=keeper,
        casting=casting,
        architect=Architect(database, keeper, quartermaster, drafter, lock, clock, scout),
        motion=Motion(
            database.ledger,
            quartermaster,
            providers,
            clock,
            database.jobs,
            database.admission,
            lease=settings.lease,
            give_up=settings.give_up,
            rules=rules(settings, providers),
        ),
        withdrawal=Withdrawal(
            Tools(database.ledger, quartermaster, clock, settings.lease, settings.give_up, settings.poll),
            providers,
            settings.poll,
        ),
        render=Render(database, quartermaster, media, slots=_slots(settings), device=device),
        scout=scout,
        interchange=Interchange(database, keeper, quartermaster),
        ground=Ground(storage, lock, providers),
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


def workshop(settings: Settings) -> tuple[Quartermaster, Casting]:
    """What ``validate`` needs: files and providers, and no server."""
    media, pictures = _media()
    providers = _providers(settings, SystemClock())
    return Quartermaster(_storage(settings), media, pictures), Casting(providers, settings.providers)


def tags(film: Path) -> Mapping[str, str]:
    """What a film says of itself, its storyboard among it. AssetRefused."""
    from jynco.adapters.media import tags

    return tags.tags(film)


def _casting(settings: Settings, providers: Mapping[str, Provider], tenant: str) -> Casting:
    """Where the operator has the tenants share their clips, all of them cast as one."""
    return Casting(providers, settings.providers, LOCAL if settings.share_cache else tenant)


def _database(settings: Settings, connections: int, *, waited_for: bool) -> Database:
    from jynco.adapters.database.postgres import PostgresDatabase

    ceiling = None if settings.budget_usd is None else Budget(settings.budget_usd)
    return PostgresDatabase(
        settings.servers()[0], pool_size=connections, waited_for=waited_for, ceiling=ceiling
    )


def _locks(settings: Settings) -> Lock:
    """Where the database is reached over the network others may share it, so the locks must reach as far."""
    if settings.database_url is None or not urlsplit(settings.database_url).hostname:
        return FileLocks(settings.data / "locks")
    from jynco.adapters.lock.postgres import PostgresLocks

    return PostgresLocks(settings.database_url)


def _slots(settings: Settings) -> Slots:
    """As many encoders at once on this machine as it has cores, whoever runs them."""
    return HostSlots(settings.data / "locks" / "encoders", os.cpu_count() or 1)


def _storage(settings: Settings) -> Storage:
    if settings.storage is None:
        return LocalStorage(settings.data)
    address = urlsplit(settings.storage)
    if address.scheme == "file" and address.path:
        return LocalStorage(Path(unquote(address.path)))
    raise UsageWrong(f"JYNCO_STORAGE must be file:///folder; it is '{settings.storage}'.")


def _device(settings: Settings) -> Devices:
    from jynco.adapters.media.hardware import Hardware

    return Hardware(settings.encoder).device


def _media() -> tuple[Media, Pictures]:
    from jynco.adapters.media.ffmpeg import FFmpeg
    from jynco.adapters.media.stills import Stills

    return FFmpeg(), Stills()


def _providers(settings: Settings, clock: Clock) -> Mapping[str, Provider]:
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
        Camera(),
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
