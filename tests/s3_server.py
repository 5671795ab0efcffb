"""A server that speaks as S3 does, on this machine's loopback, for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from jynco.adapters.storage.s3 import Address

BUCKET = "films"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True, slots=True)
class S3Server:
    """Where it answers. Each test has a prefix of its own, so that none sees another's files."""

    url: str

    def address(self) -> Address:
        """A place in which nothing is yet."""
        return Address(BUCKET, f"test/{uuid4().hex}", self.url)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """The server, with a bucket."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    session = boto3.session.Session("test", "test", region_name="us-east-1")
    session.client("s3", endpoint_url=url).create_bucket(Bucket=BUCKET)
    yield S3Server(url)
    server.stop()


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, and an environment with keys for it, as on a platform."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return s3_server
