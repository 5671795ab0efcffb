"""Documents as JSON text. Both databases keep the text, so what one of them loses the other loses too.

The standard library's codec, because it alone keeps whole numbers of any length: a faster one turns
those beyond 64 bits into floats.
"""

from __future__ import annotations

import json
from typing import Any

from jynco.errors import DocumentInvalid, Fault, LimitExceeded


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
    return json.loads(text)


def copied(value: Any) -> Any:
    """The value as it would come back from a row: equal, and nobody else's."""
    return decode(encode(value))


def storable(words: str) -> str:
    """``words`` without the two things Postgres refuses in text: NUL and half a surrogate pair."""
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
