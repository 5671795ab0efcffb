"""A server that speaks as S3 does, on this machine's loopback, for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from jynco.adapters.storage.s3 import Address

BUCKET = "films"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class S3Server:
    """Where it answers. Each test has a prefix of its own, so that none sees another's files."""

    def __init__(self) -> None:
        self._port = 0
        self._begin()

    @property
    def url(self) -> str:
        """Its endpoint."""
        return f"http://127.0.0.1:{self._port}"

    def address(self) -> Address:
        """A place in which nothing is yet."""
        return Address(BUCKET, f"test/{uuid4().hex}", self.url)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody answers; afterwards everything is as it was."""
        self.end()
        try:
            yield
        finally:
            self._begin()

    def end(self) -> None:
        """Its files stay in this process's memory."""
        self._server.stop()

    def _begin(self) -> None:
        from moto.server import ThreadedMotoServer

        self._server = ThreadedMotoServer("127.0.0.1", self._port, verbose=False)
        self._server.start()
        self._port = self._server.get_host_and_port()[1]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """The server, with a bucket."""
    import boto3

    server = S3Server()
    session = boto3.session.Session("test", "test", region_name="us-east-1")
    session.client("s3", endpoint_url=server.url).create_bucket(Bucket=BUCKET)
    yield server
    server.end()


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, and an environment with keys for it, as on a platform."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return s3_server
