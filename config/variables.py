"""Typed look-ups in an environment, whoever has read it; a value that is off is refused by its variable's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from jynco.errors import UsageWrong


@dataclass(frozen=True, slots=True)
class Access:
    """How a vendor knows us, and where it answers where that is not its usual address."""

    variable: str  # the key's, for those who have to set it
    key: str | None = field(default=None, repr=False)
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """Whose JSON Web Tokens are believed: of which issuer, for whom, and signed by which one kind of key."""

    issuer: str | None = None
    audience: str | None = None
    secret: str | None = field(default=None, repr=False)  # HS256
    jwks_url: str | None = None  # RS256
    public_key: str | None = None  # RS256, as PEM


class Variables:
    """Typed look-ups that name the variable when its value is off; empty counts as unset."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source

    def text(self, name: str) -> str | None:
        return self._source.get(name, "").strip() or None

    def folder(self, name: str) -> Path | None:
        text = self.text(name)
        return Path(text).expanduser().absolute() if text else None

    def names(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, (self.text(name) or "").split(",")))) or default

    def seconds(self, name: str, default: float) -> float:
        return self._above_zero(name, default, "seconds")

    def gigabytes(self, name: str, default: float) -> float:
        return self._above_zero(name, default, "gigabytes")

    def _above_zero(self, name: str, default: float, unit: str) -> float:
        try:
            value = float(self.text(name) or default)
        except ValueError:
            value = -1.0
        if not 0 < value < 10**6:
            raise UsageWrong(f"{name} must be a number of {unit} above 0; it is {self.text(name)!r}.")
        return value

    def amount(self, name: str, unit: str) -> float | None:
        """0 or more; None where it is not set."""
        text = self.text(name)
        try:
            value = None if text is None else float(text)
        except ValueError:
            value = -1.0
        if value is not None and not 0 <= value < 10**6:
            raise UsageWrong(f"{name} must be a number of {unit}, 0 or more; it is {text!r}.")
        return value

    def whole(self, name: str, default: int, largest: int, least: int = 1) -> int:
        text = self.text(name) or str(default)
        if not text.isdecimal() or not least <= int(text) <= largest:
            raise UsageWrong(f"{name} must be a whole number from {least} to {largest}; it is {text!r}.")
        return int(text)

    def dollars(self, name: str) -> Decimal | None:
        text = self.text(name)
        try:
            usd = Decimal(text) if text is not None else None
        except InvalidOperation:
            usd = Decimal(-1)
        if usd is not None and not (usd.is_finite() and 0 <= usd <= 1_000_000):
            raise UsageWrong(f"{name} must be an amount in US dollars, such as 100; it is {text!r}.")
        return usd

    def logins(self, name: str) -> str | None:
        """``name:password``, several with commas between. A password without one would let everybody in as nobody."""
        text = self.text(name)
        if text is not None and not all(all(login.partition(":")[::2]) for login in text.split(",")):
            raise UsageWrong(f"{name} must be name:password, several of them with commas between.")
        return text

    def access(self, key: str, base_url: str) -> Access:
        return Access(key, self.text(key), self.address(base_url))

    def tokens(self) -> Tokens:
        return Tokens(
            issuer=self.text("JYNCO_JWT_ISSUER"),
            audience=self.text("JYNCO_JWT_AUDIENCE"),
            secret=self.text("JYNCO_JWT_SECRET"),
            jwks_url=self.address("JYNCO_JWT_JWKS_URL"),
            public_key=self.text("JYNCO_JWT_PUBLIC_KEY"),
        )

    def address(self, name: str) -> str | None:
        """An address that keys may be sent to: encrypted, or on this very machine."""
        text = self.text(name)
        if text is None:
            return None
        scheme, host = _parts(text)
        if not host or scheme not in ("https", "http") or (scheme == "http" and not _is_here(host)):
            raise UsageWrong(
                f"{name} must be an https:// address, or http:// on this machine; it is {text!r}."
            )
        return text.rstrip("/")

    def choice(self, name: str, allowed: tuple[str, ...]) -> str | None:
        text = self.text(name)
        if text is not None and text not in allowed:
            raise UsageWrong(f"{name} must be one of {', '.join(allowed)}; it is {text!r}.")
        return text


def _parts(address: str) -> tuple[str, str]:
    """Scheme and host; both empty for what is no address."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or ""
    except ValueError:
        return "", ""


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
