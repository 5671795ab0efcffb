"""How long this installation keeps what: ``JYNCO_KEEP_*`` and ``JYNCO_CACHE_MAX_GB``."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from config.variables import Variables
from jynco.model.retention import Keeping

EVER: Final = "ever"  # where the default is not
GB: Final = 10**9  # bytes


def keeping(env: Variables) -> Keeping:
    """UsageWrong names the variable that is off."""
    most = env.amount("JYNCO_CACHE_MAX_GB", "gigabytes")
    return Keeping(
        exports=_days(env, "JYNCO_KEEP_EXPORTS_DAYS", None),
        segments=_days(env, "JYNCO_KEEP_SEGMENTS_DAYS", Keeping().segments),
        clips=_days(env, "JYNCO_KEEP_CLIPS_DAYS", None),
        jobs=_days(env, "JYNCO_KEEP_JOBS_DAYS", Keeping().jobs),
        events=_days(env, "JYNCO_KEEP_EVENTS_DAYS", Keeping().events),
        cache_bytes=None if most is None else round(most * GB),
    )


def _days(env: Variables, name: str, default: timedelta | None) -> timedelta | None:
    if env.text(name) is None:
        return default
    if env.text(name) == EVER:
        return None
    return timedelta(days=env.amount(name, f"days, or '{EVER}'") or 0)
