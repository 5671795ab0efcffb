"""The keeper: hand edits are taken in, nothing of people's or of the rows' is lost, and little is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jynco.adapters.storage.local import LocalStorage
from jynco.agents import layout
from jynco.document import checks, codec
from jynco.errors import Conflict, DocumentInvalid, NotFound, StaleRevision, StorageFull
from jynco.model.ids import ClipId, ProjectId
from jynco.model.storyboard import Document
from tests.unit.agents_kit import PROJECT, Shop, clip, document, failing


def nothing(key: str) -> None:
    """Happens before most writes."""


class Watched(LocalStorage):
    """Counts writes by file name, and lets something happen, or fail, before one."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.writes: list[str] = []
        self.reads: list[str] = []
        self.before: Callable[[str], None] = nothing

    def put_bytes(self, key: str, data: bytes, *, lasting: bool = True) -> None:
        self.before(key)
        self.writes.append(Path(key).name)
        super().put_bytes(key, data, lasting=lasting)

    def read(self, key: str) -> bytes:
        self.reads.append(key)
        return super().read(key)

    def swap(self, key: str, data: bytes, seen: bytes | None) -> bool:
        self.before(key)
        written = super().swap(key, data, seen)
        self.writes += [Path(key).name] * written
        return written

    @property
    def mirrors(self) -> int:
        return self.writes.count("storyboard.json")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.storage = Watched(tmp_path / "data")
    return shop


def watched(shop: Shop) -> Watched:
    assert isinstance(shop.storage, Watched)
    return shop.storage


def prompts(found: Document) -> list[object]:
    timeline = found["timeline"]
    assert isinstance(timeline, list)
    return [entry["motionPrompt"] for entry in timeline if isinstance(entry, dict)]


def statuses(found: Document) -> list[object]:
    timeline = found["timeline"]
    assert isinstance(timeline, list)
    return [entry["status"] for entry in timeline if isinstance(entry, dict)]


def edited(found: Document, prompt: str) -> Document:
    """The published document with another prompt in its first clip."""
    timeline = found["timeline"]
    assert isinstance(timeline, list)
    first = timeline[0]
    assert isinstance(first, dict)
    return {**found, "timeline": [{**first, "motionPrompt": prompt}, *timeline[1:]]}


def revision(shop: Shop) -> int:
    return shop.database.projects.get(PROJECT).revision


def kept_aside(shop: Shop) -> list[bytes]:
    keys = shop.storage.keys(layout.project(PROJECT))
    return [shop.storage.read(key) for key in keys if "unreadable" in key]


# --- people's side ------------------------------------------------------------------------------------


def test_a_new_project_is_published(shop: Shop) -> None:
    shop.keeper.create(document(clip("a"), unknown={"kept": [1, None]}))
    found = shop.published()
    checks.validate(found)
    assert (found["unknown"], statuses(found)) == ({"kept": [1, None]}, ["pending"])
    with pytest.raises(Conflict):
        shop.keeper.create(document(clip("a")))


def test_nothing_needless_is_saved(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    shop.keeper.publish(PROJECT)
    before, writes = revision(shop), watched(shop).mirrors
    shop.keeper.store(document(clip("a")))
    shop.keeper.store(shop.published())
    shop.keeper.replace(PROJECT, document(clip("a")), before)
    assert (revision(shop), watched(shop).mirrors) == (before, writes)


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, 1.5), ("1", 1)])
def test_python_takes_some_for_equal_that_people_do_not(shop: Shop, old: object, new: object) -> None:
    shop.project(clip("a"), flag=old)  # type: ignore[arg-type]
    shop.keeper.replace(PROJECT, document(clip("a"), flag=new), None)  # type: ignore[arg-type]
    assert shop.published()["flag"] is new or shop.published()["flag"] == new
    assert type(shop.published()["flag"]) is type(new)


def test_who_changes_what_they_have_not_seen_is_told(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.keeper.replace(PROJECT, document(clip("a", "pan left")), 1)
    with pytest.raises(StaleRevision, match="is at revision 2, not 1"):
        shop.keeper.replace(PROJECT, document(clip("a", "pan right")), 1)
    with pytest.raises(StaleRevision):
        shop.keeper.replace(PROJECT, document(clip("a", "pan left")), 1)
    assert prompts(shop.published()) == ["pan left"]


def test_a_document_of_another_project_is_refused(shop: Shop) -> None:
    shop.project(clip("a"))
    with pytest.raises(DocumentInvalid, match="proj_lake"):
        shop.keeper.replace(PROJECT, document(clip("a"), project_id="proj_other"), None)
    with pytest.raises(NotFound):
        shop.keeper.replace(ProjectId("proj_other"), document(clip("a"), project_id="proj_other"), None)


def test_a_clip_is_edited_by_its_name(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", seed=7))
    shop.keeper.edit_clip(PROJECT, ClipId("clip_b"), {"motionPrompt": "zoom in", "seed": None})
    assert prompts(shop.published()) == ["calm", "zoom in"]
    assert "seed" not in str(shop.published()["timeline"])
    with pytest.raises(NotFound, match="clip_c"):
        shop.keeper.edit_clip(PROJECT, ClipId("clip_c"), {"motionPrompt": "x"})
    with pytest.raises(DocumentInvalid, match="/timeline/0/duration"):
        shop.keeper.edit_clip(PROJECT, ClipId("clip_a"), {"duration": -1})


def test_twenty_writers_lose_nothing(shop: Shop) -> None:
    names = [f"n{number}" for number in range(20)]
    shop.project(*map(clip, names))

    def write(name: str) -> None:
        for number in range(5):
            shop.keeper.edit_clip(PROJECT, ClipId(f"clip_{name}"), {"motionPrompt": f"{name} {number}"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, names))
    assert prompts(shop.published()) == [f"{name} 4" for name in names]
    assert revision(shop) == 1 + 20 * 5


def test_two_creators_of_one_project_both_come_through(shop: Shop) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shop.keeper.store(document(clip("a"))), range(8)))
    assert revision(shop) == 1


# --- hands --------------------------------------------------------------------------------------------


def test_a_hand_edit_is_taken_in(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    shop.keeper.publish(PROJECT)
    found = shop.published()
    shop.write({**edited(found, "pan left"), "note": "by hand"})
    assert prompts(shop.keeper.current(PROJECT).document) == ["pan left"]
    assert shop.published()["note"] == "by hand"
    assert statuses(shop.published()) == ["completed"], "what was made is the rows' to say"


def test_a_hand_edit_that_nobody_has_seen_yet_is_not_overwritten(shop: Shop) -> None:
    shop.project(clip("a"), clip("b"))
    shop.write(edited(shop.published(), "by hand"))
    with pytest.raises(StaleRevision):
        shop.keeper.replace(PROJECT, document(clip("a"), clip("b", "over HTTP")), 1)
    shop.write(edited(shop.published(), "by hand again"))
    shop.keeper.edit_clip(PROJECT, ClipId("clip_b"), {"motionPrompt": "over HTTP"})
    assert prompts(shop.published()) == ["by hand again", "over HTTP"]


def test_statuses_written_by_hand_do_not_win(shop: Shop) -> None:
    shop.project(clip("a"))
    before = revision(shop)
    shop.write(document(clip("a", status="completed", jobId="job_motion_x", sourceFile="/etc/passwd")))
    shop.keeper.publish(PROJECT)
    assert revision(shop) == before
    assert statuses(shop.published()) == ["pending"]
    assert "passwd" not in str(shop.published())


def test_a_hand_edit_while_clips_are_made_survives(shop: Shop) -> None:
    shop.project(clip("a"), clip("b"))
    jobs = shop.start().clips
    shop.step(jobs[0])
    shop.write(edited(shop.published(), "by hand"))
    shop.step(jobs[1])
    shop.keeper.publish(PROJECT)
    assert prompts(shop.published()) == ["by hand", "calm"]
    assert statuses(shop.published())[1] == "completed"


def test_a_hand_edit_in_the_moment_of_a_write_survives(shop: Shop) -> None:
    shop.project(clip("a"), clip("b"))
    typed = edited(shop.published(), "just now")
    shop.work(shop.retry("clip_b"))
    moments = iter([True])

    def types(key: str) -> None:
        if key.endswith("storyboard.json") and next(moments, False):
            shop.write(typed)

    watched(shop).before = types
    shop.keeper.publish(PROJECT)
    assert prompts(shop.published()) == ["just now", "calm"]
    assert statuses(shop.published())[1] == "completed"


@pytest.mark.parametrize(
    "garbage", [b"", b"{", b"[]", b"null", b'{"version": "1.2"}', b"\xff\xfe", b'{"a": NaN}']
)
def test_what_cannot_be_read_is_set_aside_and_written_anew(shop: Shop, garbage: bytes) -> None:
    shop.project(clip("a"))
    good = shop.published()
    shop.write(garbage)
    assert shop.keeper.current(PROJECT).revision == 1
    assert shop.published() == good
    assert kept_aside(shop) == [garbage]


def test_a_storyboard_of_another_project_is_set_aside(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.write(document(clip("a"), project_id="proj_other"))
    shop.keeper.publish(PROJECT)
    assert shop.published()["projectId"] == PROJECT
    assert len(kept_aside(shop)) == 1


def test_a_deleted_mirror_is_written_anew(shop: Shop) -> None:
    shop.project(clip("a"))
    good = shop.published()
    shop.storage.delete(layout.mirror(PROJECT))
    shop.keeper.publish(PROJECT)
    assert shop.published() == good


def test_a_deleted_mirror_comes_back_for_whoever_asks(shop: Shop) -> None:
    shop.keeper.store(document(clip("a")))
    shop.storage.delete(layout.mirror(PROJECT))
    shop.keeper.current(PROJECT)
    assert shop.storage.exists(layout.mirror(PROJECT))


def test_what_happens_to_documents_at_rest_is_seen_in_turn(shop: Shop) -> None:
    """Nobody asks for them: some each time, and all of them in the end."""
    keeper, names = shop.keeper, [ProjectId(f"proj_rest{number}") for number in range(5)]
    for name in names:
        keeper.store({**document(clip("a")), "projectId": name})
    shop.storage.delete(layout.mirror(names[0]))
    edited = {**document(clip("a", motionPrompt="by hand")), "projectId": names[4]}
    shop.storage.put_bytes(layout.mirror(names[4]), codec.dumps(edited))
    assert [keeper.look_round(2) for _ in range(3)] == [1, 0, 1]
    assert shop.storage.exists(layout.mirror(names[0]))
    assert prompts(shop.database.projects.get(names[4]).document) == ["by hand"]
    assert [keeper.look_round(2) for _ in range(3)] == [0, 0, 0]


def test_many_documents_at_rest_are_seen_in_one_round_and_read_once(shop: Shop) -> None:
    keeper, names = shop.keeper, [ProjectId(f"proj_rest{number}") for number in range(60)]
    for name in names:
        shop.database.projects.create(name, document(project_id=name))
    shop.database.projects.create(PROJECT, document(clip("a")))
    assert keeper.publish_behind() == 61
    for name in (*names, PROJECT):
        aged(shop, name, 60)
    assert keeper.look_round() == 0
    watched(shop).reads.clear()
    assert keeper.look_round() == 0
    assert watched(shop).reads == []
    shop.write(edited(shop.published(), "by hand"))
    watched(shop).reads.clear()
    assert keeper.look_round() == 1
    assert {Path(key).parent.name for key in watched(shop).reads} == {PROJECT}
    assert prompts(shop.database.projects.get(PROJECT).document) == ["by hand"]


def test_an_edit_of_the_same_size_in_the_same_moment_is_seen_too(shop: Shop) -> None:
    shop.project(clip("a"))
    keeper, path = shop.keeper, shop.storage.path(layout.mirror(PROJECT))
    aged(shop, PROJECT, 0)
    assert keeper.look_round() == 0
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"calm", b"wild"))
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    assert path.stat().st_ino == before.st_ino
    assert keeper.look_round() == 1
    assert prompts(shop.database.projects.get(PROJECT).document) == ["wild"]


def aged(shop: Shop, project_id: ProjectId, seconds: float) -> None:
    """The document was changed so long ago."""
    moment = shop.clock.now().timestamp() - seconds
    os.utime(shop.storage.path(layout.mirror(project_id)), (moment, moment))


def test_a_folder_in_its_place_is_kept_under_another_name(shop: Shop) -> None:
    shop.keeper.store(document(clip("a")))
    path = shop.storage.path(layout.mirror(PROJECT))
    path.unlink()
    path.mkdir()
    (path / "mine.txt").write_text("mine")
    shop.keeper.current(PROJECT)
    assert path.is_file()
    assert [each.read_text() for each in path.parent.glob("*/mine.txt")] == ["mine"]


def test_without_its_seal_a_file_counts_as_edited(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.storage.delete(layout.seal(PROJECT))
    shop.write(edited(shop.published(), "by hand"))
    assert prompts(shop.keeper.current(PROJECT).document) == ["by hand"]


# --- deaths and full disks ----------------------------------------------------------------------------


class Died(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5])
def test_a_death_after_a_hand_edit_undoes_neither_it_nor_what_came_after(shop: Shop, nth: int) -> None:
    shop.project(clip("a"), clip("b"))
    shop.write(edited(shop.published(), "by hand"))
    writes = iter(range(1, 9))

    def dies(key: str) -> None:
        if next(writes) >= nth:
            raise Died

    watched(shop).before = dies
    try:
        shop.keeper.edit_clip(PROJECT, ClipId("clip_b"), {"motionPrompt": "over HTTP"})
        done = True
    except Died:
        done = False
    watched(shop).before = nothing
    saved = prompts(shop.database.projects.get(PROJECT).document)
    assert prompts(shop.keeper.current(PROJECT).document) == saved
    shop.keeper.publish(PROJECT)
    assert prompts(shop.published()) == saved
    assert saved[0] == "by hand"
    assert not done or saved[1] == "over HTTP"


def test_words_taken_back_by_hand_are_an_edit_too(shop: Shop) -> None:
    shop.project(clip("a"))
    first = shop.storage.read(layout.mirror(PROJECT))
    shop.write(edited(shop.published(), "by hand"))

    def full(key: str) -> None:
        if key == layout.mirror(PROJECT):
            raise StorageFull("No space left.")

    watched(shop).before = full
    assert prompts(shop.keeper.current(PROJECT).document) == ["by hand"]
    watched(shop).before = nothing
    shop.write(first)
    assert prompts(shop.keeper.current(PROJECT).document) == ["calm"]


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_death_while_publishing_never_undoes_an_edit(shop: Shop, nth: int) -> None:
    """Seal, document, seal: whichever write is the last, the new words stay."""
    shop.project(clip("a"))
    writes = iter(range(1, 9))

    def dies(key: str) -> None:
        if next(writes) >= nth:
            raise Died

    watched(shop).before = dies
    with pytest.raises(Died):
        shop.keeper.replace(PROJECT, document(clip("a", "new words")), None)
    watched(shop).before = nothing
    assert prompts(shop.keeper.current(PROJECT).document) == ["new words"]
    shop.keeper.publish(PROJECT)
    assert prompts(shop.published()) == ["new words"]
    assert revision(shop) == 2
    assert not kept_aside(shop)


def test_a_death_while_a_bad_file_is_replaced_leaves_no_bad_file(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.write(b"{")

    def dies(key: str) -> None:
        if key == layout.mirror(PROJECT):
            raise Died

    watched(shop).before = dies
    with pytest.raises(Died):
        shop.keeper.publish(PROJECT)
    watched(shop).before = nothing
    shop.keeper.current(PROJECT)
    assert prompts(shop.published()) == ["calm"]


def test_a_full_disk_does_not_lose_an_edit(shop: Shop) -> None:
    shop.project(clip("a"))

    def full(key: str) -> None:
        raise StorageFull("No space left.")

    watched(shop).before = full
    shop.keeper.replace(PROJECT, document(clip("a", "new words")), None)
    assert prompts(shop.published()) == ["calm"]
    assert shop.keeper.publish_behind() == 0
    watched(shop).before = nothing
    assert shop.keeper.publish_behind() == 1
    assert prompts(shop.published()) == ["new words"]


def test_one_mirror_that_cannot_be_written_holds_up_no_other(shop: Shop) -> None:
    for name in ("proj_a", "proj_b", "proj_c"):
        shop.project(clip("a"), project_id=name)

    def stuck(key: str) -> None:
        if "proj_b" in key:
            raise RuntimeError("a fault of ours")

    for name in ("proj_a", "proj_b", "proj_c"):
        words = document(clip("a", "new words"), project_id=name)
        shop.database.projects.save(ProjectId(name), words, None)
    watched(shop).before = stuck
    assert shop.keeper.publish_behind() == 2
    assert shop.database.projects.behind(9) == ["proj_b"]


# --- how much is written ------------------------------------------------------------------------------


def test_many_changes_that_wait_for_the_lock_cost_one_write(shop: Shop) -> None:
    shop.project(*(clip(f"n{number}") for number in range(6)))
    before = watched(shop).mirrors
    waiting = [threading.Thread(target=shop.keeper.publish, args=(PROJECT,)) for _ in range(6)]
    with shop.lock.hold(f"mirror-{PROJECT}"):
        for thread in waiting:
            thread.start()
        for number in range(6):
            shop.database.projects.save(PROJECT, document(clip("n0", f"other {number}")), None)
    for thread in waiting:
        thread.join()
    assert watched(shop).mirrors == before + 1
    assert prompts(shop.published()) == ["other 5"]


def test_a_mirror_that_says_it_all_is_not_written(shop: Shop) -> None:
    shop.project(clip("a"))
    before = list(watched(shop).writes)
    shop.keeper.publish(PROJECT)
    shop.keeper.current(PROJECT)
    assert shop.keeper.publish_behind() == 0
    assert watched(shop).writes == before


# --- the end ------------------------------------------------------------------------------------------


def test_a_deleted_project_does_not_rise_again(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    shop.architect.delete(PROJECT)
    with pytest.raises(NotFound):
        shop.keeper.publish(PROJECT)
    assert shop.keeper.publish_behind() == 0
    assert not list(shop.storage.keys(layout.project(PROJECT)))
    assert list(shop.storage.keys("cache")), "what was paid is kept"


def test_what_a_deleter_left_who_died_is_buried(shop: Shop) -> None:
    """The rows went and the folder did not: it goes with the next round, and no other does."""
    shop.project(clip("a"))
    shop.project(clip("a"), project_id="proj_other")
    for name in (PROJECT, ProjectId("proj_other")):
        shop.quartermaster.condemn(name)
    shop.database.projects.delete(PROJECT)
    with shop.lock.hold(f"start-{PROJECT}"):
        assert shop.architect.bury() == 0, "somebody is at it"
    shop.quartermaster.condemn(ProjectId("proj_other"))  # which that round has pardoned
    assert shop.architect.bury() == 1
    assert not list(shop.storage.keys(layout.project(PROJECT)))
    assert shop.storage.exists(layout.mirror(ProjectId("proj_other"))), "that one is alive"
    assert shop.quartermaster.condemned() == []
    shop.architect.delete(ProjectId("proj_other"))
    with pytest.raises(NotFound):
        shop.architect.delete(PROJECT)
    assert shop.quartermaster.condemned() == []


def test_who_waits_for_a_project_that_is_being_deleted_writes_nothing(shop: Shop) -> None:
    shop.project(clip("a"))
    late: list[BaseException] = []

    def publish() -> None:
        try:
            shop.keeper.publish(PROJECT)
        except NotFound as gone:
            late.append(gone)

    def forget() -> None:
        thread.start()
        shop.quartermaster.forget(PROJECT)

    thread = threading.Thread(target=publish)
    shop.keeper.delete(PROJECT, forget)
    thread.join()
    assert len(late) == 1
    assert not shop.storage.exists(layout.mirror(PROJECT))


def test_deleting_ends_the_jobs(shop: Shop) -> None:
    shop.project(failing("a", "poll"))
    started = shop.start()
    shop.step(started.clips[0])
    shop.architect.delete(PROJECT)
    with pytest.raises(NotFound):
        shop.database.jobs.get(started.clips[0].job_id)
    with pytest.raises(NotFound):
        shop.architect.delete(PROJECT)


def test_what_an_old_project_left_is_not_taken_for_an_edit_of_a_new_one(shop: Shop) -> None:
    old = document(clip("a", "old words"))
    shop.storage.put_bytes(layout.mirror(PROJECT), str(old).encode())
    shop.keeper.create(document(clip("a", "new words")))
    assert prompts(shop.published()) == ["new words"]
    assert not kept_aside(shop)
