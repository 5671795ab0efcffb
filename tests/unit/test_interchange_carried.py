"""A film brings its storyboard back, and nothing worse than a sentence where it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from jynco.bootstrap import tags
from jynco.document.interchange.carried import carried
from jynco.document.made import strip
from jynco.errors import AssetRefused, DocumentInvalid, JyncoError
from jynco.model.ids import ProjectId
from tests.unit.agents_kit import PROJECT, Shop, clip, document


def film(path: Path, **about: str) -> Path:
    """The shortest film there is, which says this of itself."""
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(about)
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        container.mux(stream.encode())
    return path


def told(text: str) -> dict[str, str]:
    return {"jynco_storyboard": text}


def test_the_storyboard_of_a_film_is_the_one_it_was_made_of(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    words: dict[str, object] = {"title": 'Lake = "deep"; # ü\n\\ end'}
    shop.project(clip("a"), metadata=json.loads(json.dumps(words)), studio={"kept": [1, None]})
    made = shop.render(shop.start())
    assert made.output is not None, made.failure
    back = carried(tags(shop.quartermaster.export(made.output)), "film.mp4")
    assert strip(back, {}) == shop.keeper.current(PROJECT).document


def test_it_can_have_another_name(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", jynco_storyboard=json.dumps(document(clip("a"))))
    assert carried(tags(path), "film.mp4", ProjectId("proj_other"))["projectId"] == "proj_other"


def test_what_was_made_is_not_taken_for_footage() -> None:
    made = {
        "clipId": "clip_a",
        "status": "completed",
        "sourceFile": "generated/a.mp4",
        "cacheKey": "ab",
        "jobId": "job_motion_1",
    }
    footage = {"clipId": "clip_f", "status": "completed", "sourceFile": "f.mp4"}
    back = carried(told(json.dumps(document(clip("x"), made, footage))), "film.mp4")  # type: ignore[arg-type]
    assert back["timeline"] == [
        clip("x"),
        {"clipId": "clip_a", "status": "pending"},
        {"clipId": "clip_f", "status": "pending", "sourceFile": "f.mp4"},
    ]


def test_other_films_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(AssetRefused, match="carries no storyboard"):
        carried(tags(film(tmp_path / "film.mp4", title="Jynco")), "film.mp4")
    with pytest.raises(AssetRefused, match="no file"):
        tags(tmp_path / "no.mp4")


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x00\x00\x00\x18ftypmp42", b"#EXTM3U\nfile:///etc/passwd\n"]
)
def test_what_is_no_film_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(AssetRefused, match=r"film\.mp4"):
        tags(path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[" * 100_000, '{"a":' * 5_000 + "1" + "}" * 5_000, '{"version": "1.2"}', '{"a": NaN}'],
)  # fmt: skip
def test_hostile_storyboards_are_refused(text: str) -> None:
    with pytest.raises(JyncoError):
        carried(told(text), "film.mp4")


def test_paths_that_leave_are_refused_with_their_places() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        carried(told(json.dumps(document(clip("a", sourceImage="../../etc/passwd")))), "film.mp4")
    assert [fault.pointer for fault in refused.value.faults] == ["/timeline/0/sourceImage"]
