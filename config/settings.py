"""The one reader of the environment. Everything else receives a frozen ``Settings``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from config import amounts, limits, memory
from config.keeping import keeping
from config.telemetry import Traces, traces
from config.variables import Access, Tokens, Variables
from jynco.errors import UsageWrong
from jynco.model.admission import Limits
from jynco.model.quotas import Quotas, Rates
from jynco.model.retention import Keeping

# Key and address; the names are the vendors' own, but fal has none for its address.
VENDORS: Final[Mapping[str, tuple[str, str]]] = {
    "runway": ("RUNWAYML_API_SECRET", "RUNWAYML_BASE_URL"),
    "fal": ("FAL_KEY", "FAL_BASE_URL"),
    "replicate": ("REPLICATE_API_TOKEN", "REPLICATE_BASE_URL"),
    "luma": ("LUMA_AGENTS_API_KEY", "LUMA_BASE_URL"),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL"),
}


INDEXED: Final = 900.0  # seconds
ENCODERS: Final = ("software", "auto", "nvenc", "vaapi", "videotoolbox", "qsv")


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation's choices; times in seconds. Whatever holds a password or a key is not shown."""

    data: Path = Path(".jynco")
    database_url: str | None = field(default=None, repr=False)  # None: the embedded Postgres
    replica_url: str | None = field(default=None, repr=False)  # a copy of the database, for lists
    replica_lag: float = 5.0  # seconds that lists may be old; a copy further behind is not asked
    redis_url: str | None = field(default=None, repr=False)  # None: the embedded Valkey
    broker_url: str | None = field(default=None, repr=False)  # None: redis_url
    storage: str | None = None  # None: the data folder
    s3_endpoint: str | None = None  # None: Amazon's
    index: float = INDEXED  # seconds that Redis may know what lies in a bucket; 0: never
    nearby_gb: float = 10.0  # of copies on this machine of what lies in S3
    keeping: Keeping = field(default_factory=Keeping)  # how long what nobody needs is kept
    providers: tuple[str, ...] = ("camera",)  # the first is the default, the rest take over in turn
    limits: Mapping[str, Limits] = field(default_factory=dict)  # instead of those that vendors publish
    failover_moderated: bool = False  # another provider may be asked what the first one's safety refused
    retry_base: float = 2.0
    poll: float = 5.0
    lease: float = 30.0
    sweep: float = 15.0
    fan_out: float = 10.0  # of full HD film to encode, from which a film's segments are shared among workers
    provider_timeout: float = 60.0
    give_up: float = 900.0
    budget_usd: Decimal | None = None  # the most a tenant may spend in a month; None: no such limit
    vendors: Mapping[str, Access] = field(default_factory=dict)  # by provider
    local_models: Path | None = None  # the folder of the models that run on this machine
    local_device: str | None = None  # "cpu", "cuda"; None: the graphics card where there is one
    local_batch: int = 1  # clips that go through such a model together
    secret_key: str | None = field(default=None, repr=False)
    auth: str | None = None  # "off", "required"; None: required beyond loopback
    tokens: Tokens = field(default_factory=Tokens)
    rates: Rates | None = None  # of each tenant's requests; None: generous ones where names are asked for
    quotas: Quotas | None = None  # of what each tenant has; None: as above
    encoder: str = "software"  # or a device's name, or "auto"
    memory_mb: float | None = None  # for a process and its children; None: as much as they are let
    share_cache: bool = False  # one tenant's clips are found by the others too
    public_url: str | None = None
    flower_url: str | None = None  # where those who watch over workers find Flower
    flower_auth: str | None = field(default=None, repr=False)  # name:password, several with commas between
    outgoing_loopback: bool = (
        False  # webhooks and pictures' addresses may lead to this machine: for trials only
    )
    port: int = 8000
    host: str = "127.0.0.1"
    web_processes: int = 1
    proxies: int = 0  # of ours that stand before the web: who asks is whom the outermost one has heard
    log_level: str = "INFO"
    traces: Traces | None = None  # where traces go; None: nowhere

    @property
    def embedded(self) -> bool:
        """Whether this machine's own servers are used."""
        return self.database_url is None

    @property
    def encoders(self) -> int:
        """How many FFmpegs may encode side by side, by cores and memory."""
        room = memory.available() if self.memory_mb is None else int(self.memory_mb * memory.MIB)
        return memory.encoders(room, os.cpu_count() or 1)

    @property
    def in_one_process(self) -> bool:
        """Whether the broker is a process's own memory: then that process works, too, and no Redis is needed."""
        return (self.broker_url or "").startswith("memory:")

    def servers(self) -> tuple[str, str | None]:
        """The addresses of database and Valkey; UsageWrong where a process was started without what it needs."""
        if self.database_url is None or (self.redis_url is None and not self.in_one_process):
            raise UsageWrong(
                "DATABASE_URL and REDIS_URL are not set: set both, or start this process through "
                "'jynco up', which brings its own servers."
            )
        return self.database_url, self.redis_url


def read(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings of this environment (by default the process's). UsageWrong names the variable that is off."""
    variables = Variables(os.environ if environment is None else environment)
    settings = replace(_parse(variables), **{k: v for k, v in overrides.items() if v is not None})
    if (settings.database_url is None) != (settings.redis_url is None) and not settings.in_one_process:
        raise UsageWrong("Set DATABASE_URL and REDIS_URL together, or neither for the embedded servers.")
    return replace(settings, data=settings.data.expanduser().absolute())


def inherited() -> dict[str, str]:
    """The environment that children of this process are given."""
    return dict(os.environ)


def _parse(env: Variables) -> Settings:
    return Settings(
        data=Path(env.text("JYNCO_DATA") or ".jynco"),
        database_url=_postgres(env.text("DATABASE_URL")),
        replica_url=_postgres(env.text("DATABASE_REPLICA_URL")),
        replica_lag=env.seconds("JYNCO_REPLICA_LAG_SECONDS", 5.0),
        redis_url=env.text("REDIS_URL"),
        broker_url=env.text("JYNCO_BROKER_URL") or env.text("CLOUDAMQP_URL"),
        storage=env.text("JYNCO_STORAGE"),
        s3_endpoint=env.text("AWS_ENDPOINT_URL_S3") or env.text("AWS_ENDPOINT_URL"),
        index=_index(env),
        nearby_gb=env.gigabytes("JYNCO_NEARBY_GB", 10.0),
        keeping=keeping(env),
        providers=env.names("JYNCO_PROVIDER", ("camera",)),
        limits=limits.parse(env.text(limits.VARIABLE) or ""),
        failover_moderated=env.choice("JYNCO_FAILOVER_MODERATED", ("on", "off")) == "on",
        retry_base=env.seconds("JYNCO_RETRY_BASE_SECONDS", 2.0),
        poll=env.seconds("JYNCO_POLL_SECONDS", 5.0),
        lease=env.seconds("JYNCO_LEASE_SECONDS", 30.0),
        sweep=env.seconds("JYNCO_SWEEP_SECONDS", 15.0),
        fan_out=env.seconds("JYNCO_FAN_OUT_SECONDS", 10.0),
        provider_timeout=env.seconds("JYNCO_PROVIDER_TIMEOUT_SECONDS", 60.0),
        give_up=env.seconds("JYNCO_GIVE_UP_SECONDS", 900.0),
        budget_usd=env.dollars("JYNCO_BUDGET_USD"),
        vendors={name: env.access(*variables) for name, variables in VENDORS.items()},
        local_models=env.folder("JYNCO_LOCAL_MODELS"),
        local_device=env.choice("JYNCO_LOCAL_DEVICE", ("cpu", "cuda")),
        local_batch=env.whole("JYNCO_LOCAL_BATCH", 1, 64),
        secret_key=env.text("JYNCO_SECRET_KEY"),
        auth=env.choice("JYNCO_AUTH", ("off", "required")),
        tokens=env.tokens(),
        rates=amounts.rates("JYNCO_RATE_LIMITS", env.text("JYNCO_RATE_LIMITS")),
        quotas=amounts.quotas("JYNCO_QUOTAS", env.text("JYNCO_QUOTAS")),
        encoder=env.choice("JYNCO_ENCODER", ENCODERS) or "software",
        memory_mb=env.amount("JYNCO_MEMORY_MB", "megabytes"),
        share_cache=env.choice("JYNCO_SHARE_CACHE", ("on", "off")) == "on",
        public_url=env.text("JYNCO_PUBLIC_URL"),
        flower_url=env.text("JYNCO_FLOWER_URL"),
        flower_auth=env.logins("JYNCO_FLOWER_AUTH") or env.logins("FLOWER_BASIC_AUTH"),
        outgoing_loopback=env.choice("JYNCO_OUTGOING_LOOPBACK", ("on", "off")) == "on",
        port=env.whole("PORT", 8000, 65535),
        # A platform that hands out PORT expects the process on every interface; alone, only this machine is let in.
        host="0.0.0.0" if env.text("DYNO") else "127.0.0.1",
        proxies=env.whole("JYNCO_PROXIES", 0, 64, least=0),
        web_processes=env.whole("WEB_CONCURRENCY", memory.webs(memory.available(), os.cpu_count() or 1), 64),
        log_level=(env.text("LOG_LEVEL") or "INFO").upper(),
        traces=traces(env),
    )


def _postgres(url: str | None) -> str | None:
    """Heroku says ``postgres://``; SQLAlchemy knows only ``postgresql://``."""
    return "postgresql://" + url.removeprefix("postgres://") if url and url.startswith("postgres://") else url


def _index(env: Variables) -> float:
    said = env.amount("JYNCO_INDEX_SECONDS", "seconds")
    return INDEXED if said is None else said
