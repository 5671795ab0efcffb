"""Open models on this machine's own graphics card (or, slowly, its processor): no key, no bill, an optional extra."""

from __future__ import annotations

from jynco.adapters.providers.local.provider import Local

__all__ = ["Local"]
