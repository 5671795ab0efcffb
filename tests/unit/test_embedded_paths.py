"""Who may enter where, where sockets go, and what is said when a place does not work."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jynco.embedded.account import Account, private_folder, servers_account
from jynco.embedded.cluster import failure
from jynco.embedded.paths import explained, socket_folder
from jynco.errors import ServiceAway, StorageFull

STRANGER = Account(54321, 54321, True)
OURSELVES = Account(os.geteuid(), os.getegid(), False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix="j-") as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()


def test_a_stranger_is_stopped_by_one_closed_parent(folder: Path) -> None:
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file").touch(mode=0o644)
    for path in (folder / "a", inner):
        path.chmod(0o755)
    assert STRANGER.may_read(inner / "file")
    (folder / "a").chmod(0o750)
    assert not STRANGER.may_enter(inner)
    (folder / "a").chmod(0o711)
    assert STRANGER.may_read(inner / "file")
    (inner / "file").chmod(0o600)
    assert not STRANGER.may_read(inner / "file")


def test_a_private_folder_is_made_and_found_again(folder: Path) -> None:
    for _ in range(2):
        made = private_folder(folder / "private", OURSELVES)
        assert made.stat().st_mode & 0o777 == 0o700
        made.chmod(0o755)


def test_a_private_folder_is_never_a_link(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real")
    with pytest.raises(PermissionError):
        private_folder(folder / "link", OURSELVES)


def test_sockets_are_in_the_data_folder_when_it_is_short(folder: Path) -> None:
    assert socket_folder(folder, OURSELVES) == folder / "run"


@pytest.mark.parametrize("name", ["d" * 90, "with space", "comma,", "ü"])
def test_sockets_go_elsewhere_when_their_path_would_not_do(folder: Path, name: str) -> None:
    (folder / name).mkdir()
    (folder / "other").mkdir()
    first, again = (socket_folder(folder / name, OURSELVES) for _ in range(2))
    assert first == again
    assert len(bytes(first / ".s.PGSQL.5432.lock")) <= 107
    assert not (folder / name / "run").exists()
    first.rmdir()


def test_a_name_that_somebody_has_taken_is_passed_over(folder: Path) -> None:
    data = folder / "with space"
    data.mkdir()
    first = socket_folder(data, OURSELVES)
    first.rmdir()
    first.symlink_to(folder)
    second = socket_folder(data, OURSELVES)
    assert second != first
    first.unlink()
    second.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root chooses")
def test_root_takes_nobody_or_the_owner_of_the_cluster(folder: Path) -> None:
    cluster = folder / "postgres"
    assert servers_account(cluster) == Account(65534, 65534, True)
    cluster.mkdir()
    os.chown(cluster, 54321, 54320)
    assert servers_account(cluster) == Account(54321, 54320, True)


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "No space is left"), (errno.EACCES, r"cannot be used \(Permission denied: /x\)")],
)
def test_what_the_system_says_becomes_a_sentence_with_the_mend(number: int, says: str) -> None:
    with pytest.raises(StorageFull, match=rf"{says}.*--data or JYNCO_DATA"), explained(Path("/data")):
        raise OSError(number, os.strerror(number), "/x")


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        ('FATAL:  could not write lock file "p": No space left on device', StorageFull, "No space is left"),
        ("LOG: a\n12 FATAL:  database files are incompatible\nLOG: b", ServiceAway, r"\(database files are inco"),
        ('initdb: error: could not access directory "/x": Permission denied', ServiceAway, r"\(could not access"),
        ("initdb: could not look up effective user ID 1: user does not exist", ServiceAway, "without a name"),
        ("", ServiceAway, "does not start; its log is /log"),
    ],
)  # fmt: skip
def test_postgres_s_own_words_become_a_sentence(said: str, kind: type[ServiceAway], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        raise failure(said, Path("/log"))
