"""One file: read with clear errors, replaced whole, locked against others."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from jynco.document import codec, files
from jynco.errors import (
    DocumentInvalid,
    JyncoError,
    LimitExceeded,
    NotFound,
    NotJson,
    PathRefused,
    ServiceAway,
    StorageFull,
)
from jynco.model.storyboard import Document
from tests.unit.document_samples import put, whole


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "storyboard.json"
    target.write_bytes(codec.dumps(whole()))
    return target


def litter(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.name.endswith(".tmp")]


def test_what_is_written_is_read(path: Path) -> None:
    files.write(path, put("/metadata/title", "Other"))
    assert files.read(path) == put("/metadata/title", "Other")
    assert litter(path.parent) == []


def test_a_new_file_obeys_the_umask(tmp_path: Path) -> None:
    (tmp_path / "by_hand").touch()
    files.write(tmp_path / "new.json", whole())
    assert (tmp_path / "new.json").stat().st_mode == (tmp_path / "by_hand").stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_mode_is_kept(path: Path, mode: int) -> None:
    path.chmod(mode)
    files.replace(path, b"{}")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give files away")
def test_the_owner_is_kept(path: Path) -> None:
    os.chown(path, 12345, 54321)
    files.replace(path, b"{}")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.json"
    link.symlink_to(path)
    files.update(link, lambda document: {**document, "x": 1})
    assert link.is_symlink()
    assert files.read(path)["x"] == 1


def test_long_names_have_room_for_a_temporary(tmp_path: Path) -> None:
    target = tmp_path / ("é" * 120 + ".json")
    files.replace(target, b"{}")
    assert files.read(target) == {}


def bad_files(folder: Path) -> dict[str, tuple[Path, type[JyncoError]]]:
    (folder / "folder.json").mkdir()
    (folder / "half.json").write_text('{"version": ')
    (folder / "list.json").write_text("[]")
    with (folder / "huge.json").open("wb") as stream:
        stream.truncate(codec.MAX_BYTES + 1)
    os.mkfifo(folder / "pipe.json")
    return {
        "missing": (folder / "missing.json", NotFound),
        "below a file": (folder / "half.json" / "x.json", NotFound),
        "folder": (folder / "folder.json", PathRefused),
        "pipe": (folder / "pipe.json", PathRefused),
        "nul": (folder / "a\0b.json", PathRefused),
        "long": (folder / ("x" * 300), PathRefused),
        "half": (folder / "half.json", NotJson),
        "huge": (folder / "huge.json", LimitExceeded),
        "list": (folder / "list.json", DocumentInvalid),
    }


@pytest.mark.parametrize(
    "name", ["missing", "below a file", "folder", "pipe", "nul", "long", "half", "huge", "list"]
)
def test_unreadable_files_are_one_sentence(tmp_path: Path, name: str) -> None:
    path, error = bad_files(tmp_path)[name]
    with pytest.raises(error) as caught:
        files.read(path)
    assert "\n" not in caught.value.message
    assert name == "list" or path.name.replace("\0", "\\x00") in caught.value.message


def test_a_bad_change_leaves_the_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(DocumentInvalid):
        files.update(path, lambda document: {**document, "timeline": []})
    with pytest.raises(ZeroDivisionError):
        files.update(path, lambda document: {**document, "x": 1 // 0})
    assert path.read_bytes() == before
    assert litter(path.parent) == []
    files.update(path, lambda document: document, timeout=0)  # the lock is free again


def test_folders_that_are_not_there_are_named(tmp_path: Path) -> None:
    target = tmp_path / "no" / "storyboard.json"
    with pytest.raises(NotFound, match=str(tmp_path / "no")):
        files.write(target, whole())
    with pytest.raises(NotFound, match=str(tmp_path / "no")):
        files.replace(target, b"{}")


def test_a_target_that_is_a_folder_stays_one(tmp_path: Path) -> None:
    (tmp_path / "storyboard.json").mkdir()
    with pytest.raises(StorageFull, match=r"storyboard\.json cannot be written"):
        files.replace(tmp_path / "storyboard.json", b"{}")
    assert litter(tmp_path) == []


def test_whoever_waits_too_long_is_told(path: Path) -> None:
    with files.locked(path), pytest.raises(ServiceAway) as caught, files.locked(path, 0.05):
        pass
    assert caught.value.retryable


def test_threads_lose_no_update(path: Path) -> None:
    def count(document: Document) -> Document:
        seen = document.get("count", 0)
        assert isinstance(seen, int)
        return {**document, "count": seen + 1}

    def work() -> None:
        for _ in range(5):
            files.update(path, count, timeout=60)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files.read(path)["count"] == 30
