"""The render agent: what stands behind each clip, what is done about those that are missing, and the receipt."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.agents import layout
from jynco.agents.architect import Started
from jynco.agents.render import Render, Rendered
from jynco.agents.report import job_report, plan_report
from jynco.agents.screening import Screening
from jynco.errors import AssetRefused, ServiceAway
from jynco.model.jobs import Receipt
from jynco.model.media import MediaInfo
from jynco.model.plan import Wishes
from jynco.model.states import JobState, OnMissing, Purpose
from jynco.model.storyboard import Json
from tests.unit.agents_kit import PROJECT, Heart, Shop, clip, failing, wishes


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def looked_at(shop: Shop, rendered: Rendered) -> MediaInfo:
    assert rendered.output is not None, rendered.failure
    return FFmpeg().verify(shop.quartermaster.export(rendered.output))


def told(receipt: Receipt | None) -> dict[str, str]:
    assert receipt is not None
    return {line.clip_id.removeprefix("clip_"): str(line.made) for line in receipt.lines}


def receipt(rendered: Rendered) -> Receipt:
    assert rendered.receipt is not None
    return rendered.receipt


def composed(shop: Shop, started: Started) -> Rendered:
    """The film alone, its clips as they are."""
    assert started.film is not None
    return Render(shop.database, shop.quartermaster, FFmpeg()).film(shop.claim(started.film).job, Heart())


def test_a_film_and_its_receipt(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"), clip("twin"))
    rendered = shop.render(shop.start())
    info = looked_at(shop, rendered)
    assert (info.frames, info.width, info.height) == (15, 96, 54)
    assert told(rendered.receipt) == {"a": "generated", "b": "generated", "twin": "cached"}
    assert (receipt(rendered).complete, receipt(rendered).cost_usd) == (True, Decimal("0.05"))
    assert shop.paid == 2


def test_the_same_film_again_costs_nothing(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    shop.render(shop.start())
    again = shop.render(shop.start())
    assert told(again.receipt) == {"a": "cached", "b": "cached"}
    assert receipt(again).cost_usd == 0
    assert looked_at(shop, again).frames == 10


def test_a_clip_whose_row_another_job_took_over_is_still_told_as_paid(shop: Shop) -> None:
    shop.project(clip("a"))
    started = shop.start()
    shop.work(started.clips[0])
    shop.work(shop.retry("clip_a"))
    rendered = composed(shop, started)
    assert told(rendered.receipt) == {"a": "generated"}
    assert receipt(rendered).cost_usd == Decimal("0.025")


def test_two_films_at_once_pay_once_between_them(shop: Shop) -> None:
    shop.project(clip("a"))
    preview, final = shop.start(Wishes(Purpose.PREVIEW)), shop.start()
    films = [shop.render(preview), shop.render(final)]
    assert sorted(told(film.receipt)["a"] for film in films) == ["cached", "generated"]
    assert sum(receipt(film).cost_usd for film in films) == Decimal("0.025")


def test_a_preview_is_small(shop: Shop) -> None:
    large: Json = {"resolution": {"width": 1920, "height": 1080}, "fps": 10, "codec": "h264"}
    shop.project(clip("a"), outputSettings=large)
    info = looked_at(shop, shop.render(shop.start(Wishes(Purpose.PREVIEW))))
    assert (info.width, info.height, info.frames) == (960, 540, 5)


def test_the_preview_of_a_webm_streams_as_every_other(shop: Shop) -> None:
    shop.project(
        clip("a"), outputSettings={"resolution": {"width": 320, "height": 180}, "fps": 10, "codec": "vp9"}
    )
    started = shop.start(Wishes(Purpose.PREVIEW, container="webm"))
    preview = shop.render(started)
    assert looked_at(shop, preview).video_codec == "h264"
    assert (preview.output or "").endswith(".mp4")
    screen = Screening(shop.quartermaster).open(shop.database.jobs.get(started.first.job_id))
    assert screen.ready == screen.parts
    assert looked_at(shop, shop.render(shop.start(Wishes(container="webm")))).video_codec == "vp9"


# --- missing clips ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "frames", "made"),
    [("hold", 15, "stand-in"), ("slate", 15, "stand-in"), ("skip", 10, "missing")],
)
def test_one_failed_clip_harms_only_itself(shop: Shop, policy: str, frames: int, made: str) -> None:
    shop.project(clip("a"), failing("b", "generation"), clip("c", "pan left"))
    rendered = shop.render(shop.start(wishes(OnMissing(policy))))
    assert looked_at(shop, rendered).frames == frames
    assert told(rendered.receipt) == {"a": "generated", "b": made, "c": "generated"}
    assert not receipt(rendered).complete
    assert "told to fail" in (receipt(rendered).lines[1].note or "")


def test_blocked_there_is_no_film_and_the_receipt_says_why(shop: Shop) -> None:
    shop.project(clip("a"), failing("b", "generation"))
    rendered = shop.render(shop.start())
    assert rendered.output is None
    assert rendered.failure is not None
    assert rendered.failure.code == "missing_clips"
    assert "clip_b" in rendered.failure.message
    assert told(rendered.receipt) == {"a": "generated", "b": "missing"}
    assert not list(shop.storage.keys(f"{layout.project(PROJECT)}/exports"))


@pytest.mark.parametrize(
    ("policy", "film"), [("hold", True), ("slate", True), ("skip", False), ("block", False)]
)
def test_all_clips_missing(shop: Shop, policy: str, film: bool) -> None:
    shop.project(failing("a", "moderated"), failing("b", "generation"))
    rendered = shop.render(shop.start(wishes(OnMissing(policy))))
    assert (rendered.output is not None) == film
    assert receipt(rendered).cost_usd == 0
    assert set(told(rendered.receipt).values()) == ({"stand-in"} if film else {"missing"})


def test_a_cancelled_clip_is_missing(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    started = shop.start(wishes(OnMissing.SLATE))
    shop.work(started.clips[0])
    shop.architect.cancel(started.clips[1].job_id)
    assert told(composed(shop, started).receipt) == {"a": "generated", "b": "stand-in"}


# --- files that went ----------------------------------------------------------------------------------


def generated(shop: Shop, name: str) -> str:
    return layout.inside(PROJECT, shop.row(f"clip_{name}").source_file or "")


def test_a_clip_whose_file_went_comes_back_from_the_cache(shop: Shop) -> None:
    shop.project(clip("a"))
    started = shop.start()
    shop.work(started.clips[0])
    shop.storage.delete(generated(shop, "a"))
    assert told(composed(shop, started).receipt) == {"a": "generated"}


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_a_clip_whose_file_went_everywhere_is_missing(shop: Shop, harm: str) -> None:
    shop.project(clip("a"), clip("b", "pan left"))
    started = shop.start(wishes(OnMissing.SLATE))
    for job in started.clips:
        shop.work(job)
    shop.storage.delete_all("cache")
    if harm == "gone":
        shop.storage.delete(generated(shop, "a"))
    else:
        shop.storage.put_bytes(generated(shop, "a"), b"no film at all")
    rendered = composed(shop, started)
    assert told(rendered.receipt) == {"a": "stand-in", "b": "generated"}
    assert "gone or damaged" in (receipt(rendered).lines[0].note or "")
    assert looked_at(shop, rendered).frames == 10


def with_footage(shop: Shop, policy: OnMissing = OnMissing.BLOCK) -> Started:
    """A film of a made clip and of footage, ready to be composed."""
    shop.project(clip("a"))
    shop.work(shop.retry("clip_a"))
    shop.storage.put(layout.people(PROJECT, "boat.mp4"), shop.storage.path(generated(shop, "a")))
    shop.project(clip("a"), {"clipId": "clip_f", "status": "pending", "sourceFile": "boat.mp4"})
    return shop.start(wishes(policy))


def test_footage_is_used_as_it_is(shop: Shop) -> None:
    rendered = shop.render(with_footage(shop))
    assert told(rendered.receipt) == {"a": "cached", "f": "footage"}
    assert looked_at(shop, rendered).frames == 10


@pytest.mark.parametrize("harm", ["gone", "damaged"])
def test_footage_deleted_meanwhile_follows_the_policy(shop: Shop, harm: str) -> None:
    started = with_footage(shop, OnMissing.SLATE)
    if harm == "gone":
        shop.storage.delete(layout.people(PROJECT, "boat.mp4"))
    else:
        shop.storage.put_bytes(layout.people(PROJECT, "boat.mp4"), b"no film")
    rendered = composed(shop, started)
    assert told(rendered.receipt) == {"a": "cached", "f": "stand-in"}
    assert "boat.mp4" in (receipt(rendered).lines[1].note or "")


def test_a_sound_deleted_meanwhile_is_one_clear_failure(shop: Shop, tmp_path: Path) -> None:
    examples = Path(__file__).parents[2] / "examples"
    bed = next(
        path
        for path in sorted(examples.rglob("*"))
        if path.suffix in {".wav", ".mp3", ".flac", ".m4a", ".ogg"}
    )
    shop.project(clip("a"))
    shop.storage.put(layout.people(PROJECT, "bed.wav"), bed)
    shop.project(clip("a"), layers={"audio": [{"layerId": "bed", "sourceFile": "bed.wav"}]})
    started = shop.start()
    shop.work(started.clips[0])
    shop.storage.delete(layout.people(PROJECT, "bed.wav"))
    with pytest.raises(AssetRefused, match=r"bed\.wav"):
        composed(shop, started)


def test_who_must_go_leaves_no_film(shop: Shop) -> None:
    shop.project(clip("a"))
    started = shop.start()
    shop.work(started.clips[0])

    def goes() -> None:
        raise ServiceAway("This worker is ending.")

    assert started.film is not None
    with pytest.raises(ServiceAway):
        Render(shop.database, shop.quartermaster, FFmpeg()).film(shop.claim(started.film).job, Heart(goes))
    assert not list(shop.storage.keys(f"{layout.project(PROJECT)}/exports"))
    assert shop.storage.sweep() == 0


# --- how it is told -----------------------------------------------------------------------------------


def test_a_job_is_told_with_its_clips(shop: Shop) -> None:
    shop.project(clip("a"), failing("b", "generation"))
    started = shop.start(wishes(OnMissing.SLATE))
    assert started.film is not None
    before = job_report(shop.database, shop.job(started.film))
    assert (before["state"], before["progress"], before["receipt"]) == ("queued", 0.0, None)
    shop.render(started)
    after = job_report(shop.database, shop.job(started.film))
    assert (after["state"], after["progress"]) == (str(JobState.COMPLETED), 1.0)
    clips = after["clips"]
    assert isinstance(clips, list)
    assert [entry["status"] for entry in clips if isinstance(entry, dict)] == ["completed", "failed"]
    assert [entry["costUsd"] for entry in clips if isinstance(entry, dict)] == ["0.025", "0"]


def test_a_plan_is_told_with_its_price(shop: Shop) -> None:
    shop.project(clip("a"), clip("b", sourceImage="never.png"))
    report = plan_report(shop.plan())
    assert (report["costUsd"], report["unpricedClips"], report["frames"]) == ("0.025", 0, 10)
