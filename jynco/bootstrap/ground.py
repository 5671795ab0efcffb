"""What a house stands on: which adapter is behind a port."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from config.settings import Settings
from jynco.adapters.lock.file import FileLocks
from jynco.adapters.lock.slots import HostSlots
from jynco.adapters.storage.local import LocalStorage
from jynco.compose.hardware import Devices
from jynco.errors import UsageWrong
from jynco.model.money import Budget
from jynco.ports import Database, Index, Lock, Media, Pictures, Slots, Storage

BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def make_database(settings: Settings, connections: int, *, waited_for: bool) -> Database:
    from jynco.adapters.database.postgres import PostgresDatabase

    ceiling = None if settings.budget_usd is None else Budget(settings.budget_usd)
    return PostgresDatabase(
        settings.servers()[0],
        pool_size=connections,
        waited_for=waited_for,
        ceiling=ceiling,
        replica=(settings.replica_url, settings.replica_lag) if settings.replica_url else None,
    )


def make_locks(settings: Settings) -> Lock:
    """Where the database or the files are reached over the network others may share them: so must the locks."""
    url = settings.database_url
    if url is None or not (urlsplit(url).hostname or _in_bucket(settings)):
        return FileLocks(settings.data / "locks")
    from jynco.adapters.lock.postgres import PostgresLocks

    return PostgresLocks(url)


def make_slots(settings: Settings) -> Slots:
    """As many encoders at once on this machine as it has cores and memory for, whoever runs them."""
    return HostSlots(settings.data / "locks" / "encoders", settings.encoders)


def make_storage(settings: Settings, *, waited_for: bool = False) -> Storage:
    """UsageWrong for a place that is neither a folder nor a bucket."""
    if settings.storage is None:
        return LocalStorage(settings.data)
    address = urlsplit(settings.storage)
    if address.scheme == "file" and address.path:
        return LocalStorage(Path(unquote(address.path)))
    if address.scheme == "s3" and BUCKET.fullmatch(address.netloc):
        return _bucket(settings, address.netloc, unquote(address.path).strip("/"), waited_for=waited_for)
    raise UsageWrong(
        f"JYNCO_STORAGE must be file:///folder or s3://bucket/prefix; it is '{settings.storage}'."
    )


def _in_bucket(settings: Settings) -> bool:
    return (settings.storage or "").startswith("s3://")


def _bucket(settings: Settings, bucket: str, prefix: str, *, waited_for: bool) -> Storage:
    from jynco.adapters.storage.s3 import Address, S3Storage

    address = Address(bucket, prefix, settings.s3_endpoint, hasty=waited_for)
    index = _index(settings, f"{bucket}/{prefix}") if settings.redis_url and settings.index else None
    return S3Storage(address, settings.data, nearby=int(settings.nearby_gb * 1024**3), index=index)


def _index(settings: Settings, scope: str) -> Index:
    from jynco.adapters.storage.index import RedisIndex

    return RedisIndex(settings.redis_url or "", scope, settings.index)


def make_device(settings: Settings) -> Devices:
    from jynco.adapters.media.hardware import Hardware

    return Hardware(settings.encoder).device


def make_media() -> tuple[Media, Pictures]:
    from jynco.adapters.media.ffmpeg import FFmpeg
    from jynco.adapters.media.stills import Stills

    return FFmpeg(), Stills()
