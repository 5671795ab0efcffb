"""What nobody needs leaves by rule, from a folder and from a bucket, and what a project uses stays."""

from __future__ import annotations

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jynco.adapters.clock import SystemClock
from jynco.adapters.database.memory import MemoryDatabase
from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.media.stills import Stills
from jynco.adapters.storage.local import LocalStorage
from jynco.adapters.storage.s3 import S3Storage
from jynco.agents import layout
from jynco.agents.janitor import Janitor
from jynco.agents.quartermaster import Quartermaster
from jynco.compose.cutlist import Cutlist, Entry
from jynco.model.ids import CacheKey, ClipId, JobId
from jynco.model.jobs import ClipRow
from jynco.model.retention import Keeping, Thing
from jynco.model.states import ClipStatus, Purpose
from jynco.ports import Storage
from tests.contract.databases import PROJECT, document, film
from tests.s3_server import S3Server, s3, s3_server

__all__ = ["s3", "s3_server"]
EVER = Keeping(segments=None)


@dataclass
class Later:
    """The clock of some days from now: what lies there was made and used just now."""

    days: float = 40.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)

    def token(self) -> str:
        return "0" * 20


@dataclass
class Place:
    """A storage with things in it, and the rows that go with it."""

    storage: Storage
    folder: Path
    clock: Later = field(default_factory=Later)
    database: MemoryDatabase = field(default_factory=lambda: MemoryDatabase(SystemClock()))

    def __post_init__(self) -> None:
        self.store = Quartermaster(self.storage, FFmpeg(), Stills())

    def shelve(self, thing: Thing, *letters: str) -> list[CacheKey]:
        """A thing of a hundred bytes for each letter."""
        keys = [CacheKey(letter * 64) for letter in letters]
        for key in keys:
            made = self.folder / "made.mp4"
            made.write_bytes(key.encode() * 2)
            self.store.shelves[thing].keep(key, made)
        return keys

    def film(self, name: str, purpose: Purpose, days: float = 0) -> str:
        """The film of a job that has ended; a folder can say that it was made some days before."""
        job = replace(film(f"job_render_{name}"), purpose=purpose)
        self.database.jobs.accept([job], [])
        self.database.jobs.cancel(job.job_id)
        made = self.folder / "made.mp4"
        made.write_bytes(name.encode())
        key = self.store.publish(PROJECT, job.job_id, made, "mp4")
        at = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(self.storage.path(key), (at, at))
        return key

    def there(self, thing: Thing) -> set[str]:
        """The first letters of what is kept."""
        return {kept.key[0] for kept in self.store.shelves[thing].kept()}

    def janitor(self, keeping: Keeping, *, rows: bool = False) -> Janitor:
        """Of files; of ``rows``, too, where a test is about them."""
        rules = keeping if rows else replace(keeping, jobs=None, events=None)
        return Janitor(self.database, self.store, self.clock, rules)


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "local":
        return Place(LocalStorage(tmp_path / "data"), tmp_path)
    server: S3Server = request.getfixturevalue("s3")
    return Place(S3Storage(server.address(), tmp_path / "data"), tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    return Place(LocalStorage(tmp_path / "data"), tmp_path)


def test_what_was_long_unused_leaves_and_a_dry_look_changes_nothing(place: Place) -> None:
    for thing in place.store.shelves:
        place.shelve(thing, "a")
    janitor = place.janitor(Keeping())
    told = janitor.leaving()
    assert {each.thing for each in told} == {Thing.SEGMENTS, Thing.PROXIES, Thing.STILLS}
    assert all("kept for 30 days" in each.why and each.size > 128 for each in told)
    assert place.there(Thing.SEGMENTS) == {"a"}
    assert {each.name for each in janitor.clear()} == {"a" * 64}
    assert [place.there(thing) for thing in (Thing.SEGMENTS, Thing.PROXIES, Thing.STILLS)] == [set()] * 3
    assert place.there(Thing.CLIPS) == {"a"}
    assert janitor.clear() == []
    assert not list(place.storage.keys("cache/segments"))


def test_what_was_used_of_late_stays(place: Place) -> None:
    place.shelve(Thing.SEGMENTS, "a")
    place.clock.days = 29
    assert place.janitor(Keeping()).leaving() == []
    assert place.janitor(EVER).leaving() == []


def test_the_parts_of_a_projects_last_cut_stay(place: Place) -> None:
    place.database.projects.create(PROJECT, document())
    used, _ = place.shelve(Thing.SEGMENTS, "a", "b")
    place.store.note_cut(PROJECT, str(Purpose.FINAL), cut(used))
    place.store.note_cut(PROJECT, str(Purpose.PREVIEW), b"by another release")
    keeping = Keeping(segments=timedelta(0), cache_bytes=0)
    place.janitor(keeping).clear()
    assert place.there(Thing.SEGMENTS) == {"a"}
    place.database.projects.delete(PROJECT)
    place.janitor(keeping).clear()
    assert place.there(Thing.SEGMENTS) == set()


def cut(*keys: CacheKey) -> bytes:
    entries = tuple(Entry(key, key[:4], 10, (), (), "own", "", "", "") for key in keys)
    return Cutlist((1, 10), "mp4", "", (), {}, entries).text()


def test_a_clip_stays_for_as_long_as_a_project_has_it(place: Place) -> None:
    place.database.projects.create(PROJECT, document())
    mine, _ = place.shelve(Thing.CLIPS, "a", "b")
    clip = ClipId("clip_a")
    file = place.store.deliver(PROJECT, clip, mine)
    row = ClipRow(PROJECT, clip, ClipStatus.COMPLETED, cache_key=mine, source_file=file)
    place.database.jobs.accept([], [row])
    place.janitor(Keeping(clips=timedelta(0), cache_bytes=0)).clear()
    assert place.there(Thing.CLIPS) == {"a"}
    place.store.shelf.forget(mine)
    assert place.store.clip(PROJECT, clip, mine) is not None


def test_old_films_leave_and_the_newest_of_each_purpose_stays(folder: Place) -> None:
    folder.database.projects.create(PROJECT, document())
    folder.film("old", Purpose.FINAL, days=3)
    kept = {
        folder.film("last", Purpose.FINAL, days=2),
        folder.film("seen", Purpose.PREVIEW, days=1),
    }
    folder.store.note_cut(PROJECT, "job_render_old", b"{}")
    (told,) = folder.janitor(Keeping(exports=timedelta(days=30))).clear()
    assert told.name == layout.export(PROJECT, JobId("job_render_old"), "mp4")
    assert "there is a newer one" in told.why
    assert set(folder.storage.keys(layout.exports(PROJECT))) == kept
    assert not folder.storage.exists(layout.cutlist(PROJECT, "job_render_old"))
    assert folder.janitor(Keeping()).leaving() == []


def test_the_only_film_in_a_bucket_stays(place: Place) -> None:
    place.database.projects.create(PROJECT, document())
    place.film("one", Purpose.FINAL)
    assert place.janitor(Keeping(exports=timedelta(0))).clear() == []


def test_nothing_leaves_that_a_job_may_have_looked_at(place: Place) -> None:
    place.database.projects.create(PROJECT, document())
    place.database.jobs.accept([film()], [])
    place.shelve(Thing.SEGMENTS, "a")
    keeping = Keeping(segments=timedelta(0), cache_bytes=0)
    assert place.janitor(keeping).clear() == []
    place.database.jobs.cancel(film().job_id)
    assert len(place.janitor(keeping).clear()) == 1


def test_a_cache_that_is_too_large_loses_the_longest_unused_and_clips_last(folder: Place) -> None:
    folder.shelve(Thing.SEGMENTS, *"abc")
    folder.shelve(Thing.CLIPS, "d")
    for number, letter in enumerate("bca"):
        used = datetime.now(UTC).timestamp() - 1000 + number
        label = layout.label(CacheKey(letter * 64), layout.Kind.SEGMENTS)
        os.utime(folder.storage.path(label), (used, used))
    sizes = sum(kept.size for kept in folder.store.segments.kept())
    (told,) = folder.janitor(Keeping(segments=None, cache_bytes=sizes)).clear()
    assert told.name[0] == "b"
    assert "over its" in told.why
    folder.janitor(Keeping(segments=None, cache_bytes=sizes // 3)).clear()
    assert (folder.there(Thing.SEGMENTS), folder.there(Thing.CLIPS)) == (set(), {"d"})


class Hurried(LocalStorage):
    """Somebody wants everything, right before it is taken away."""

    def expire(self, key: str, seen: datetime) -> bool:
        assert self.touch(key)
        return super().expire(key, seen)


def test_what_a_render_takes_at_the_last_moment_stays(tmp_path: Path) -> None:
    place = Place(Hurried(tmp_path / "data"), tmp_path)
    (key,) = place.shelve(Thing.SEGMENTS, "a")
    assert place.janitor(Keeping(segments=timedelta(0))).clear() == []
    found = place.store.segments.find(key)
    assert found is not None
    assert found.read_bytes() == key.encode() * 2


def test_whoever_comes_a_moment_too_late_is_told_so(place: Place) -> None:
    (key,) = place.shelve(Thing.SEGMENTS, "a")
    place.janitor(Keeping()).clear()
    assert place.store.segments.find(key) is None
    assert not place.store.segments.has(key)
    place.shelve(Thing.SEGMENTS, "a")
    assert place.store.segments.find(key) is not None


def test_films_without_a_label_leave_after_a_day(place: Place) -> None:
    place.storage.put_bytes(layout.cached(CacheKey("a" * 64)), b"half")
    place.clock.days = 0.5
    assert place.janitor(EVER).clear() == []
    place.clock.days = 2
    (told,) = place.janitor(EVER).clear()
    assert "half made" in told.why
    assert not list(place.storage.keys("cache"))


def test_two_at_once_do_no_harm(place: Place) -> None:
    place.shelve(Thing.STILLS, *"abcdef")

    def clear(_: int) -> Collection[object]:
        return place.janitor(Keeping()).clear()

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(clear, range(2)))
    assert max(map(len, told)) > 0
    assert place.there(Thing.STILLS) == set()


def made_film(place: Place, name: str) -> str:
    """A film that a job has made; its storage key."""
    job = film(f"job_render_{name}")
    place.database.jobs.accept([job], [])
    claim = place.database.jobs.claim(job.job_id, "w", 30.0)
    assert claim is not None
    made = place.folder / "made.mp4"
    made.write_bytes(name.encode())
    key = place.store.publish(PROJECT, job.job_id, made, "mp4")
    place.database.jobs.finish_render(claim, output=key, receipt=None, failure=None)
    return key


def test_a_job_leaves_after_its_film_and_the_newest_stays(folder: Place) -> None:
    folder.database.projects.create(PROJECT, document())
    first, _ = made_film(folder, "first"), made_film(folder, "last")
    kept = folder.janitor(Keeping(jobs=timedelta(days=1), events=None), rows=True)
    assert [each.thing for each in kept.clear()] == []  # films are kept for ever, and so are their jobs
    early = Keeping(exports=timedelta(days=1), jobs=timedelta(days=1), events=None)
    told = folder.janitor(early, rows=True).leaving()
    assert [(each.thing, each.name) for each in told] == [(Thing.EXPORTS, first), (Thing.JOBS, PROJECT)]
    assert "1 that ended more than 1 days ago" in told[1].why
    gone = folder.janitor(early, rows=True).clear()
    assert [(each.name, each.why) for each in gone] == [(each.name, each.why) for each in told]
    assert [job.job_id for job in folder.database.jobs.page(PROJECT, None, None, 9)] == ["job_render_last"]
    assert folder.janitor(early, rows=True).clear() == []


def test_events_leave_by_age_whatever_is_open(folder: Place) -> None:
    folder.database.projects.create(PROJECT, document())
    folder.database.jobs.accept([film()], [])
    (told,) = folder.janitor(Keeping(), rows=True).leaving()
    assert (told.thing, told.why) == (Thing.EVENTS, "1 that were told more than 30 days ago")
    folder.janitor(Keeping(), rows=True).clear()
    assert folder.database.projects.events(PROJECT, 0, 9) == []
    folder.database.jobs.cancel(film().job_id)
    folder.clock.days = 29
    assert folder.janitor(Keeping(), rows=True).leaving() == []
