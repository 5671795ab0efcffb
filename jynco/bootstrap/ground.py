"""What a house stands on: which adapter is behind a port."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config.settings import Settings
from jynco.adapters.lock.file import FileLocks
from jynco.adapters.lock.slots import HostSlots
from jynco.adapters.storage.local import LocalStorage
from jynco.compose.hardware import Devices
from jynco.errors import UsageWrong
from jynco.model.money import Budget
from jynco.ports import Database, Lock, Media, Pictures, Slots, Storage


def make_database(settings: Settings, connections: int, *, waited_for: bool) -> Database:
    from jynco.adapters.database.postgres import PostgresDatabase

    ceiling = None if settings.budget_usd is None else Budget(settings.budget_usd)
    return PostgresDatabase(
        settings.servers()[0], pool_size=connections, waited_for=waited_for, ceiling=ceiling
    )


def make_locks(settings: Settings) -> Lock:
    """Where the database is reached over the network others may share it, so the locks must reach as far."""
    if settings.database_url is None or not urlsplit(settings.database_url).hostname:
        return FileLocks(settings.data / "locks")
    from jynco.adapters.lock.postgres import PostgresLocks

    return PostgresLocks(settings.database_url)


def make_slots(settings: Settings) -> Slots:
    """As many encoders at once on this machine as it has cores, whoever runs them."""
    return HostSlots(settings.data / "locks" / "encoders", os.cpu_count() or 1)


def make_storage(settings: Settings) -> Storage:
    if settings.storage is None:
        return LocalStorage(settings.data)
    address = urlsplit(settings.storage)
    if address.scheme == "file" and address.path:
        return LocalStorage(Path(unquote(address.path)))
    raise UsageWrong(f"JYNCO_STORAGE must be file:///folder; it is '{settings.storage}'.")


def make_device(settings: Settings) -> Devices:
    from jynco.adapters.media.hardware import Hardware

    return Hardware(settings.encoder).device


def make_media() -> tuple[Media, Pictures]:
    from jynco.adapters.media.ffmpeg import FFmpeg
    from jynco.adapters.media.stills import Stills

    return FFmpeg(), Stills()
