"""Documents as JSON text. Both databases keep the text, so what one of them loses the other loses too.

Written by the standard library's codec, because it alone keeps whole numbers of any length. Read by a faster one,
which turns those beyond 64 bits into floats, and so is not given any.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

from jynco.errors import DocumentInvalid, Fault, LimitExceeded

_LONG_INTEGER: Final = re.compile(rb"[0-9]{19}")


def encode(value: object) -> str:
    """JSON text in ASCII, keys in their own order. DocumentInvalid for NaN, LimitExceeded for depth."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise DocumentInvalid([Fault("", "not_finite", "NaN and Infinity are no JSON numbers")]) from error
    except RecursionError as error:
        raise LimitExceeded("The document is nested too deeply; flatten it.") from error


def decode(text: str | bytes) -> Any:
    """What ``encode`` was given."""
    if _LONG_INTEGER.search(data := text.encode() if isinstance(text, str) else text):
        return json.loads(data)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:  # half characters, which nobody forbids here
        return json.loads(data)


def copied(value: Any) -> Any:
    """The value as it would come back from a row: equal, and nobody else's."""
    return decode(encode(value))


def storable(words: str) -> str:
    """``words`` without the two things Postgres refuses in text: NUL and half a surrogate pair."""
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
