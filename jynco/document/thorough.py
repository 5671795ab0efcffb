"""The slow parser: it keeps every digit and finds the place of what JSON does not allow."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Final

from jynco.document.depth import too_deep
from jynco.document.pointer import under
from jynco.errors import Fault, NotJson
from jynco.model.storyboard import Json

_MOST_DIGITS: Final = 4000  # Python itself refuses to read integers from 4,300 digits on

_MEANINGS: Final = {
    "Extra data": "there is more after the end of the document",
    "Expecting value": "a value is missing or is not written as JSON",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing after a name",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing",
    "Unterminated string starting at": "a string that begins here never ends",
    "Invalid control character at": "a string holds a line break or control character; write it as an escape",
}


class _Repeated(dict[str, Json]):
    """An object in which names came more than once; the last one won."""

    __slots__ = ("names",)

    def __init__(self, pairs: list[tuple[str, Json]]) -> None:
        super().__init__(pairs)
        given = [name for name, _ in pairs]
        self.names = [name for name in self if given.count(name) > 1]


def parse(data: bytes) -> tuple[Json, list[Fault]]:
    """The value, and what is wrong with it as text. NotJson with line and column."""
    text = _decoded(data)
    try:
        value: Json = json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        meaning = _MEANINGS.get(error.msg, error.msg[:1].lower() + error.msg[1:])
        raise _not_json(meaning, error.lineno, error.colno) from None
    except RecursionError:
        raise too_deep("") from None
    return value, list(text_faults(value))


def text_faults(value: Json, pointer: str = "") -> Iterator[Fault]:
    """Every place below ``value`` that JSON cannot carry."""
    stack = [(pointer, value)]
    while stack:
        place, node = stack.pop()
        yield from _own_faults(place, node)
        if isinstance(node, dict):
            stack += [(under(place, name), item) for name, item in node.items()]
        elif isinstance(node, list):
            stack += [(under(place, index), item) for index, item in enumerate(node)]


def _own_faults(place: str, node: Json) -> Iterator[Fault]:
    if isinstance(node, float) and not math.isfinite(node):
        yield Fault(place, "not_finite", "must be a finite number, not NaN, Infinity or beyond all measure")
    elif isinstance(node, str) and _halved(node):
        yield Fault(place, "half_character", "holds half of a character (a lone surrogate); write it whole")
    elif isinstance(node, dict):
        if any(map(_halved, node)):
            yield Fault(
                place,
                "half_character",
                "has a name with half of a character (a lone surrogate); write it whole",
            )
        for name in node.names if isinstance(node, _Repeated) else ():
            yield Fault(under(place, name), "repeated_name", "stands here more than once; keep one of them")


def _halved(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Repeated(pairs)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


def _decoded(data: bytes) -> str:
    if not data.strip():
        raise NotJson("The document is empty; a storyboard is a JSON object.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise _not_json("it is not UTF-8 text; save it as UTF-8", line, column) from None


def _not_json(meaning: str, line: int, column: int) -> NotJson:
    return NotJson(f"The document is not JSON: {meaning} (line {line}, column {column}).")
