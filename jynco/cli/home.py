"""Opens the house for a command: the servers that the environment names, or this machine's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

from config.settings import VENDORS, Settings, inherited
from jynco.bootstrap import House
from jynco.cli.speech import Speech

ROOT: Final = Path(__file__).resolve().parents[2]  # the checkout: Procfile, examples
WORKERS: Final = ("worker_motion", "worker_render", "worker_preview", "beat")
MEMORY: Final = "memory://"
NOTHING: Final[Mapping[str, str]] = {}
RELEASE: Final = ("jynco.cli.main", "migrations.runner")  # what the Procfile's release line imports

# What decides how workers go about it: they keep the environment of the command that started them.
HEEDED: Final = (
    *(name for names in VENDORS.values() for name in names),
    *("JYNCO_LIMITS", "JYNCO_FAILOVER_MODERATED", "JYNCO_BUDGET_USD", "JYNCO_SHARE_CACHE", "JYNCO_STORAGE"),
    *(
        "AWS_ENDPOINT_URL_S3",
        "JYNCO_NEARBY_GB",
        "JYNCO_INDEX_SECONDS",
        "JYNCO_KEEP_EXPORTS_DAYS",
        "JYNCO_KEEP_SEGMENTS_DAYS",
    ),
    *(
        "JYNCO_MEMORY_MB",
        "JYNCO_KEEP_CLIPS_DAYS",
        "JYNCO_KEEP_JOBS_DAYS",
        "JYNCO_KEEP_EVENTS_DAYS",
        "JYNCO_CACHE_MAX_GB",
    ),
    *("JYNCO_RETRY_BASE_SECONDS", "JYNCO_POLL_SECONDS", "JYNCO_LEASE_SECONDS", "JYNCO_SWEEP_SECONDS"),
    *("JYNCO_PROVIDER_TIMEOUT_SECONDS", "JYNCO_GIVE_UP_SECONDS", "JYNCO_FAN_OUT_SECONDS", "JYNCO_ENCODER"),
    *("JYNCO_BROKER_URL", "JYNCO_LOCAL_MODELS", "JYNCO_LOCAL_DEVICE", "JYNCO_LOCAL_BATCH"),
)


@contextmanager
def house(settings: Settings, speech: Speech, processes: Sequence[str] = ()) -> Iterator[House]:
    """A house with its servers up, and with ``processes`` of the Procfile where this machine runs them itself."""
    learning = threading.Thread(target=_learn, name="imports", daemon=True)
    learning.start()
    with servers(settings, speech, processes) as found:
        learning.join()
        from workers.app import configure
        from workers.house import house as opened
        from workers.house import use

        configure(found)
        use(found)
        home = opened()
        try:
            with _inside(found) if processes and found.in_one_process else nullcontext():
                yield home
        finally:
            home.close()


@contextmanager
def servers(
    settings: Settings,
    speech: Speech,
    processes: Sequence[str] = (),
    port: int = 8000,
    more: Mapping[str, str] = NOTHING,
) -> Iterator[Settings]:
    """Settings that name running servers. Given both addresses, nothing is started here."""
    if not settings.embedded:
        yield settings
        return
    from jynco.embedded import has_valkey, session

    if not has_valkey():
        settings = replace(settings, broker_url=settings.broker_url or MEMORY)
    if settings.in_one_process:  # whoever rings works: the web, and each command that waits for a film
        processes = [name for name in processes if name == "web"]
        more = {**more, "JYNCO_BROKER_URL": MEMORY}
    with session(
        settings.data,
        root=ROOT,
        procfile=ROOT / "Procfile",
        processes=processes,
        preload=(*RELEASE, "workers.preload") if processes else RELEASE,
        environment={**inherited(), "JYNCO_DATA": str(settings.data), "PORT": str(port), **more},
        heeded=HEEDED,
        started=speech.say,
    ) as up:
        yield replace(settings, database_url=up.database_url, redis_url=up.redis_url or None)


def _inside(settings: Settings) -> AbstractContextManager[None]:
    from workers.inside import everything

    return everything(settings)


def patience(settings: Settings) -> float:
    """Seconds that a job may lie untouched before we ask whether there are workers. Our own are still starting."""
    return 120.0 if settings.embedded else 10.0


def _learn() -> None:
    """Import what the house needs while the servers start; whoever needs it afterwards finds it there."""
    for module in ("workers.dispatch", "jynco.adapters.database.postgres", "kombu.transport.redis"):
        with suppress(ImportError):
            import_module(module)
