"""What lies in a bucket is known to all machines for a while, and nobody goes wrong by it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import read
from jynco.adapters.storage.index import RedisIndex
from jynco.adapters.storage.s3 import Address, S3Storage
from jynco.agents import layout
from jynco.agents.quartermaster.fingerprints import Fingerprints
from jynco.agents.quartermaster.shelf import Shelf
from jynco.bootstrap.ground import make_storage
from jynco.embedded import session
from jynco.errors import NotFound, UsageWrong
from jynco.model.files import Told
from jynco.model.ids import CacheKey
from tests.s3_server import BUCKET, S3Server, s3, s3_server

__all__ = ["s3", "s3_server"]
ROOT = Path(__file__).parents[2]
KEY = CacheKey("ab" * 32)
CLIP, LABEL = layout.cached(KEY), layout.label(KEY)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("data")
    with session(data, root=ROOT, procfile=ROOT / "Procfile", environment={"PATH": "/usr/bin:/bin"}) as up:
        yield up.redis_url


@pytest.fixture
def address(s3: S3Server) -> Address:
    return s3.address()


class Machines:
    """Machines that share a bucket, and what they know of it."""

    def __init__(self, address: Address, folder: Path, url: str, seconds: float = 60) -> None:
        self._address, self._folder, self._url, self._seconds = address, folder, url, seconds

    def one(self, name: str) -> S3Storage:
        index = RedisIndex(self._url, f"{self._address.bucket}/{self._address.prefix}", self._seconds)
        return S3Storage(self._address, self._folder / name, index=index)


@pytest.fixture
def machines(address: Address, tmp_path: Path, redis_url: str) -> Machines:
    return Machines(address, tmp_path, redis_url)


@contextmanager
def requests(storage: S3Storage) -> Iterator[list[str]]:
    """What the bucket is asked meanwhile."""
    asked: list[str] = []

    def note(request: object, **_: object) -> None:
        asked.append(str(request))

    events = storage._bucket.client.meta.events
    events.register("before-send.s3", note)
    try:
        yield asked
    finally:
        events.unregister("before-send.s3", note)


def shelved(storage: S3Storage, folder: Path, content: bytes = b"clip") -> Shelf:
    made = folder / "made.mp4"
    made.write_bytes(content)
    shelf = Shelf(storage, Fingerprints())
    shelf.keep(KEY, made)
    return shelf


def test_a_plan_asks_the_bucket_once_for_all_machines(machines: Machines, tmp_path: Path) -> None:
    shelved(machines.one("made"), tmp_path)
    here, there = machines.one("here"), machines.one("there")
    with requests(here) as asked:
        assert Shelf(here, Fingerprints()).promises(KEY)
    assert len(asked) == 2
    with requests(there) as asked:
        assert Shelf(there, Fingerprints()).promises(KEY)
        assert there.told(LABEL, CLIP).size == 4
    assert asked == []


def test_whoever_changes_something_has_everybody_look_again(machines: Machines, tmp_path: Path) -> None:
    shelved(machines.one("made"), tmp_path)
    here, there = machines.one("here"), machines.one("there")
    for gone in (
        lambda: there.delete(LABEL),
        lambda: there.delete_all("cache"),
        lambda: there.expire(LABEL, datetime.now(UTC)),
    ):
        shelved(there, tmp_path)
        assert here.told(LABEL, CLIP).size == 4
        gone()
        with pytest.raises(NotFound):
            here.told(LABEL, CLIP)
    shelved(there, tmp_path)
    for new in (
        lambda: there.put_bytes(LABEL, b"{1}"),
        lambda: there.swap(LABEL, b"{2}", b"{1}"),
        lambda: there.link("other.json", LABEL),
    ):
        there.put_bytes("other.json", b"{3}")
        before = here.told(LABEL, CLIP).label
        new()
        assert here.told(LABEL, CLIP).label != before


def test_what_vanished_unseen_is_found_out_by_whoever_wants_it(
    machines: Machines, tmp_path: Path, address: Address
) -> None:
    """A plan may believe in it for a while; a worker does not."""
    storage = machines.one("here")
    shelf = shelved(storage, tmp_path)
    assert shelf.promises(KEY)
    client = storage._bucket.client
    client.delete_object(Bucket=BUCKET, Key=f"{address.prefix}/{CLIP}")
    assert shelf.promises(KEY)
    assert shelf.find(KEY) is None
    assert not shelf.promises(KEY)


def test_knowledge_ends(address: Address, tmp_path: Path, redis_url: str) -> None:
    storage = Machines(address, tmp_path, redis_url, seconds=0.01).one("here")
    shelved(storage, tmp_path)
    storage.told(LABEL, CLIP)
    time.sleep(0.05)
    with requests(storage) as asked:
        storage.told(LABEL, CLIP)
    assert len(asked) == 2


def test_a_redis_that_is_away_costs_nothing_but_time(address: Address, tmp_path: Path) -> None:
    storage = Machines(address, tmp_path, "redis://127.0.0.1:1").one("here")
    shelf = shelved(storage, tmp_path)
    assert shelf.promises(KEY)
    with requests(storage) as asked:
        assert shelf.promises(KEY)
    assert len(asked) == 2
    shelf.forget(KEY)
    assert not shelf.promises(KEY)


def test_what_is_no_entry_of_ours_is_not_believed(redis_url: str) -> None:
    import redis

    index = RedisIndex(redis_url, "scope", 60)
    with redis.Redis.from_url(redis_url) as client:
        for nonsense in (b"", b"[]", b"{}", b"\xff", b'{"label": 1, "size": "x"}', b"7"):
            client.set("jynco:index:scope:a.json", nonsense)
            assert index.find("a.json") is None, nonsense
    index.keep("a.json", Told(b"x" * 5000, 1))
    assert index.find("a.json") is None, "it would fill the Redis that carries the bells"
    index.keep("a.json", Told(b"\xff{}", 7))
    assert index.find("a.json") == Told(b"\xff{}", 7)
    assert RedisIndex(redis_url, "other", 60).find("a.json") is None


def test_it_is_there_where_a_bucket_and_a_redis_are(tmp_path: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://h/d", "REDIS_URL": "redis://h", "JYNCO_STORAGE": "s3://films/a"}
    on, off = (read({**urls, **more}, data=tmp_path) for more in ({}, {"JYNCO_INDEX_SECONDS": "0"}))
    stores = [make_storage(each) for each in (on, off)]
    assert [isinstance(each, S3Storage) and each._index is not None for each in stores] == [True, False]
    with pytest.raises(UsageWrong, match="JYNCO_INDEX_SECONDS"):
        read({**urls, "JYNCO_INDEX_SECONDS": "soon"})
