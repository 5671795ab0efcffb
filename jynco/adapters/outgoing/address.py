"""Which addresses strangers may have us ask: public ones, encrypted, at the usual doors.

A name is judged twice: as it is written, before anything is looked up, and by the number it leads to, when the
connection is made. Only the second can be trusted, for a name may lead elsewhere a moment later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from jynco.errors import AddressRefused

LONGEST: Final = 2048  # characters
DOORS: Final = frozenset({443, 8443})
_PLAIN: Final = re.compile(
    r"[!-\[\]-~]+"
)  # printable ASCII without the backslash, which readers take for a slash
_NAME: Final = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\.?"
)
_WITHIN: Final = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "test",
    "onion",
    "home.arpa",
)
_PUBLIC6: Final = IPv6Network("2000::/3")

# Public by the registry, but doors into other networks: what is asked there may arrive at an address inside this one.
_DETOURS: Final[tuple[IPv4Network | IPv6Network, ...]] = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # shared by a carrier's customers
            "192.0.0.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "168.63.129.16/32",  # a cloud's own services, at an address that looks public
            "64:ff9b::/96",  # NAT64
            "64:ff9b:1::/48",
            "2001::/23",  # Teredo, ORCHID and others
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "3fff::/20",
            "5f00::/16",  # segment routing
        ),
    )
)

Number = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Rules:
    """What is allowed beyond public https addresses. ``loopback``: this very machine, for trials."""

    loopback: bool = False
    doors: frozenset[int] = DOORS

    def checked(self, url: str) -> SplitResult:
        """The address in its parts. AddressRefused with the reason; nothing was looked up."""
        parts = _parts(url)
        here = self.loopback and _is_here(parts.hostname or "")
        if parts.scheme != "https" and not (here and parts.scheme == "http"):
            raise AddressRefused("The address must begin with https://.")
        if "@" in parts.netloc:
            raise AddressRefused(
                "The address must not hold a name or password: leave out what is before '@'."
            )
        if not here:
            self._check_door(parts)
            _check_host(parts.hostname or "")
        return parts

    def admits(self, number: Number) -> bool:
        """Whether a connection may be made to this number."""
        number = (number.ipv4_mapped or number) if isinstance(number, IPv6Address) else number
        if number.is_loopback:
            return self.loopback
        if isinstance(number, IPv6Address) and (number not in _PUBLIC6 or number.teredo or number.sixtofour):
            return False
        detour = any(number in network for network in _DETOURS if network.version == number.version)
        return number.is_global and not (number.is_multicast or number.is_reserved or detour)

    def _check_door(self, parts: SplitResult) -> None:
        if (443 if parts.port is None else parts.port) not in self.doors:
            doors = " or ".join(map(str, sorted(self.doors)))
            raise AddressRefused(f"The address must be at port {doors}.")


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST:
        raise AddressRefused(f"The address must have no more than {LONGEST} characters.")
    if not _PLAIN.fullmatch(url):
        raise AddressRefused(
            "The address must be written in plain ASCII: no spaces, no backslashes, and xn-- names."
        )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise AddressRefused("This is no address: write one such as https://example.com/path.") from None
    if not parts.hostname or parts.netloc.endswith(":"):
        raise AddressRefused("This is no address: write one such as https://example.com/path.")
    return parts


def _is_here(host: str) -> bool:
    number = _number(host)
    return host == "localhost" if number is None else number.is_loopback


def _check_host(host: str) -> None:
    number = _number(host)
    if number is not None:
        if not Rules().admits(number):
            raise AddressRefused("The address is not a public one: it lies inside a network.")
        return
    name = host.rstrip(".")
    if not _NAME.fullmatch(host):  # numbers in odd spelling (0x7f.1, 2130706433) are none either
        raise AddressRefused("The address must name a public host, such as example.com.")
    if any(name == inner or name.endswith("." + inner) for inner in _WITHIN):
        raise AddressRefused("The address is not a public one: it lies inside a network.")


def _number(host: str) -> Number | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
