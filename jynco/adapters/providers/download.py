"""Fetching a finished clip from the address a vendor named: whole, within limits, and from nowhere inside our network.

The address is foreign input. It is checked when the connection is made, on the number it resolves to, at every
redirect; no key, cookie or credential of ours goes with the request, unless a vendor keeps clips behind its own door.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from jynco.adapters.providers.account import Account
from jynco.errors import GenerationFailed, PollFailed, StorageFull
from jynco.ports import Watch

if TYPE_CHECKING:
    import requests

MOST_BYTES: Final = 1 << 30
_PIECE: Final = 1 << 17
_SILENCE: Final = 15.0  # seconds without a byte
_PATIENCES: Final = 5  # a whole download may take this many times the vendor's timeout
_REDIRECTS: Final = 5
_GONE: Final = frozenset({401, 403, 404, 410})  # what an address that has run out answers
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES})


Door = Callable[[str], Mapping[str, str]]


class Gone(PollFailed):
    """The address of a finished clip has run out; the vendor may give another."""


class _Bytes(Protocol):
    def read1(self, amount: int, *, decode_content: bool) -> bytes: ...


class Delivery:
    """Downloads for one vendor's account."""

    def __init__(self, vendor: str, account: Account, door: Door = lambda url: {}) -> None:  # noqa: ARG005
        """``door``: the headers that a vendor's own door asks for, where clips lie behind it and not in the open."""
        self._door = door
        self._vendor = vendor
        self._is_local = account.is_local
        self._silence = min(account.timeout, _SILENCE)
        self._seconds = _PATIENCES * account.timeout

    def bring(self, url: str | None, fresh: Callable[[], str], target: Path, watch: Watch) -> None:
        """The clip at ``url`` into ``target``, which appears whole or not at all; ``fresh`` names a new address.

        Raises PollFailed when the download broke off (it may be tried again), GenerationFailed when it never can be
        fetched, StorageFull, and what ``watch`` raises.
        """
        try:
            self._fetch(url or fresh(), target, watch)
        except Gone:
            self._fetch(fresh(), target, watch)

    def _fetch(self, url: str, target: Path, watch: Watch) -> None:
        part = target.with_name(f".{target.name}.part")
        try:
            with self._opened(url) as response, part.open("wb") as file:
                self._pour(response, file, watch)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _opened(self, url: str) -> Iterator[requests.Response]:
        """The answer of the address, its body unread. All errors of the line leave as PollFailed."""
        import requests
        from requests_hardened.ip_filter import InvalidIPAddress
        from urllib3.exceptions import HTTPError

        try:
            with self._session() as session, self._followed(session, url) as response:
                yield self._accepted(response)
        except InvalidIPAddress:
            raise GenerationFailed(
                f"{self._vendor} says its clip lies at {urlsplit(url).hostname}, inside this network: not fetched."
            ) from None
        except (requests.RequestException, HTTPError) as error:
            raise PollFailed(
                self._broken(type(error).__name__)
            ) from None  # its words may hold a signed address
        except OSError as error:
            if error.errno not in _FULL:
                raise PollFailed(self._broken(type(error).__name__)) from error
            raise StorageFull(
                f"There is no room for a clip of {self._vendor}: free space in the data folder."
            ) from error

    def _followed(self, session: requests.Session, url: str) -> requests.Response:
        """What redirects lead to; each of them is an address as foreign as the first, and gets no key."""
        headers = dict(self._door(url))
        for _ in range(_REDIRECTS):
            self._check_scheme(url)
            response = session.get(url, stream=True, headers=headers | {"Accept-Encoding": "identity"})
            if response.next is None:
                return response
            response.close()
            url, headers = response.next.url or "", {}
        raise PollFailed(self._broken("it leads on without end"))

    def _session(self) -> requests.Session:
        from requests_hardened import Config, Manager

        rules = Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=self._is_local,
            never_redirect=True,
            default_timeout=(self._silence, self._silence),
            user_agent_override="jynco",
        )
        session: requests.Session = Manager(rules).get_session()
        session.trust_env = (
            False  # neither credentials from a .netrc nor a proxy that would look up names for us
        )
        return session

    def _check_scheme(self, url: str) -> None:
        if urlsplit(url).scheme != "https" and not self._is_local:
            raise GenerationFailed(f"{self._vendor} names no https address for its clip; it is not fetched.")

    def _accepted(self, response: requests.Response) -> requests.Response:
        if response.status_code in _GONE:
            raise Gone(self._broken(f"HTTP {response.status_code}"))
        if response.status_code != 200:
            raise PollFailed(self._broken(f"HTTP {response.status_code}"))
        return response

    def _pour(self, response: requests.Response, file: IO[bytes], watch: Watch) -> None:
        promised, ends, have = _length(response), time.monotonic() + self._seconds, 0
        self._check_size(promised or 0)
        for piece in _pieces(response.raw):
            have += len(piece)
            self._check_size(have)
            file.write(piece)
            watch.check()
            watch.progress(min(have / promised, 1.0) if promised else 0.0)
            if time.monotonic() > ends:
                raise PollFailed(self._broken(f"not done after {self._seconds:g} s"))
        if have == 0 or (promised is not None and have != promised):
            raise PollFailed(self._broken(f"{have} of {promised or 'some'} bytes"))

    def _check_size(self, count: int) -> None:
        if count > MOST_BYTES:
            raise GenerationFailed(
                f"The clip of {self._vendor} has more than {MOST_BYTES >> 20} MiB; it is not fetched."
            )

    def _broken(self, why: str) -> str:
        return f"The clip of {self._vendor} could not be fetched ({why}); it is tried again."


def _pieces(raw: _Bytes) -> Iterator[bytes]:
    """As they come: to wait for full pieces would hold up the deadline as long as a slow host likes."""
    while piece := raw.read1(_PIECE, decode_content=False):
        yield piece


def _length(response: requests.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isdecimal() else None
