"""The guarded client: every exchange has a deadline in all, a cap in bytes, and leads to public addresses only.

No proxy, no cookies, no credentials of this machine go along. A redirect is an address as foreign as the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urljoin

from jynco.adapters.outgoing.address import Rules
from jynco.adapters.outgoing.leash import Leash
from jynco.errors import AddressFailed, LimitExceeded, StorageFull
from jynco.model.outgoing import Answer, Fetched

if TYPE_CHECKING:
    import requests

_PIECE: Final = 1 << 16
_ANSWER: Final = 1 << 14  # bytes of an answer to a POST that are read at all
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_FULL: Final = "There is no room for the file: free space in the data folder."
_PLAIN: Final = {"User-Agent": "Jynco", "Accept-Encoding": "identity", "Connection": "close"}


class _Bytes(Protocol):
    def read1(self, amount: int, *, decode_content: bool) -> bytes: ...


class Outgoing:
    """``jynco.ports.Outgoing`` over requests. Threads may share it."""

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()

    def check(self, url: str) -> None:
        """AddressRefused for an address that never would be asked; nothing is looked up or sent."""
        self._rules.checked(url)

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Answer:
        """Send once; the answer, whatever its status. Redirects are answers. AddressRefused, AddressFailed."""
        leash = Leash(self._rules, seconds)
        with self._exchange(leash, "POST", url, headers, body) as response:
            said = b""
            for piece in _pieces(response.raw):
                said += piece
                if len(said) >= _ANSWER:
                    break
            leash.check()
            return Answer(response.status_code, dict(response.headers), said[:_ANSWER])

    def fetch(
        self, url: str, target: Path, *, seconds: float, most_bytes: int, redirects: int = 3
    ) -> Fetched:
        """The file at ``url`` into ``target``, which appears whole or not at all.

        AddressRefused, AddressFailed, LimitExceeded (more than ``most_bytes``), StorageFull.
        """
        leash = Leash(self._rules, seconds)
        for _ in range(redirects + 1):
            with self._exchange(leash, "GET", url, {}, None) as response:
                if response.status_code not in _MOVED:
                    return _kept(response, target, leash, most_bytes)
                url = urljoin(url, response.headers.get("Location", ""))
        raise AddressFailed("The address leads on without end.")

    @contextmanager
    def _exchange(
        self, leash: Leash, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Iterator[requests.Response]:
        """The answer, its body unread. Whatever breaks on the way leaves as AddressFailed, without foreign words."""
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        self._rules.checked(url)
        try:
            with leash.pulled(), _session(leash) as session:
                given = {**_PLAIN, **headers}
                left = max(leash.left, 0.001)
                with session.request(
                    method, url, headers=given, data=body, stream=True, timeout=left, allow_redirects=False
                ) as response:
                    yield response
        except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            leash.check()
            raise AddressFailed(f"The address broke off ({type(error).__name__}).") from error


def _session(leash: Leash) -> requests.Session:
    import requests

    from jynco.adapters.outgoing.wire import Wire

    session = requests.Session()
    session.trust_env = False  # neither a .netrc's credentials nor a proxy that would look up names for us
    session.headers.clear()
    for scheme in ("https://", "http://"):
        session.mount(scheme, Wire(leash))
    return session


def _kept(response: requests.Response, target: Path, leash: Leash, most_bytes: int) -> Fetched:
    if response.status_code != 200:
        raise AddressFailed(f"The address answered with HTTP {response.status_code}, not with a file.")
    part = target.with_name(f".{target.name}.part")
    try:
        with _opened(part) as file:
            size = _pour(response, file, leash, most_bytes)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return Fetched(size, response.headers.get("Content-Type", "").partition(";")[0].strip().lower())


def _pour(response: requests.Response, file: IO[bytes], leash: Leash, most_bytes: int) -> int:
    promised = response.headers.get("Content-Length", "")
    _check_size(int(promised) if promised.isascii() and promised.isdecimal() else 0, most_bytes)
    size = 0
    for piece in _pieces(response.raw):
        size += len(piece)
        _check_size(size, most_bytes)
        _write(file, piece)
    leash.check()  # a line that was cut looks like one that ended
    return size


def _opened(part: Path) -> IO[bytes]:
    try:
        return part.open("wb", buffering=0)  # so that a full disk shows at the write
    except OSError as error:
        raise StorageFull(_FULL) from error


def _write(file: IO[bytes], piece: bytes) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise StorageFull(_FULL) from error


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise LimitExceeded(f"The file at the address has more than {most} bytes; it is not fetched.")


def _pieces(raw: Any) -> Iterator[bytes]:
    """As they come: to wait for full pieces would hold up the deadline as long as a slow host likes."""
    stream: _Bytes = raw
    while piece := stream.read1(_PIECE, decode_content=False):
        yield piece
