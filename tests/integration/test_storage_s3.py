"""What a bucket gives beyond the contract: copies at hand, large files in parts, addresses, and faults in words."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from jynco.adapters.storage.nearby import GRACE
from jynco.adapters.storage.s3 import Address, S3Storage
from jynco.adapters.storage.s3.bucket import Bucket
from jynco.adapters.storage.s3.leftovers import Leftovers
from jynco.errors import NotFound, ServiceAway, StorageFull
from jynco.model.files import Traffic
from tests.s3_server import BUCKET, S3Server, s3, s3_server

__all__ = ["s3", "s3_server"]
KEY = "cache/motion/ab/abcd.mp4"
MB = 1024**2


@pytest.fixture
def address(s3: S3Server) -> Address:
    return s3.address()


@pytest.fixture
def storage(address: Address, tmp_path: Path) -> S3Storage:
    return S3Storage(address, tmp_path / "here")


@pytest.fixture
def elsewhere(address: Address, tmp_path: Path) -> S3Storage:
    """The same bucket from another machine."""
    return S3Storage(address, tmp_path / "there")


def test_another_machine_reads_it_and_fetches_it_once(storage: S3Storage, elsewhere: S3Storage) -> None:
    storage.put_bytes(KEY, b"clip")
    first = elsewhere.path(KEY)
    assert first.read_bytes() == b"clip"
    assert first.suffix == ".mp4"
    assert elsewhere.path(KEY) == first
    assert elsewhere.traffic() == elsewhere.reported() == Traffic(hits=1, misses=1, fetched=4)
    elsewhere.path(KEY)
    assert elsewhere.reported() == Traffic(hits=1)
    assert elsewhere.traffic() == Traffic(hits=2, misses=1, fetched=4)
    assert storage.traffic() == storage.reported() == Traffic()


def test_what_changes_elsewhere_is_fetched_again(storage: S3Storage, elsewhere: S3Storage) -> None:
    storage.put_bytes(KEY, b"clip")
    elsewhere.path(KEY)
    storage.put_bytes(KEY, b"other")
    assert elsewhere.path(KEY).read_bytes() == b"other"
    storage.delete(KEY)
    with pytest.raises(NotFound):
        elsewhere.path(KEY)


def test_what_was_made_here_is_at_hand_here_under_both_names(storage: S3Storage) -> None:
    with storage.scratch() as folder:
        (folder / "clip.mp4").write_bytes(b"clip")
        storage.adopt(KEY, folder / "clip.mp4")
    storage.link(KEY, "projects/proj_a/generated/clip.mp4")
    assert storage.path("projects/proj_a/generated/clip.mp4").read_bytes() == b"clip"
    assert storage.path(KEY).read_bytes() == b"clip"
    assert storage.traffic() == Traffic(hits=2)


def test_what_was_put_here_is_at_hand_as_it_was_sent(storage: S3Storage, tmp_path: Path) -> None:
    given = tmp_path / "sea.png"
    given.write_bytes(b"sea")
    storage.put(KEY, given)
    given.write_bytes(b"lake")
    assert storage.path(KEY).read_bytes() == b"sea"
    assert storage.traffic() == Traffic(hits=1)


def test_a_copy_that_was_written_to_does_not_count(storage: S3Storage) -> None:
    storage.put_bytes(KEY, b"clip")
    storage.path(KEY).write_bytes(b"torn")
    assert storage.path(KEY).read_bytes() == b"clip"


def test_a_doubted_copy_is_fetched_again_even_where_it_looks_the_same(storage: S3Storage) -> None:
    storage.put_bytes(KEY, b"clip")
    path = storage.path(KEY)
    before = path.stat()
    path.write_bytes(b"torn")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    storage.doubt(KEY)
    assert storage.path(KEY).read_bytes() == b"clip"


def test_the_longest_unused_copies_make_room(address: Address, tmp_path: Path) -> None:
    storage = S3Storage(address, tmp_path / "here", nearby=250)
    copies = [_copy(storage, f"cache/{number}.mp4", GRACE + 1000 - 100 * number) for number in range(4)]
    storage.sweep()
    assert [copy.exists() for copy in copies] == [False, False, True, True]
    assert len(storage.path("cache/0.mp4").read_bytes()) == 100


def test_nothing_goes_that_may_still_be_worked_with(address: Address, tmp_path: Path) -> None:
    storage = S3Storage(address, tmp_path / "here", nearby=50)
    with storage.scratch() as folder:
        os.utime(folder.with_suffix(".lock"), (time.time() - 2 * GRACE,) * 2)
        old, used = (_copy(storage, f"cache/{ago}", ago * GRACE) for ago in (4, 2.5))
        storage.sweep()
        assert (old.exists(), used.exists()) == (False, True)
    storage.sweep()
    assert not used.exists()


def _copy(storage: S3Storage, key: str, ago: float) -> Path:
    """A copy of a hundred bytes that was used so many seconds ago."""
    storage.put_bytes(key, bytes(100))
    path = storage.path(key)
    os.utime(path.with_name(f"{path.name}.note"), (time.time() - ago,) * 2)
    return path


def test_large_files_go_in_parts_and_come_whole(address: Address, tmp_path: Path) -> None:
    storage = S3Storage(address, tmp_path / "here", large=MB)
    given = tmp_path / "film.mp4"
    given.write_bytes(os.urandom(17 * MB + 1))
    storage.put("projects/proj_a/exports/film.mp4", given)
    assert S3Storage(address, tmp_path / "there").path("projects/proj_a/exports/film.mp4").read_bytes() == (
        given.read_bytes()
    )
    bucket = Bucket(address)
    assert bucket.client.head_object(**bucket.at("projects/proj_a/exports/film.mp4"))["ETag"].endswith('-3"')


def test_uploads_that_nobody_ends_are_ended(address: Address) -> None:
    bucket = Bucket(address)
    bucket.client.create_multipart_upload(**bucket.at(KEY))
    assert Leftovers(bucket, timedelta(days=36_500)).swept() == 0
    leftovers = Leftovers(bucket)  # this server says that all began in 2010
    assert leftovers.swept() == 1
    assert leftovers.swept() == 0
    assert not bucket.client.list_multipart_uploads(Bucket=BUCKET, Prefix=bucket.full("")).get("Uploads")


def test_an_address_reads_one_file_as_what_we_say_it_is(storage: S3Storage) -> None:
    storage.put_bytes(KEY, b"clip")
    url = storage.presign_get(KEY, 3600, media_type="video/mp4", name='a "b".mp4')
    assert "X-Amz-Expires=900" in url
    answer = httpx.get(url)
    assert (answer.status_code, answer.content) == (200, b"clip")
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-disposition"] == 'inline; filename="a__b_.mp4"'
    assert httpx.get(url, headers={"Range": "bytes=1-2"}).content == b"li"


def test_a_form_takes_the_file_that_was_agreed(storage: S3Storage) -> None:
    form = storage.presign_put("uploads/one", 4, 60)
    sent = httpx.post(form.url, data=dict(form.fields), files={"file": b"clip"})
    assert sent.is_success
    assert storage.read("uploads/one") == b"clip"


def test_a_silent_storage_is_away_and_a_missing_bucket_is_said_so(s3: S3Server, tmp_path: Path) -> None:
    nobody = S3Storage(Address(BUCKET, "", "http://127.0.0.1:9", hasty=True), tmp_path)
    with pytest.raises(ServiceAway, match="does not answer"):
        nobody.read(KEY)
    lost = S3Storage(Address("nobodys", "", s3.url), tmp_path)
    with pytest.raises(ServiceAway, match="JYNCO_STORAGE"):
        lost.put_bytes(KEY, b"x")


def test_a_full_disk_here_is_said_so(storage: S3Storage) -> None:
    import resource
    import signal

    storage.put_bytes(KEY, bytes(200_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageFull, match="Free some space"):
            storage.path(KEY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, was)
    assert len(storage.path(KEY).read_bytes()) == 200_000
