"""Who we are to a vendor: the key it knows us by, the address it answers at, and what it charges."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from jynco.errors import KeyRefused


@dataclass(frozen=True, slots=True)
class Account:
    """One installation's access to one vendor. The key is never shown."""

    variable: str  # where people set the key, for sentences that tell them to
    key: str | None = field(default=None, repr=False)
    base_url: str | None = None  # None: the vendor's own
    timeout: float = 60.0  # seconds of silence in one call
    prices: Mapping[str, Decimal] = field(default_factory=dict)  # US dollars per second of video, by model

    def secret(self, vendor: str) -> str:
        """The key. KeyRefused names the variable that is not set, or holds what cannot be a key."""
        if self.key is None:
            raise KeyRefused(
                f"{vendor} needs a key and {self.variable} is not set: set it, or choose another."
            )
        if not (self.key.isascii() and self.key.isprintable()) or " " in self.key:
            raise KeyRefused(f"{self.variable} holds characters that no key of {vendor} has: set it anew.")
        return self.key

    @property
    def is_local(self) -> bool:
        """Whether the operator speaks to a vendor on this very machine; only then may its clips lie here too."""
        host = urlsplit(self.base_url or "").hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"
