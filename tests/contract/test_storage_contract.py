"""What every storage promises: whole files or none, by key, whoever writes at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jynco.adapters.storage.local import LocalStorage
from jynco.adapters.storage.s3 import S3Storage
from jynco.errors import NotFound, PathRefused, StorageFull
from jynco.model.files import Told
from jynco.ports import Storage
from tests.s3_server import S3Server

ROOT = Path(__file__).parents[2]
KEY = "projects/proj_a/images/sea.png"
HOLDER = """
import sys; from pathlib import Path
from jynco.adapters.storage.local import LocalStorage
with LocalStorage(Path(sys.argv[1])).scratch() as folder:
    (folder / "half.mp4").write_bytes(b"half"); print(folder, flush=True); sys.stdin.read()
"""


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "local":
        return LocalStorage(tmp_path / "data")
    server: S3Server = request.getfixturevalue("s3")
    return S3Storage(server.address(), tmp_path / "data")


def source(tmp_path: Path, data: bytes = b"sea") -> Path:
    path = tmp_path / "source.png"
    path.write_bytes(data)
    return path


def test_a_label_is_told_with_the_size_of_its_file(storage: Storage) -> None:
    with pytest.raises(NotFound):
        storage.told("cache/a.json", "cache/a.mp4")
    storage.put_bytes("cache/a.json", b"{}")
    with pytest.raises(NotFound):
        storage.told("cache/a.json", "cache/a.mp4")
    storage.put_bytes("cache/a.mp4", b"film")
    assert storage.told("cache/a.json", "cache/a.mp4") == Told(b"{}", 4)
    storage.delete("cache/a.json")
    with pytest.raises(NotFound):
        storage.told("cache/a.json", "cache/a.mp4")


def test_what_was_put_is_read(storage: Storage, tmp_path: Path) -> None:
    given = source(tmp_path)
    storage.put(KEY, given)
    storage.put_bytes("projects/proj_a/storyboard.json", b"{}")
    assert storage.read(KEY) == storage.path(KEY).read_bytes() == given.read_bytes() == b"sea"
    assert list(storage.keys("projects/proj_a")) == [KEY, "projects/proj_a/storyboard.json"]
    storage.put_bytes(KEY, b"lake")
    assert storage.read(KEY) == b"lake"


def test_what_was_adopted_is_moved(storage: Storage) -> None:
    with storage.scratch() as folder:
        made = source(folder, b"film")
        storage.adopt("projects/proj_a/exports/film.mp4", made)
        assert not made.exists()
    assert storage.read("projects/proj_a/exports/film.mp4") == b"film"
    assert not folder.exists()


def test_what_can_be_made_again_is_there_at_once(storage: Storage) -> None:
    """It only need not wait for the disk."""
    with storage.scratch() as folder:
        made = folder / "part.mp4"
        made.write_bytes(b"part")
        storage.adopt("cache/segments/ab/abcd.mp4", made, lasting=False)
        storage.put_bytes("cache/segments/ab/abcd.json", b"{}", lasting=False)
    assert storage.read("cache/segments/ab/abcd.mp4") == b"part"
    assert storage.read("cache/segments/ab/abcd.json") == b"{}"


def test_a_second_name_outlives_the_first(storage: Storage) -> None:
    storage.put_bytes("cache/motion/ab/abcd.mp4", b"clip")
    storage.link("cache/motion/ab/abcd.mp4", "projects/proj_a/generated/clip.mp4")
    storage.delete("cache/motion/ab/abcd.mp4")
    assert storage.read("projects/proj_a/generated/clip.mp4") == b"clip"
    storage.put_bytes("cache/motion/ab/abcd.mp4", b"another")
    assert storage.read("projects/proj_a/generated/clip.mp4") == b"clip"


def test_what_is_not_there_is_said_so(storage: Storage, tmp_path: Path) -> None:
    assert not storage.exists(KEY)
    assert list(storage.keys("projects")) == []
    storage.delete(KEY)
    storage.delete_all("projects/proj_a")
    for ask in (storage.path, storage.read):
        with pytest.raises(NotFound, match=r"sea\.png"):
            ask(KEY)
    with pytest.raises(NotFound):
        storage.link(KEY, "projects/proj_b/sea.png")
    with pytest.raises(NotFound, match="source is gone"):
        storage.put(KEY, tmp_path / "never.png")
    storage.put_bytes("projects/proj_a/images/x.png", b"")
    assert not storage.exists("projects/proj_a/images")


@pytest.mark.parametrize("key", ["", "/etc/passwd", "projects/../../x", "..", "a\0b"])
def test_no_key_leaves_the_storage(storage: Storage, key: str, tmp_path: Path) -> None:
    with pytest.raises(PathRefused):
        storage.put_bytes(key, b"x")
    with pytest.raises(PathRefused):
        storage.read(key)
    with pytest.raises(PathRefused):
        storage.delete_all(key)
    assert not list(tmp_path.rglob("x"))


@pytest.mark.parametrize("name", ["a" * 300, "ü" * 200, f"{'d' * 300}/x"])
def test_a_name_too_long_is_refused_and_never_there(storage: Storage, name: str) -> None:
    assert not storage.exists(name)
    with pytest.raises(NotFound):
        storage.path(name)
    with pytest.raises(PathRefused, match="another name"):
        storage.put_bytes(name, b"x")


@pytest.mark.parametrize(
    "name", ['odd name\'s "50%" [a];b.png', "夏 🏝.png", "-rf", "line\nbreak", "e\u0301.png", "%0A%2.png"]
)
def test_odd_names_are_only_names(storage: Storage, name: str) -> None:
    storage.put_bytes(f"projects/proj_a/{name}", name.encode())
    assert storage.read(f"projects/proj_a/{name}") == name.encode()
    assert list(storage.keys("projects")) == [f"projects/proj_a/{name}"]


def test_a_file_where_a_folder_is_needed_is_refused(storage: Storage) -> None:
    storage.put_bytes("projects/proj_a/x", b"file")
    with pytest.raises(PathRefused):
        storage.put_bytes("projects/proj_a/x/y", b"below")
    with pytest.raises(PathRefused):
        storage.put_bytes("projects/proj_a", b"above")
    assert not storage.exists("projects/proj_a/x/y")
    assert storage.read("projects/proj_a/x") == b"file"


def test_a_swap_happens_only_while_nobody_else_wrote(storage: Storage) -> None:
    assert not storage.swap(KEY, b"one", b"zero")
    assert not storage.exists(KEY)
    assert storage.swap(KEY, b"one", None)
    assert not storage.swap(KEY, b"two", None)
    assert not storage.swap(KEY, b"two", b"zero")
    assert storage.swap(KEY, b"two", b"one")
    assert storage.read(KEY) == b"two"


def test_two_writers_leave_one_whole_file(storage: Storage) -> None:
    contents = [bytes([65 + number]) * 300_000 for number in range(4)]

    def write(data: bytes) -> None:
        for _ in range(5):
            storage.put_bytes(KEY, data)

    seen: set[bytes] = set()
    storage.put_bytes(KEY, contents[0])
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, data) for data in contents]
        while not all(done.done() for done in writing):
            seen.add(storage.read(KEY))
    assert all(done.result() is None for done in writing)
    assert seen <= set(contents)


def test_deleting_while_somebody_writes_leaves_whole_files_only(storage: Storage) -> None:
    stop = threading.Event()

    def delete() -> None:
        while not stop.wait(0.001):
            storage.delete_all("projects/proj_a")

    thread = threading.Thread(target=delete)
    thread.start()
    try:
        for number in range(40):
            storage.put_bytes(f"projects/proj_a/deep/{number % 5}/x", b"whole")
    finally:
        stop.set()
        thread.join()
    assert all(storage.read(key) == b"whole" for key in storage.keys("projects"))


def test_a_failure_leaves_neither_file_nor_scratch(storage: Storage, tmp_path: Path) -> None:
    storage.put_bytes(KEY, b"before")
    with pytest.raises(NotFound):
        storage.put(KEY, tmp_path / "never.png")
    scratch = storage.scratch()
    (scratch.__enter__() / "half").write_bytes(b"half")
    scratch.__exit__(KeyError, KeyError(), None)
    assert storage.read(KEY) == b"before"
    assert not list((tmp_path / "data" / "scratch").iterdir())


def test_scratch_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(
    storage: Storage, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "data")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        with storage.scratch() as mine:
            assert storage.sweep() == 0
            assert (left / "half.mp4").exists()
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert storage.sweep() == 1
            assert mine.is_dir()
    assert not left.exists()
    assert storage.sweep() == 0


def test_a_folder_closed_to_us_is_said_so(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        data = Path("/proc/jynco")  # where not even root can make a file
    else:
        data = tmp_path / "closed"
        data.mkdir(mode=0o500)
    with pytest.raises((StorageFull, NotFound)):
        LocalStorage(data).put_bytes(KEY, b"x")


def test_a_full_disk_is_said_so_and_the_file_stays_as_it_was(tmp_path: Path) -> None:
    import resource

    storage = LocalStorage(tmp_path / "data")
    storage.put_bytes(KEY, b"before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageFull, match="Free some space"):
            storage.put_bytes(KEY, bytes(200_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, was)
    assert storage.read(KEY) == b"before"


def test_what_is_there_is_listed_with_its_size_and_time(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    storage.put_bytes(KEY, b"lake")
    (entry,) = storage.entries("projects")
    assert (entry.key, entry.size, storage.size(KEY)) == (KEY, 4, 4)
    assert before < entry.wanted < datetime.now(UTC) + timedelta(seconds=2)
    with pytest.raises(NotFound):
        storage.size("projects/proj_a/none")


def test_only_what_nobody_wanted_meanwhile_expires(storage: Storage) -> None:
    storage.put_bytes(KEY, b"lake")
    assert storage.touch(KEY)
    assert not storage.expire(KEY, datetime.now(UTC) - timedelta(minutes=1))
    assert storage.read(KEY) == b"lake"
    assert storage.expire(KEY, datetime.now(UTC) + timedelta(minutes=1))
    assert not storage.exists(KEY)
    assert not storage.touch(KEY)
    assert storage.expire(KEY, datetime.now(UTC))


def test_swaps_of_many_writers_lose_none(storage: Storage) -> None:
    storage.put_bytes(KEY, b"0")
    # A folder's swap minds people's editors: writers of ours hold a lock as well.
    writers = 1 if isinstance(storage, LocalStorage) else 4

    def count(_: int) -> None:
        for _ in range(5):
            while not storage.swap(KEY, str(int(seen := storage.read(KEY)) + 1).encode(), seen):
                pass

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(count, range(writers)))
    assert storage.read(KEY) == str(5 * writers).encode()
