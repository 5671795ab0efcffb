"""PATCH, and documents of older versions."""

from __future__ import annotations

import json

import pytest

from jynco.document.merge import merge
from jynco.document.upgrades import upgrade
from jynco.errors import DocumentInvalid
from jynco.model.storyboard import Json
from tests.unit.document_samples import drop, places, put, whole


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": "b"}, {"missing": None}, {"a": "b"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"a": "foo"}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": 1}, {"a": [None]}, {"a": [None]}),
    ],
)
def test_merging(target: dict[str, Json], patch: Json, result: Json) -> None:
    before = json.dumps([target, patch])
    assert merge(target, patch) == result
    assert json.dumps([target, patch]) == before


@pytest.mark.parametrize("patch", [None, [], "x", 3, True])
def test_a_patch_is_an_object(patch: Json) -> None:
    with pytest.raises(DocumentInvalid):
        merge(whole(), patch)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_older_documents_come_up_to_date(version: str) -> None:
    old = put("/version", version)
    assert upgrade(old) == whole()
    assert old["version"] == version


@pytest.mark.parametrize("version", ["2.0", "1.3", "0.9", "", 1.2, 1, None, ["1.2"], {}])
def test_other_versions_are_refused_with_those_that_can_be_read(version: Json) -> None:
    with pytest.raises(DocumentInvalid, match=r"'1.0', '1.1' or '1.2'") as caught:
        upgrade(put("/version", version))
    assert places(list(caught.value.faults)) == [("/version", "version")]


def test_a_missing_version_is_for_the_schema_to_tell() -> None:
    assert upgrade(drop("/version")) == drop("/version")
