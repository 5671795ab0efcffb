"""Content addresses: the same for the same, another for anything else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jynco.model.ids import is_clip_id, is_job_id, is_project_id
from jynco.model.keys import digest, of_bytes, of_file
from jynco.model.motion import Shot
from jynco.model.storyboard import Json
from jynco.model.time import Rate

SHOT = Shot("mock", "mock", "1", "calm", "", "ab" * 32, 90, Rate(30), 1280, 720)
words = st.text(max_size=6)
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
options = st.dictionaries(words, values, max_size=4)


@given(st.dictionaries(words, words, max_size=4), st.dictionaries(words, words, max_size=4))
def test_other_fields_have_another_digest(one: dict[str, str], two: dict[str, str]) -> None:
    assert (digest(one) == digest(two)) == (one == two)


def test_where_one_field_ends_is_part_of_it() -> None:
    assert digest({"ab": "c"}) != digest({"a": "bc"})
    assert digest({"a": "x", "b": ""}) != digest({"a": "", "b": "x"})
    assert digest({"a": "1b1", "b": ""}) != digest({"a": "1", "b": "1"})


def test_the_order_of_fields_is_not() -> None:
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})


def test_a_key_never_changes_between_versions_unnoticed() -> None:
    """Whoever changes this throws every cache away: do it on purpose, and with another kind."""
    assert SHOT.key == "1e2c962df4a6223f115f6c0a7b74903fbb02fb451c340fc0cec168a3db1346ea"


@given(options)
def test_a_shot_comes_back_from_its_row_with_its_key(given_options: dict[str, Json]) -> None:
    shot = replace(SHOT, options=given_options)
    back = Shot.from_json(json.loads(json.dumps(shot.to_json())))
    assert back == shot
    assert back.key == shot.key


@given(options)
def test_the_order_of_options_does_not_change_the_key(given_options: dict[str, Json]) -> None:
    turned = dict(reversed(list(given_options.items())))
    assert replace(SHOT, options=given_options).key == replace(SHOT, options=turned).key


def test_everything_in_a_shot_changes_its_key() -> None:
    others = [
        replace(SHOT, provider="camera"),
        replace(SHOT, model="other"),
        replace(SHOT, model_version="2"),
        replace(SHOT, prompt="calm "),
        replace(SHOT, negative_prompt="fog"),
        replace(SHOT, image_sha256=None),
        replace(SHOT, image_sha256="cd" * 32),
        replace(SHOT, frames=91),
        replace(SHOT, rate=Rate(25)),
        replace(SHOT, rate=Rate(30000, 1001)),
        replace(SHOT, width=1281),
        replace(SHOT, height=721),
        replace(SHOT, width=720, height=1280),
        replace(SHOT, seed=0),
        replace(SHOT, seed=1),
        replace(SHOT, options={"text": "x"}),
        replace(SHOT, options={"text": ["x"]}),
        replace(SHOT, options={"latency": 1}),
        replace(SHOT, options={"latency": 1.5}),
    ]
    assert len({shot.key for shot in (SHOT, *others)}) == 1 + len(others)


def test_files_and_pieces_have_the_digest_of_their_content(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"sea" * 100_000)
    known = hashlib.sha256(b"sea" * 100_000).hexdigest()
    assert of_file(tmp_path / "x") == of_bytes([b"sea"] * 100_000) == known


def test_ids_end_where_they_end() -> None:
    for good in (
        is_project_id("proj_a-B_9"),
        is_clip_id("clip_a"),
        is_job_id("job_motion_a"),
        is_job_id("job_render_1"),
    ):
        assert good
    for bad in ("proj_", "proj_a\n", "proj_ä", "Proj_a", " proj_a", "proj_a/b", "clip_a", ""):
        assert not is_project_id(bad)
    assert not is_clip_id("clip_a\n")
    assert not is_job_id("job_other_a")
