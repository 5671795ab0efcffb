"""The quartermaster: what people bring, what was made, and that neither is taken for something else."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from jynco.agents import layout
from jynco.agents.quartermaster.fingerprints import Fingerprints, Memory
from jynco.agents.quartermaster.shelf import Shelf
from jynco.errors import AssetRefused, JyncoError, PathRefused, ServiceAway
from jynco.model.ids import CacheKey, ClipId
from tests.unit.agents_kit import PROJECT, Shop, clip

KEY = CacheKey("a" * 64)
CLIP = ClipId("clip_a")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    folder.mkdir()
    return folder


def brought(shop: Shop, name: str) -> bytes:
    return shop.quartermaster.file(PROJECT, name).read_bytes()


# --- luggage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["sea.png", "deep/er/sea.png", "./sea.png", "odd name's 50% [a];b.png", "夏 🏝.png", "-rf", "a:b"]
)
def test_files_come_in_under_their_names(shop: Shop, beside: Path, name: str) -> None:
    (beside / name).parent.mkdir(parents=True, exist_ok=True)
    (beside / name).write_bytes(b"sea")
    shop.quartermaster.bring_in(PROJECT, beside, [name, name])
    assert brought(shop, name) == b"sea"


def test_a_file_that_changed_comes_in_again_and_others_do_not(shop: Shop, beside: Path) -> None:
    (beside / "a").write_bytes(b"one")
    (beside / "b").write_bytes(b"same")
    quartermaster = shop.quartermaster
    quartermaster.bring_in(PROJECT, beside, ["a", "b"])
    before = quartermaster.file(PROJECT, "b").stat().st_ino
    (beside / "a").write_bytes(b"two")
    quartermaster.bring_in(PROJECT, beside, ["a", "b"])
    assert brought(shop, "a") == b"two"
    assert quartermaster.file(PROJECT, "b").stat().st_ino == before


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
def test_accents_joined_or_apart_are_one_name(shop: Shop, beside: Path, form: str, other: str) -> None:
    (beside / unicodedata.normalize(form, "café.png")).write_bytes(b"sea")  # type: ignore[arg-type]
    name = unicodedata.normalize(other, "café.png")  # type: ignore[arg-type]
    shop.quartermaster.bring_in(PROJECT, beside, [name])
    assert brought(shop, name) == b"sea"


def test_links_inside_the_folder_are_followed_and_those_that_leave_it_are_not(
    shop: Shop, beside: Path
) -> None:
    (beside / "sea.png").write_bytes(b"sea")
    (beside / "link.png").symlink_to("sea.png")
    (beside.parent / "secret").write_bytes(b"secret")
    (beside / "out.png").symlink_to("../secret")
    (beside / "away").symlink_to("..")
    (beside / "round").symlink_to("round")
    (beside / "dead").symlink_to("nowhere")
    shop.quartermaster.bring_in(PROJECT, beside, ["link.png"])
    assert brought(shop, "link.png") == b"sea"
    for name in ("out.png", "away/secret", "round", "dead"):
        with pytest.raises(AssetRefused):
            shop.quartermaster.bring_in(PROJECT, beside, [name])
    assert not any("secret" in key for key in shop.storage.keys("projects"))


@pytest.mark.parametrize(
    "name", ["", ".", "/etc/passwd", "../secret", "a/../../secret", "a\0b", "a\\b", "a/.."]
)
def test_paths_that_leave_the_project_are_refused(shop: Shop, beside: Path, name: str) -> None:
    for ask in (
        lambda: shop.quartermaster.bring_in(PROJECT, beside, [name]),
        lambda: shop.quartermaster.file(PROJECT, name),
        lambda: shop.quartermaster.beside(beside, name),
    ):
        with pytest.raises(PathRefused):
            ask()


@pytest.mark.parametrize(
    "name",
    [
        "generated/x.mp4",
        "./exports/x",
        "Generated/x",
        "storyboard.json",
        "./storyboard.json",
        "Storyboard.JSON",
        ".storyboard.sha256",
        "storyboard.unreadable-1.json",
    ],
)
def test_nobody_writes_where_jynco_does(shop: Shop, beside: Path, name: str) -> None:
    (beside / name).parent.mkdir(parents=True, exist_ok=True)
    (beside / name).write_bytes(b"mine")
    with pytest.raises(PathRefused, match="keeps its own files"):
        shop.quartermaster.bring_in(PROJECT, beside, [name])


@pytest.mark.parametrize("name", ["storyboard.png", "storyboards/a.png", "generate/a.png"])
def test_names_that_only_look_like_ours_are_theirs(shop: Shop, beside: Path, name: str) -> None:
    (beside / name).parent.mkdir(parents=True, exist_ok=True)
    (beside / name).write_bytes(b"mine")
    shop.quartermaster.bring_in(PROJECT, beside, [name])
    assert brought(shop, name) == b"mine"


def test_what_is_no_file_is_said_so(shop: Shop, beside: Path) -> None:
    (beside / "folder").mkdir()
    os.mkfifo(beside / "pipe")
    for name, reason in {
        "folder": "is a folder",
        "never.png": "is not there",
        "pipe": "is not there",
        "x" * 300: "cannot be read",
        "folder/never/deeper.png": "is not there",
    }.items():
        with pytest.raises(AssetRefused, match=reason):
            shop.quartermaster.bring_in(PROJECT, beside, [name])
    with pytest.raises(AssetRefused, match="upload it"):
        shop.quartermaster.file(PROJECT, "x" * 300)


def test_an_upload_is_named_by_its_content(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(b"sea")
    receive = shop.quartermaster.receive
    first = receive(PROJECT, "../../My Sea.PNG", tmp_path / "upload")
    assert first == receive(PROJECT, "other.png", tmp_path / "upload")
    assert first.startswith("assets/")
    assert first.endswith(".png")
    assert brought(shop, first) == b"sea"
    for name in ("noname", "x.", "x.../etc", "x.ä", "x.a b", "x." + "y" * 50):
        assert "." not in receive(PROJECT, name, tmp_path / "upload").removeprefix("assets/")


def test_a_pinned_picture_is_the_planned_one_whatever_happens(shop: Shop) -> None:
    shop.project(clip("a"))
    quartermaster = shop.quartermaster
    sha = quartermaster.fingerprint(quartermaster.file(PROJECT, "images/sea.png"))
    with quartermaster.pinned(PROJECT, "images/sea.png", sha) as pinned:
        shop.picture("images/sea.png", "red")
        assert quartermaster.fingerprint(pinned) == sha
    assert not pinned.exists()
    with pytest.raises(AssetRefused, match="was replaced"):
        quartermaster.pinned(PROJECT, "images/sea.png", sha).__enter__()


# --- generated clips ----------------------------------------------------------------------------------


def made(shop: Shop) -> tuple[Path, CacheKey]:
    """A clip that was made for the project: its own copy, and its key."""
    shop.project(clip("a"))
    job = shop.work(shop.retry("clip_a"))
    assert job.shot is not None
    return shop.quartermaster.file(PROJECT, layout.generated(CLIP, job.shot.key)), job.shot.key


def broken(path: Path) -> None:
    """Another content of the same length, as a disk that fails writes it."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.unlink()
    path.write_bytes(data)


def test_a_project_keeps_its_clips_when_the_cache_goes(shop: Shop) -> None:
    path, key = made(shop)
    shop.storage.delete_all("cache")
    assert shop.quartermaster.has_clip(PROJECT, CLIP, key)
    assert path.is_file()
    assert str(shop.plan().clips[0].action) == "cached"
    assert not shop.quartermaster.has_clip(PROJECT, ClipId("clip_b"), key)


def test_a_damaged_copy_is_replaced_by_the_cached_one(shop: Shop) -> None:
    path, key = made(shop)
    whole = path.read_bytes()
    broken(path)
    assert shop.quartermaster.deliver(PROJECT, CLIP, key) == layout.generated(CLIP, key)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("harm", ["damage", "truncate", "delete", "lose the label"])
def test_a_harmed_copy_without_a_cached_one_is_made_again(shop: Shop, harm: str) -> None:
    path, key = made(shop)
    shop.storage.delete_all("cache")
    match harm:
        case "damage":
            broken(path)
        case "truncate":
            os.truncate(path, path.stat().st_size - 1)
        case "delete":
            path.unlink()
        case _:
            path.with_suffix(".json").unlink()
    assert not shop.quartermaster.has_clip(PROJECT, CLIP, key)
    assert shop.quartermaster.deliver(PROJECT, CLIP, key) is None
    assert str(shop.plan().clips[0].action) == "generate"
    shop.work(shop.retry("clip_a"))
    assert shop.paid == 2
    assert shop.quartermaster.has_clip(PROJECT, CLIP, key)


def test_a_damaged_cached_clip_is_never_given(shop: Shop) -> None:
    _, key = made(shop)
    broken(shop.storage.path(layout.cached(key)))
    assert shop.quartermaster.deliver(PROJECT, ClipId("clip_b"), key) is None
    assert not shop.storage.exists(layout.cached(key))
    assert shop.quartermaster.has_clip(PROJECT, CLIP, key), "its own copy is another file by now"


def unreadable(path: Path) -> Path:
    """A file there that answers every read with EIO, as a bad sector does; returns where the other one went."""
    aside = path.rename(path.with_name(f"{path.name}.aside"))
    path.symlink_to("/proc/self/mem")
    with pytest.raises(OSError, match="Input/output error"):
        path.read_bytes()
    return aside


def test_a_read_error_takes_nothing_off_the_shelf(shop: Shop) -> None:
    """The film may be whole, and was paid: whoever wants it comes again, and pays nothing."""
    _, key = made(shop)
    shop.storage.delete_all(f"projects/{PROJECT}/{layout.generated(CLIP, key).partition('/')[0]}")
    cached = shop.storage.path(layout.cached(key))
    aside = unreadable(cached)
    with pytest.raises(ServiceAway, match=r"Cannot read 'cache/.*Input/output error"):
        shop.quartermaster.deliver(PROJECT, ClipId("clip_b"), key)
    with pytest.raises(ServiceAway):
        shop.retry("clip_a")
    assert shop.storage.exists(layout.label(key))
    aside.replace(cached)
    shop.work(shop.retry("clip_a"))
    assert shop.quartermaster.deliver(PROJECT, ClipId("clip_b"), key) is not None
    assert shop.paid == 1


def test_what_costs_nothing_is_made_again_where_it_cannot_be_read(shop: Shop, tmp_path: Path) -> None:
    shelf = Shelf(shop.storage, Fingerprints(), layout.Kind.SEGMENTS)
    (tmp_path / "segment").write_bytes(b"segment")
    shelf.keep(KEY, tmp_path / "segment")
    unreadable(shop.storage.path(layout.cached(KEY, layout.Kind.SEGMENTS)))
    assert shelf.find(KEY) is None
    assert not shelf.has(KEY)


def test_a_copy_that_cannot_be_read_is_replaced_by_the_cached_one(shop: Shop) -> None:
    path, key = made(shop)
    aside = unreadable(path)
    assert shop.quartermaster.deliver(PROJECT, CLIP, key) == layout.generated(CLIP, key)
    assert path.read_bytes() == aside.read_bytes()


@pytest.mark.parametrize(
    "label", [b"", b"[]", b"{}", b'{"sha256": 1, "key": 2}', b"\xff", b'{"sha256": "x"}']
)
def test_a_label_that_says_nothing_counts_for_nothing(shop: Shop, label: bytes) -> None:
    _, key = made(shop)
    shop.storage.put_bytes(layout.label(key), label)
    assert shop.quartermaster.deliver(PROJECT, ClipId("clip_b"), key) is None


def test_a_clip_under_another_key_is_not_taken_for_it(shop: Shop) -> None:
    _, key = made(shop)
    shop.storage.link(layout.cached(key), layout.cached(KEY))
    shop.storage.link(layout.label(key), layout.label(KEY))
    assert shop.quartermaster.deliver(PROJECT, CLIP, KEY) is None


@pytest.mark.parametrize("content", [b"", b"not a film", None])
def test_what_is_not_a_whole_film_is_not_kept(shop: Shop, tmp_path: Path, content: bytes | None) -> None:
    path, key = made(shop)
    data = path.read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) // 2] if content is None else content)
    shop.storage.delete_all("cache")
    with pytest.raises(JyncoError):
        shop.quartermaster.keep_clip(key, tmp_path / "half.mp4")
    assert list(shop.storage.keys("cache")) == []


def test_who_keeps_second_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    path, key = made(shop)
    (tmp_path / "again.mp4").write_bytes(path.read_bytes())
    before = shop.storage.path(layout.cached(key)).stat().st_ino
    shop.quartermaster.keep_clip(key, tmp_path / "again.mp4")
    assert shop.storage.path(layout.cached(key)).stat().st_ino == before


# --- fingerprints -------------------------------------------------------------------------------------


def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path, prints = tmp_path / "x", Fingerprints()
    path.write_bytes(b"one")
    first = prints.of(path)
    assert prints.of(path) == first
    copy = tmp_path / "y"
    copy.write_bytes(b"two")
    os.utime(copy, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    copy.replace(path)
    assert prints.of(path) != first


def test_a_memory_is_bounded_and_forgets_failures() -> None:
    memory: Memory[int, int] = Memory()
    for number in range(10_500):
        assert memory.recall(number, lambda number=number: -number) == -number  # type: ignore[misc]
    assert memory.recall(10_400, lambda: 0) == -10_400
    assert memory.recall(5, lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        memory.recall(-1, lambda: 1 // 0)
    assert memory.recall(-1, lambda: 7) == 7


# --- what may leave -------------------------------------------------------------------------------------


def test_the_shelf_tells_what_each_thing_takes_and_when_it_was_last_wanted(
    shop: Shop, tmp_path: Path
) -> None:
    shelf, keys = shop.quartermaster.segments, [CacheKey(letter * 64) for letter in "ab"]
    for key in keys:
        film = tmp_path / key
        film.write_bytes(b"x" * 1000)
        shelf.keep(key, film)
        os.utime(shop.storage.path(layout.label(key, layout.Kind.SEGMENTS)), (1_000, 1_000))
    assert shelf.find(keys[1])
    forgotten, wanted = sorted(shelf.kept(), key=lambda each: each.key)
    assert (forgotten.key, wanted.key) == tuple(keys)
    assert forgotten.last_used.timestamp() == 1_000
    assert wanted.last_used > forgotten.last_used
    assert 1_000 < wanted.size < 1_500
