"""What the page of versions says was done."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from api.editor.changes import changes

BEFORE: dict[str, Any] = {
    "version": "1.2",
    "projectId": "proj_a",
    "outputSettings": {"resolution": {"width": 64, "height": 36}, "fps": 24, "codec": "h264"},
    "timeline": [
        {"clipId": f"clip_{number}", "status": "pending", "motionPrompt": "pan", "duration": 2}
        for number in range(1, 7)
    ],
    "layers": {"text": [{"layerId": "t", "content": "The end"}]},
}


def after(**fields: Any) -> dict[str, Any]:
    return {**deepcopy(BEFORE), **fields}


def clips(*numbers: int, **edit: Any) -> list[dict[str, Any]]:
    return [{**BEFORE["timeline"][number - 1], **(edit if number == 2 else {})} for number in numbers]


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (after(), []),
        (after(timeline=clips(1, 2, 3, 4, 5, 6, motionPrompt="tilt", seed=3)), ["clip 2: words, seed"]),
        (after(timeline=clips(1, 2, 3, 4, 5, 6, status="completed", cacheKey="a", sourceFile="b.mp4")), []),
        (after(timeline=clips(1, 2, 3, 4, 5)), ["1 clip removed"]),
        (
            after(timeline=[*clips(1, 2, 3, 4, 5, 6), {"clipId": "clip_x"}, {"clipId": "clip_y"}]),
            ["2 clips added"],
        ),
        (after(timeline=clips(2, 1, 3, 4, 5, 6)), ["clips in another order"]),
        (after(timeline=clips(2, 3, 4, 5, 6)), ["1 clip removed"]),
        (
            after(timeline=clips(1, 2, 3, 4, 5, 6, effects={"transitions": {"in": "fade"}})),
            ["clip 2: transitions"],
        ),
        (after(timeline=clips(1, 2, 3, 4, 5, 6, effects={"filters": [{"type": "blur"}]})), ["clip 2: looks"]),
        (
            after(timeline=[{**clip, "duration": 3} for clip in BEFORE["timeline"]]),
            ["6 clips edited: seconds"],
        ),
        (after(layers={}), ["titles"]),
        (after(layers={**BEFORE["layers"], "audio": [{"layerId": "a", "sourceFile": "a.mp3"}]}), ["sound"]),
        (after(metadata={"title": "Dusk"}), ["named “Dusk”"]),
        (after(metadata={"updatedAt": "2026-01-01T00:00:00Z"}), []),
        (after(outputSettings={**BEFORE["outputSettings"], "fps": 25}), ["size, rate or codec"]),
        (after(studio=1), ["other settings"]),
    ],
)
def test_what_was_done_is_told_in_words(later: dict[str, Any], told: list[str]) -> None:
    assert changes(BEFORE, later) == told
