"""Takes: each film of a clip is kept and can be had again for nothing; another one is made only when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from jynco.agents.casting import Casting
from jynco.agents.drawing import Drafter
from jynco.agents.sequel import Continuing
from jynco.agents.takes import Take, Takes
from jynco.errors import Conflict, NotFound
from jynco.model.ids import ClipId, JobId
from jynco.model.plan import Action
from jynco.model.states import ClipStatus
from jynco.model.storyboard import Json
from tests.unit.agents_kit import PROJECT, Shop, clip

A = ClipId("clip_a")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def takes(shop: Shop) -> Takes:
    quartermaster = shop.quartermaster
    drafter = Drafter(quartermaster, Casting(shop.providers, shop.lineup))
    return Takes(shop.database, shop.keeper, quartermaster, drafter, shop.architect, shop.clock)


def made(shop: Shop) -> tuple[Take, ...]:
    return takes(shop).of(PROJECT, A)


def timeline(shop: Shop) -> list[dict[str, Json]]:
    return cast(list[dict[str, Json]], shop.published()["timeline"])


def words(shop: Shop) -> dict[str, Json]:
    return next(entry for entry in timeline(shop) if entry["clipId"] == A)


def test_every_film_of_a_clip_is_a_take(shop: Shop) -> None:
    shop.project(clip("a"))
    assert made(shop) == ()
    shop.work(shop.retry(A))
    shop.work(takes(shop).another(PROJECT, A).clips[0])
    newest, oldest = made(shop)
    assert (newest.picked, oldest.picked) == (True, False)
    assert shop.paid == 2
    assert newest.usd == oldest.usd is not None


def test_a_retry_of_what_is_there_makes_no_take(shop: Shop) -> None:
    shop.project(clip("a"))
    for _ in range(2):
        shop.work(shop.retry(A))
    assert (len(made(shop)), shop.paid) == (1, 1)


def test_a_take_is_picked_for_nothing_with_the_words_it_was_made_from(shop: Shop) -> None:
    shop.project(clip("a", "calm", seed=7))
    shop.work(shop.retry(A))
    shop.keeper.edit_clip(PROJECT, A, {"motionPrompt": "pan left", "seed": None, "negativePrompt": "fog"})
    shop.work(shop.retry(A))
    newest, oldest = made(shop)
    takes(shop).pick(PROJECT, A, oldest.job.job_id)
    told = words(shop)
    assert (told["motionPrompt"], told["seed"], told["status"]) == ("calm", 7, "completed")
    assert "negativePrompt" not in told
    assert [take.picked for take in made(shop)] == [False, True]
    assert shop.plan().clips[0].action is Action.CACHED
    takes(shop).pick(PROJECT, A, newest.job.job_id)
    assert words(shop)["motionPrompt"] == "pan left"
    assert shop.paid == 2


def test_a_take_of_another_maker_and_length_brings_both_back(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry(A))
    shop.keeper.edit_clip(PROJECT, A, {"provider": "camera", "duration": 1})
    shop.work(shop.retry(A))
    takes(shop).pick(PROJECT, A, made(shop)[1].job.job_id)
    assert (words(shop)["provider"], words(shop)["duration"]) == ("mock:mock", 0.5)
    assert shop.plan().clips[0].action is Action.CACHED


def test_a_take_that_fits_no_more_changes_nothing(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry(A))
    shop.picture("images/sea.png", "red")
    before = shop.published()
    with pytest.raises(Conflict, match="no longer fits"):
        takes(shop).pick(PROJECT, A, made(shop)[0].job.job_id)
    assert shop.published() == before
    with pytest.raises(NotFound):
        takes(shop).pick(PROJECT, A, JobId("job_motion_nobody"))


def test_another_take_that_cannot_be_started_leaves_the_old_one(shop: Shop) -> None:
    shop.project(clip("a"))
    shop.work(shop.retry(A))
    shop.keeper.edit_clip(PROJECT, A, {"provider": "nobody"})
    before = words(shop).get("seed")
    with pytest.raises(Exception, match="nobody"):
        takes(shop).another(PROJECT, A)
    assert words(shop).get("seed") == before
    assert len(made(shop)) == 1


def test_the_next_clip_begins_with_the_last_frame(shop: Shop) -> None:
    shop.project(clip("a", provider="camera"), clip("b", startTime=0.5))
    going = Continuing(shop.keeper, shop.quartermaster, shop.clock)
    with pytest.raises(Conflict, match="no film yet"):
        going.after(PROJECT, A)
    shop.work(shop.retry(A))
    sequel = going.after(PROJECT, A)
    assert sequel.clip_id == "clip_b"
    with Image.open(shop.quartermaster.file(PROJECT, sequel.source_image)) as picture:
        assert picture.size == (96, 54)
    shop.work(shop.retry("clip_b"))
    assert shop.row("clip_b").status is ClipStatus.COMPLETED
    new = going.after(PROJECT, ClipId("clip_b"))
    assert [entry["clipId"] for entry in timeline(shop)] == [A, "clip_b", new.clip_id]
    between = going.after(PROJECT, A, insert=True)
    assert [entry["clipId"] for entry in timeline(shop)][1] == between.clip_id
    assert all("startTime" not in entry for entry in timeline(shop))
