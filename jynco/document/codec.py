"""Bytes to document and back, without loss: order, unknown fields and long integers survive.

orjson does the everyday work. What it would lose (integers over 64 bits, repeated names) or cannot explain
(NaN and where it stands) goes through ``thorough``, ten times slower and rarely needed.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Final

import orjson

from jynco.document import thorough
from jynco.document.depth import refuse_deep
from jynco.document.wording import shown
from jynco.errors import DocumentInvalid, Fault, LimitExceeded
from jynco.model.storyboard import Document, Json

MAX_BYTES: Final = 16 * 1024 * 1024

_LONG_INTEGER: Final = re.compile(rb"[\s:\[,-][0-9]{19,}")
_ESCAPED_COLON: Final = re.compile(rb"\\u003a", re.IGNORECASE)


def parse(data: bytes) -> tuple[Document, list[Fault]]:
    """The document, and what is wrong with it as text: NaN, Infinity, half characters, repeated names.

    NotJson (with line and column), LimitExceeded over 16 MiB, DocumentInvalid when it is no object or too
    deep.
    """
    if len(data) > MAX_BYTES:
        raise LimitExceeded(f"The document is over {MAX_BYTES // 2**20} MiB; keep media in files.")
    text = data.removeprefix(codecs.BOM_UTF8)
    quick = _quick(text)
    value, faults = (quick, []) if quick is not None else thorough.parse(text)
    if not isinstance(value, dict):
        raise DocumentInvalid([Fault("", "type", f"must be a JSON object; it is {shown(value)}")])
    refuse_deep(value)
    return value, faults


def loads(data: bytes) -> Document:
    """The document. Raises as ``parse`` does, and DocumentInvalid with every place that is wrong as text."""
    document, faults = parse(data)
    if faults:
        raise DocumentInvalid(faults)
    return document


def dumps(document: Document) -> bytes:
    """UTF-8, two spaces deep, a newline at the end. DocumentInvalid where a value has no JSON."""
    try:
        data = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return _dumps_thoroughly(document)
    if b"null" in data:  # which is also what orjson makes of NaN
        _refuse(document)
    return data


def text_faults(document: Document) -> list[Fault]:
    """Every place that JSON cannot carry: numbers that are none, half characters. Quick where there is none."""
    try:
        carried = orjson.loads(orjson.dumps(document)) == document
    except (TypeError, orjson.JSONDecodeError):
        carried = False
    return [] if carried else list(thorough.text_faults(document))


def _quick(data: bytes) -> Document | None:
    """What orjson reads, or None when it would lose something or has nothing to read."""
    if _LONG_INTEGER.search(data) or _ESCAPED_COLON.search(data):
        return None
    try:
        value: Json = orjson.loads(data)
        again = orjson.dumps(value)
    except (orjson.JSONDecodeError, TypeError):
        return None
    # Every name brings a colon and none is escaped: fewer of them afterwards means that a name came twice.
    same = data.count(b":") == again.count(b":")
    return value if same and isinstance(value, dict) else None


def _dumps_thoroughly(document: Document) -> bytes:
    _refuse(document)
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _refuse(document: Document) -> None:
    faults = text_faults(document)
    if faults:
        raise DocumentInvalid(faults)
