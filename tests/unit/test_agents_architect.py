"""The architect: what a plan says, what a start commits, and what two of them share."""

from __future__ import annotations

import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from jynco.adapters.storage.local import LocalStorage
from jynco.agents import layout
from jynco.errors import BudgetExceeded, DocumentInvalid, NotFound, ServiceAway, UsageWrong
from jynco.model.ids import ClipId, ProjectId
from jynco.model.plan import Action, Plan, Wishes
from jynco.model.states import ClipStatus, JobState, Lane, OnMissing, Purpose
from jynco.model.storyboard import Json
from tests.unit.agents_kit import PROJECT, Shop, clip, document, wishes

CLIPS = Wishes(Purpose.CLIPS)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def actions(plan: Plan) -> list[str]:
    return [str(clip.action) for clip in plan.clips]


def named(*names: str) -> Wishes:
    return Wishes(Purpose.CLIPS, clips=tuple(ClipId(f"clip_{name}") for name in names))


def sound(name: str) -> dict[str, Json]:
    return {"audio": [{"layerId": "music", "sourceFile": name}]}


# --- the plan -----------------------------------------------------------------------------------------


def test_a_plan_says_price_and_frames_and_changes_nothing(shop: Shop) -> None:
    shop.project(
        clip("a"), clip("b", "pan left", duration=1), clip("c", sourceImage="never.png", duration=None)
    )
    before = shop.database.projects.get(PROJECT)
    plan = shop.plan()
    assert actions(plan) == ["generate", "generate", "failed"]
    assert [entry.frames for entry in plan.clips] == [5, 10, 30]
    assert (plan.usd, plan.frames) == (Decimal("0.075"), 45)
    assert "never.png" in (plan.clips[2].reason or "")
    assert shop.database.projects.get(PROJECT) == before
    assert shop.database.jobs.page(PROJECT, None, None, 9) == []


def test_a_clip_that_plays_faster_is_ordered_as_long_as_it_says(shop: Shop) -> None:
    fast: dict[str, Json] = {"filters": [{"type": "speed", "factor": 2}]}
    shop.project(clip("a", duration=3, effects=fast))
    plan = shop.plan()
    assert plan.frames == plan.clips[0].frames == 15
    assert plan.clips[0].shot is not None
    assert plan.clips[0].shot.frames == 30


def test_a_trimmed_beginning_costs_nothing_new(shop: Shop) -> None:
    shop.project(clip("a", duration=3))
    shop.work(shop.retry("clip_a"))
    shop.project(clip("a", duration=2, inPoint=1))
    assert (actions(shop.plan()), shop.plan().frames) == (["cached"], 20)


def test_what_was_made_costs_nothing(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    shop.work(shop.retry("clip_a"))
    plan = shop.plan()
    assert actions(plan) == ["cached", "generate"]
    assert plan.usd == Decimal("0.025")


def test_twins_are_priced_once(shop: Shop) -> None:
    shop.project(clip("a"), clip("b"), clip("c"))
    assert shop.plan().usd == Decimal("0.025")


@pytest.mark.parametrize(
    "other",
    [
        {"motionPrompt": "pan left"},
        {"duration": 0.6},
        {"seed": 4},
        {"negativePrompt": "fog"},
        {"providerOptions": {"text": "x"}},
        {"sourceImage": "images/red.png"},
        {"provider": "camera"},
    ],
)
def test_whatever_changes_the_picture_changes_the_key(shop: Shop, other: dict[str, Json]) -> None:
    shop.project(clip("a"), {**clip("b"), **other})
    shop.picture("images/red.png", "red")
    one, two = (entry.shot.key for entry in shop.plan().clips if entry.shot)
    assert one != two


def test_names_do_not_change_the_key(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", sourceImage="elsewhere/same.png"))
    shop.picture("elsewhere/same.png", "blue")
    one, two = (entry.shot.key for entry in shop.plan().clips if entry.shot)
    assert one == two


def test_only_the_clips_that_were_named_and_each_once(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"), clip("c", "zoom in"))
    plan = shop.plan(named("c", "a", "c"))
    assert [entry.clip_id for entry in plan.clips] == ["clip_a", "clip_c"]
    with pytest.raises(NotFound, match="clip_z"):
        shop.plan(named("a", "z"))


def test_a_clip_of_no_length_is_not_in_the_film_and_cannot_be_asked_for(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", duration=0))
    assert [entry.clip_id for entry in shop.plan().clips] == ["clip_a"]
    with pytest.raises(DocumentInvalid, match="clip_b: has no length"):
        shop.start(named("b"))


def test_an_unknown_provider_fails_its_clip_alone(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", provider="nobody"))
    plan = shop.plan()
    assert actions(plan) == ["generate", "failed"]
    assert "camera, mock" in (plan.clips[1].reason or "")


# --- the start ----------------------------------------------------------------------------------------


def test_a_start_commits_a_film_with_its_clips(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    started = shop.start()
    assert started.film is not None
    assert [job.parent_id for job in started.clips] == [started.film.job_id] * 2
    assert {row.job_id for row in shop.keeper.rows(PROJECT).values()} == {job.job_id for job in started.clips}
    assert shop.published()["timeline"] != []


def test_with_everything_made_only_the_film_is_left(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    started = shop.start()
    assert (started.clips, started.joined) == ((), False)
    row = shop.row("clip_a")
    assert (row.status, row.cache_hit, row.cost_usd) == (ClipStatus.COMPLETED, True, Decimal("0.025"))


def test_a_clip_another_project_made_is_given_at_the_start(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    other = shop.project(clip("b"), project_id="proj_other")
    assert shop.start(project_id=other).clips == ()
    row = shop.row("clip_b", other)
    assert row.source_file is not None
    assert shop.quartermaster.file(other, row.source_file).is_file()


@pytest.mark.parametrize(("budget", "fits"), [("0.05", True), ("0.0499", False), ("0", False)])
def test_a_budget_is_a_hard_stop(shop: Shop, budget: str, fits: bool) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    asked = Wishes(budget_usd=Decimal(budget))
    if fits:
        assert len(shop.start(asked).clips) == 2
        return
    with pytest.raises(BudgetExceeded, match="nothing was spent"):
        shop.start(asked)
    assert shop.database.jobs.page(PROJECT, None, None, 9) == []


def test_one_bad_clip_blocks_the_film_before_any_money(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", sourceImage="never.png"))
    with pytest.raises(DocumentInvalid) as refused:
        shop.start()
    assert [fault.pointer for fault in refused.value.faults] == ["/timeline/1"]
    assert shop.database.jobs.page(PROJECT, None, None, 9) == []


@pytest.mark.parametrize(
    ("film", "own", "starts"),
    [("block", None, False), ("hold", None, True), ("block", "slate", True), ("skip", "block", False)],
)
def test_a_clips_own_policy_wins(shop: Shop, film: str, own: str | None, starts: bool) -> None:
    shop.project(clip("a"), clip("b", sourceImage="never.png", onMissing=own))
    asked = wishes(OnMissing(film))
    if not starts:
        with pytest.raises(DocumentInvalid):
            shop.start(asked)
        return
    assert [job.clip_id for job in shop.start(asked).clips] == ["clip_a"]
    row = shop.row("clip_b")
    assert (row.status, row.error_code) == (ClipStatus.FAILED, "clip_impossible")


def test_a_sound_that_is_missing_is_said_before_any_money(shop: Shop) -> None:
    shop.project(clip("a"), layers=sound("music.wav"))
    with pytest.raises(DocumentInvalid) as refused:
        shop.start()
    assert refused.value.faults[0].pointer == "/layers/audio/0/sourceFile"
    assert len(shop.start(CLIPS).clips) == 1, "clips alone need no sound"


def test_a_picture_is_no_sound(shop: Shop) -> None:
    shop.project(clip("a"), layers=sound("images/sea.png"))
    with pytest.raises(DocumentInvalid, match="has no sound"):
        shop.start()


@pytest.mark.parametrize(
    "trimmed",
    [
        {"inPoint": 0.25, "duration": 4.75},
        {"inPoint": 0.05, "duration": 4.95},
        {"effects": {"filters": [{"type": "speed", "factor": 1.6}]}},
    ],
)
def test_a_trim_pays_for_no_frame_that_roundings_add(shop: Shop, trimmed: dict[str, Json]) -> None:
    """Else a vendor that makes 5 or 10 seconds would be asked for 10."""
    frame: Json = {"resolution": {"width": 96, "height": 54}, "fps": 30, "codec": "h264", "quality": "draft"}
    shop.project(clip("a", duration=5), {**clip("b", duration=5), **trimmed}, outputSettings=frame)
    whole, begun = (entry.shot for entry in shop.plan().clips)
    assert whole is not None
    assert begun is not None
    assert (begun.frames, begun.key) == (150, whole.key)


def test_footage_is_not_generated(shop: Shop) -> None:
    shop.project(clip("a"))
    made = shop.work(shop.retry("clip_a"))
    film = shop.quartermaster.file(PROJECT, shop.row("clip_a").source_file or "")
    shop.storage.put(layout.people(PROJECT, "films/boat.mp4"), film)
    footage: dict[str, Json] = {"clipId": "clip_f", "status": "pending", "sourceFile": "films/boat.mp4"}
    shop.project(footage)
    assert actions(shop.plan()) == ["footage"]
    assert shop.plan().frames == made.shot.frames if made.shot else None
    with pytest.raises(UsageWrong, match="footage"):
        shop.start(CLIPS)
    shop.project({**footage, "inPoint": 0.2})
    assert shop.plan().frames == 3  # of five
    shop.project({**footage, "inPoint": 60, "duration": 1})
    (planned,) = shop.plan().clips
    assert "before its inPoint of 60 s" in (planned.reason or "")


def test_footage_in_which_nothing_is_seen_is_refused_by_its_clip(shop: Shop) -> None:
    path = shop.folder / "talk.wav"
    with wave.open(str(path), "wb") as sound_:
        sound_.setparams((1, 2, 8000, 0, "NONE", ""))
        sound_.writeframes(bytes(16000))
    shop.storage.put(layout.people(PROJECT, "talk.wav"), path)
    shop.project({"clipId": "clip_f", "status": "pending", "sourceFile": "talk.wav"})
    (planned,) = shop.plan().clips
    assert (planned.clip_id, planned.action) == ("clip_f", Action.FAILED)
    assert "talk.wav" in (planned.reason or "")
    assert "no picture" in (planned.reason or "")


def test_a_film_has_all_its_clips(shop: Shop) -> None:
    shop.project(clip("a"), clip("b"))
    with pytest.raises(UsageWrong):
        shop.start(Wishes(clips=(ClipId("clip_a"),)))


# --- the same thing twice -----------------------------------------------------------------------------


def test_the_same_film_asked_for_twice_is_one_job(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    first, second = shop.start(), shop.start()
    assert second.joined
    assert second.first.job_id == first.first.job_id
    assert [job.job_id for job in second.clips] == [job.job_id for job in first.clips]


def test_twenty_at_once_start_one_film(shop: Shop) -> None:
    shop.project(clip("a"))
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: shop.start(), range(20)))
    assert len({each.first.job_id for each in started}) == 1
    assert sum(not each.joined for each in started) == 1


def words(shop: Shop) -> Wishes:
    shop.keeper.replace(PROJECT, document(clip("a", "other words")), None)
    return Wishes()


def picture(shop: Shop) -> Wishes:
    shop.picture("images/sea.png", "red")
    return Wishes()


DIFFERENT: dict[str, Callable[[Shop], Wishes]] = {
    "words": words,
    "picture": picture,
    "purpose": lambda _: Wishes(Purpose.PREVIEW),
    "policy": lambda _: Wishes(on_missing=OnMissing.SLATE),
    "container": lambda _: Wishes(container="webm"),
    "provider": lambda _: Wishes(provider="camera"),
    "consent": lambda _: Wishes(pay_again=True),
    "urgency": lambda _: Wishes(lane=Lane.HIGH),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_another_film_is_another_job(shop: Shop, what: str) -> None:
    shop.project(clip("a"))
    first = shop.start()
    second = shop.start(DIFFERENT[what](shop))
    assert not second.joined
    assert second.first.job_id != first.first.job_id


def test_who_can_wait_joins_who_cannot(shop: Shop) -> None:
    shop.project(clip("a"))
    first = shop.start(Wishes(lane=Lane.HIGH))
    assert shop.start(Wishes(lane=Lane.LOW)).first.job_id == first.first.job_id


def test_a_film_that_ended_is_not_joined(shop: Shop) -> None:
    shop.project(clip("a"))
    first = shop.start()
    assert first.film is not None
    shop.architect.cancel(first.film.job_id)
    assert not shop.start().joined


def test_a_clip_that_is_being_made_is_not_asked_for_again(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"), clip("c", "zoom in"))
    first = shop.start(named("a", "b"))
    second = shop.start(named("b", "c"))
    assert not second.joined
    assert second.clips[0].job_id == first.clips[1].job_id
    assert [job.clip_id for job in second.clips] == ["clip_b", "clip_c"]
    assert shop.row("clip_b").job_id == first.clips[1].job_id
    assert shop.start(named("a")).joined


def test_consent_is_not_lost_by_joining(shop: Shop) -> None:
    shop.project(clip("a"))
    first = shop.retry("clip_a")
    second = shop.retry("clip_a", pay_again=True)
    assert second.job_id != first.job_id
    assert second.options["payAgain"] is True
    assert shop.retry("clip_a").job_id in {first.job_id, second.job_id}


def test_an_edited_clip_is_another_job(shop: Shop) -> None:
    shop.project(clip("a"))
    first = shop.retry("clip_a")
    shop.keeper.edit_clip(PROJECT, ClipId("clip_a"), {"motionPrompt": "other words"})
    second = shop.retry("clip_a")
    assert second.job_id != first.job_id
    shop.work(first)
    assert shop.row("clip_a").status is ClipStatus.PENDING, "the old prompt's clip is not the new one's"
    shop.work(second)
    assert shop.row("clip_a").status is ClipStatus.COMPLETED


# --- ends ---------------------------------------------------------------------------------------------


def test_cancelling_a_film_ends_its_clips(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    started = shop.start()
    assert started.film is not None
    shop.work(started.clips[0])
    assert shop.architect.cancel(started.film.job_id).state is JobState.CANCELLED
    assert [str(shop.job(job).state) for job in started.clips] == ["completed", "cancelled"]
    timeline = shop.published()["timeline"]
    assert isinstance(timeline, list)
    assert [entry["status"] for entry in timeline if isinstance(entry, dict)] == ["completed", "pending"]


class Leaky(LocalStorage):
    """A storage whose cache somebody empties whenever a clip is to be taken from it."""

    def __init__(self, root: Path, times: int) -> None:
        super().__init__(root)
        self.times = times

    def link(self, source_key: str, key: str) -> None:
        if self.times:
            self.times -= 1
            self.delete_all("cache")
        super().link(source_key, key)


@pytest.mark.parametrize("times", [0, 1])
def test_a_cache_emptied_between_plan_and_start_is_no_fault(shop: Shop, times: int) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    other = shop.project(clip("b"), project_id="proj_other")
    shop.storage = Leaky(shop.folder / "data", times)
    started = shop.start(project_id=other)
    assert len(started.clips) == times
    assert [str(entry.action) for entry in shop.plan(project_id=other).clips] == [
        Action.GENERATE if times else Action.CACHED
    ]


class Refilled(Leaky):
    """As soon as it was emptied, it is filled again."""

    def link(self, source_key: str, key: str) -> None:
        kept = {name: self.read(name) for name in self.keys("cache")}
        try:
            super().link(source_key, key)
        finally:
            for name, data in kept.items():
                self.put_bytes(name, data)


def test_a_cache_that_is_never_still_is_said_so(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    other = shop.project(clip("b"), project_id="proj_other")
    shop.storage = Refilled(shop.folder / "data", 99)
    with pytest.raises(ServiceAway, match="cache"):
        shop.start(project_id=other)
    assert shop.database.jobs.page(ProjectId(other), None, None, 9) == []
