"""Bytes to document and back: nothing lost, and every fault of the text with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jynco.document import codec
from jynco.document.depth import MAX_DEPTH
from jynco.errors import DocumentInvalid, LimitExceeded, NotJson
from jynco.model.storyboard import Json
from tests.unit.document_samples import places, whole

values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), values, max_size=5))
def test_every_object_survives(document: dict[str, Json]) -> None:
    again = codec.loads(codec.dumps(document))
    assert again == document
    assert json.dumps(again) == json.dumps(document)  # order, and 1 is not 1.0


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), values, max_size=5))
def test_what_others_write_is_read_alike(document: dict[str, Json]) -> None:
    assert codec.loads(json.dumps(document).encode()) == document


def test_dumps_is_meant_for_people() -> None:
    assert codec.dumps({"b": 1, "a": ["é"]}) == '{\n  "b": 1,\n  "a": [\n    "é"\n  ]\n}\n'.encode()


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**30, 12345678901234567890123])
def test_long_integers_keep_every_digit(number: int) -> None:
    document = codec.loads(b'{"unknown": [1, %d], "other": null}' % number)
    assert document["unknown"] == [1, number]
    assert codec.loads(codec.dumps(document)) == document


def test_a_byte_order_mark_is_tolerated() -> None:
    assert codec.loads(b"\xef\xbb\xbf" + codec.dumps(whole())) == whole()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"timeline": [{"duration": NaN}]}', [("/timeline/0/duration", "not_finite")]),
        (b'{"a/b": {"~": -Infinity}, "c": Infinity}', [("/a~1b/~0", "not_finite"), ("/c", "not_finite")]),
        (b'{"a": 1e400}', [("/a", "not_finite")]),
        (b'{"a": ' + b"9" * 5000 + b"}", [("/a", "not_finite")]),
        (b'{"a": "\\ud800"}', [("/a", "half_character")]),
        (b'{"a": {"\\udfff": 1}}', [("/a", "half_character")]),
        (b'{"a": 1, "a": 1}', [("/a", "repeated_name")]),
        (
            b'{"timeline": [{"clipId": "x", "clipId": "y", "p": ":"}]}',
            [("/timeline/0/clipId", "repeated_name")],
        ),
        (b'{"a": 1, "a": "\\u003a\\u003A:"}', [("/a", "repeated_name")]),
        (b'{"a": 1, "\\u0061": 2}', [("/a", "repeated_name")]),
    ],
)
def test_what_json_cannot_carry_is_named(data: bytes, expected: list[tuple[str, str]]) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        codec.loads(data)
    assert sorted(places(list(caught.value.faults))) == expected


@pytest.mark.parametrize("name", ["\ud800", "a\ud800b"])
def test_a_pointer_can_always_be_printed(name: str) -> None:
    data = json.dumps({name: {"x": float("nan")}}).encode()
    with pytest.raises(DocumentInvalid) as caught:
        codec.loads(data)
    assert [fault.pointer.encode().decode() for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"{", "line 1, column 2"),
        (b'{\n  "a": 1,\n}', "line 3, column 1"),
        (b'{"a": 1} x', "line 1, column 10"),
        (b'{"a": tru}', "line 1, column 7"),
        (b'{"a": "x\ny"}', "line 1, column 9"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": 01}', "line 1, column 8"),
        (b'{\n"a": "\xff"}', "line 2, column 7"),
        (b"\xff\xfe{\x00}\x00", "line 1, column 1"),
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
    ],
)
def test_no_json_is_told_with_line_and_column(data: bytes, place: str) -> None:
    with pytest.raises(NotJson, match=place):
        codec.loads(data)


@pytest.mark.parametrize("data", [b"[]", b"3", b"null", b'"text"', b"[1, NaN]"])
def test_the_top_is_an_object(data: bytes) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        codec.loads(data)
    assert places(list(caught.value.faults)) == [("", "type")]


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 300, 2_000, 100_000])
@pytest.mark.parametrize("opening", ["[", '{"a": '])
def test_deep_nesting_is_refused_not_walked(levels: int, opening: str) -> None:
    closing = {"[": "]", '{"a": ': "}"}[opening]
    data = '{"deep": ' + opening * (levels - 1) + "1" + closing * (levels - 1) + "}"
    with pytest.raises(DocumentInvalid) as caught:
        codec.loads(data.encode())
    assert {fault.code for fault in caught.value.faults} == {"too_deep"}


def test_nesting_up_to_the_limit_is_read_and_written() -> None:
    data = '{"deep": ' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}"
    assert codec.loads(codec.dumps(codec.loads(data.encode()))) == json.loads(data)


def test_bytes_beyond_the_cap_are_not_parsed() -> None:
    with pytest.raises(LimitExceeded, match="16 MiB"):
        codec.loads(b" " * (codec.MAX_BYTES + 1))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_is_no_json_is_never_written(value: Json) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        codec.dumps({"a": [None, value]})
    assert caught.value.faults[0].pointer == "/a/1"
