"""A clip that cannot be made harms only itself: the film follows the policy, says so, and comes back whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.kit import Desk, board, clip, look

pytestmark = pytest.mark.timeout(300)


def torn(project: str, **options: Any) -> dict[str, Any]:
    """Three clips of which the middle one fails."""
    bad = clip("bad", providerOptions={"fail": "moderated", **options})
    return board(project, clip("one"), bad, clip("two"))


@pytest.mark.parametrize(("policy", "frames"), [("hold", 15), ("slate", 15), ("skip", 10)])
def test_a_film_with_a_gap_says_so(desk: Desk, policy: str, frames: int) -> None:
    done = desk.render(torn(f"gap-{policy}"), "--on-missing", policy)
    assert done.code == 3
    assert look(desk.folder / f"proj_gap-{policy}.mp4").frames == frames
    made = "missing" if policy == "skip" else "stand-in"
    assert done.made() == {"clip_one": "generated", "clip_bad": made, "clip_two": "generated"}
    receipt = done.json["receipt"]
    assert (receipt["complete"], receipt["frames"]) == (False, frames)
    assert "told to refuse" in receipt["clips"][1]["note"]
    assert any("clip_bad" in line and "told to refuse" in line for line in done.said)


def test_without_a_policy_there_is_no_film_and_retry_brings_it_back(desk: Desk) -> None:
    document = torn("block", times=1)
    done = desk.render(document)
    assert done.code == 1
    assert done.json["film"] is None
    assert done.json["error"]["code"] == "missing_clips"
    assert not (desk.folder / "proj_block.mp4").exists()
    assert sum("clip_bad" in line for line in done.said) == 2  # when it fails, and why there is no film
    live = {each["clipId"]: each for each in desk.live("proj_block")["timeline"]}
    assert (live["clip_bad"]["status"], live["clip_one"]["status"]) == ("failed", "completed")
    assert "told to refuse" in live["clip_bad"]["errorMessage"]
    retried = desk.jynco("retry", "proj_block", "clip_bad", "--json")
    assert (retried.code, retried.json["state"]) == (0, "completed")
    again = desk.render(document)
    assert again.code == 0
    assert set(again.made().values()) == {"cached"}
    assert "errorMessage" not in desk.live("proj_block")["timeline"][1]


@pytest.mark.long
def test_a_new_prompt_brings_it_back(desk: Desk) -> None:
    document = torn("edit", times=1)
    failed = desk.render(document, "--on-missing", "skip")
    assert failed.code == 3
    edited = desk.jynco("edit", "proj_edit", "clip_bad", "--prompt", "shows something else", "--json")
    assert edited.code == 1, "another prompt is another clip, which the mock refuses once, too"
    edited = desk.jynco("retry", "proj_edit", "clip_bad", "--json")
    assert edited.code == 0
    document["timeline"][1]["motionPrompt"] = "shows something else"
    again = desk.render(document)
    assert (again.code, set(again.made().values())) == (0, {"cached"})


def test_a_clip_may_have_its_own_policy(desk: Desk) -> None:
    document = torn("own")
    document["timeline"][1]["onMissing"] = "skip"
    done = desk.render(document)
    assert (done.code, done.json["receipt"]["frames"]) == (3, 10)


@pytest.mark.long
def test_every_kind_of_failure_is_the_clips_own(desk: Desk) -> None:
    kinds = ("generation", "quality", "no_credit", "key", "rejected")
    bad = [clip(kind, providerOptions={"fail": kind}) for kind in kinds]
    done = desk.render(board("kinds", clip("good"), *bad), "--on-missing", "slate")
    assert done.code == 3
    assert done.made() == {"clip_good": "generated"} | {f"clip_{kind}": "stand-in" for kind in kinds}
    assert look(desk.folder / "proj_kinds.mp4").frames == 30


def test_an_unknown_outcome_is_paid_again_only_with_consent(desk: Desk) -> None:
    bad = clip("bad", providerOptions={"fail": "unknown", "times": 1})
    document = board("unknown", bad)
    assert desk.render(document).code == 1
    refused = desk.render(document)
    assert refused.code == 1
    assert "--pay-again" in refused.err
    assert desk.render(document, "--pay-again").made() == {"clip_bad": "generated"}


def test_what_safety_refused_is_asked_of_another_only_with_consent(desk: Desk) -> None:
    lineup = {"provider": "mock,camera", "sourceImage": desk.picture("sea.png")}
    document = board("refused", clip("bad", **lineup, providerOptions={"fail": "moderated"}))
    assert desk.render(document).code == 1
    assert desk.jynco("retry", "proj_refused", "clip_bad").code == 1
    done = desk.jynco("retry", "proj_refused", "clip_bad", "--failover-moderated", "--json")
    assert (done.code, done.json["state"]) == (0, "completed")
    assert desk.live("proj_refused")["timeline"][0]["status"] == "completed"


def test_only_bad_clips_make_no_film(desk: Desk) -> None:
    bad = clip("bad", providerOptions={"fail": "moderated"})
    done = desk.render(board("nothing", bad), "--on-missing", "skip")
    assert (done.code, done.json["error"]["code"]) == (1, "missing_clips")
