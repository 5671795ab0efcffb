"""requests, made to connect through a leash: names are looked up and judged where the connection is made."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from jynco.adapters.outgoing.leash import Leash

if TYPE_CHECKING:
    from requests import PreparedRequest


class Wire(HTTPAdapter):
    """An adapter for one exchange."""

    def __init__(self, leash: Leash) -> None:
        super().__init__()
        self._leash = leash

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - nothing goes through a proxy
        cert: tuple[str, str] | str | None = None,
    ) -> HTTPConnectionPool:
        """A pool whose connections are the leash's."""
        pool = super().get_connection_with_tls_context(request, verify, None, cert)
        assert isinstance(pool, HTTPConnectionPool)
        pool.ConnectionCls = _leashed(self._leash, isinstance(pool, HTTPSConnectionPool))
        return pool


def _leashed(leash: Leash, encrypted: bool) -> type[HTTPConnection]:
    class Plain(HTTPConnection):
        """On the leash, and in the clear: only where an operator allows it."""

        def _new_conn(self) -> socket.socket:
            return leash.connect(self.host, self.port or 80)

    class Encrypted(HTTPSConnection):
        """On the leash, under TLS."""

        def _new_conn(self) -> socket.socket:
            return leash.connect(self.host, self.port or 443)

    return Encrypted if encrypted else Plain
