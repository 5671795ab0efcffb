"""How often tenants may ask, and how much they may have: ``JYNCO_RATE_LIMITS`` and ``JYNCO_QUOTAS``."""

from __future__ import annotations

from config.guard import asks_for_names
from config.settings import Settings
from jynco.model.quotas import BUSY, ROOMY, Quotas, Rates


def rates_of(settings: Settings) -> Rates:
    """What was said; else generous ones where tenants have names, and none on a machine that answers itself only."""
    return settings.rates or (BUSY if asks_for_names(settings) else Rates())


def quotas_of(settings: Settings) -> Quotas:
    """As ``rates_of``."""
    return settings.quotas or (ROOMY if asks_for_names(settings) else Quotas())
