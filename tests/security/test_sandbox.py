"""Foreign pictures and films are opened by a child of their own, which holds nothing, reaches nobody and ends."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import socket
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from jynco.adapters.media.stills import Stills
from jynco.adapters.media.tags import said
from jynco.errors import AssetRefused, ServiceAway
from jynco.sandbox import Broken, Told, apart, nursery, zygote
from jynco.sandbox.confine import CREATE_RULESET, VERSION
from tests.security.test_media_child import may_part

LANDLOCK = ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, VERSION) > 0


def opened(path: Path, *others: str) -> Told:
    """In a child: which of the files can be opened, and what becomes of a new one."""
    found: dict[str, object] = {}
    for other in (str(path), *others):
        try:
            with Path(other).open("rb") as file:
                found[other] = bool(file.read(1))
        except OSError:
            found[other] = False
    try:
        path.with_name("new").write_bytes(b"new")
        found["wrote"] = True
    except OSError:
        found["wrote"] = False
    return Told(found)  # type: ignore[arg-type]


def held(path: Path, port: int) -> Told:
    """In a child: what it holds, and whom it reaches."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        reached = True
    except OSError:
        reached = False
    bounds = {
        name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in ("DATA", "CPU", "FSIZE")
    }
    names = " ".join(sorted(os.environ))
    return Told({"reached": reached, "names": names, "threads": threading.active_count(), **bounds})


def greedy(path: Path) -> Told:
    return Told({"bytes": len(bytearray(8 * 1024**3))})


def gone(path: Path) -> Told:
    os.kill(os.getpid(), 11)
    return Told({})


def loud(path: Path) -> Told:
    return Told({"long": "a" * (2 << 20)})


def named(path: Path) -> Told:
    raise AssetRefused(f"{path.name} is refused")


def lines(path: Path) -> Told:
    """In a child: the sockets it holds."""
    held = []
    for number in range(64):
        with suppress(OSError):
            held += [number] if stat.S_ISSOCK(os.fstat(number).st_mode) else []
    return Told({"held": len(held), "lowest": min(held)})


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 48), "red").save(tmp_path / "a.png")
    return tmp_path / "a.png"


@pytest.mark.skipif(not LANDLOCK, reason="this kernel has no Landlock")
def test_only_the_file_itself_is_in_reach(picture: Path) -> None:
    other = picture.with_name("another.png")
    other.write_bytes(picture.read_bytes())
    seen = apart(opened, picture, str(other), "/etc/passwd", "/proc/self/environ").words
    assert seen == {
        str(picture): True, str(other): False, "/etc/passwd": False, "/proc/self/environ": False, "wrote": False,
    }  # fmt: skip


def test_it_holds_no_secrets_and_has_limits(picture: Path) -> None:
    seen = apart(held, picture, 1)
    assert not {"DATABASE_URL", "REDIS_URL", "HOME", "PATH"} & set(seen.text("names").split())
    assert 0 < seen.whole("DATA") <= 2 * 1024**3
    assert (seen.whole("FSIZE"), seen.whole("threads")) == (0, 1)
    assert 0 < seen.whole("CPU") <= 60


def test_the_one_line_it_holds_is_its_own(picture: Path) -> None:
    seen = apart(lines, picture)
    assert seen.whole("held") == 1, "no way to the zygote, which forks whatever it is told"
    assert seen.whole("lowest") > 2


def test_a_machine_without_room_for_a_child_is_no_fault_of_the_file(picture: Path) -> None:
    bounds = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, bounds[1]))
    try:
        with pytest.raises(ServiceAway, match="no room"):
            apart(named, picture)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, bounds)
    assert Stills().inspect(picture).width == 64


def test_a_zygote_that_cannot_fork_says_so_and_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> int:
        raise BlockingIOError(errno.EAGAIN, "as of a machine with too many processes")

    monkeypatch.setattr(os, "fork", full)
    line, theirs = socket.socketpair()
    reply, heard = socket.socketpair()
    with line, theirs, heard:
        zygote._serve(line, {"module": __name__, "name": "named"}, reply)
        assert heard.recv(2) == nursery.FULL


@pytest.mark.skipif(not (may_part() or LANDLOCK), reason="this kernel lets nobody give up the network")
def test_it_reaches_nobody(picture: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as here:
        port = here.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        assert not apart(held, picture, port).whole("reached")


@pytest.mark.parametrize("work", [greedy, gone, loud, said])
def test_what_breaks_it_breaks_nothing_else(picture: Path, work: object) -> None:
    assert callable(work)
    picture.write_bytes(b"hello")
    with pytest.raises(Broken):
        apart(work, picture)
    with pytest.raises(AssetRefused, match=r"^a\.png is refused$"):
        apart(named, picture)


def test_many_ask_at_once_and_each_is_answered(picture: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Stills().inspect(picture).width, range(40)))
    assert found == [64] * 40


@pytest.mark.filterwarnings("ignore:This process.*multi-threaded")
def test_a_forked_process_asks_for_itself(picture: Path) -> None:
    assert Stills().inspect(picture).width == 64
    child = os.fork()
    if child == 0:
        os._exit(Stills().inspect(picture).height)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 48
    assert Stills().inspect(picture).width == 64


def test_a_zygote_that_is_gone_comes_back(picture: Path) -> None:
    parent = apart(pids, picture).whole("zygote")
    os.kill(parent, 9)
    assert Stills().inspect(picture).width == 64
    assert apart(pids, picture).whole("zygote") != parent


def pids(path: Path) -> Told:
    return Told({"zygote": os.getppid()})
