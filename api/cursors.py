"""Places in a list, opaque to whoever holds them: the last id that was shown."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from jynco.errors import NotFound

Row = TypeVar("Row")


def encode(name: str) -> str:
    """A cursor that points behind ``name``."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def decode(cursor: str, fits: Callable[[str], bool]) -> str:
    """The id a cursor points behind. NotFound for what was never given out."""
    try:
        name = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (binascii.Error, ValueError):
        name = ""
    if not fits(name) or encode(name) != cursor:
        raise NotFound("There is no page at this cursor: use 'nextCursor' of the page before, unchanged.")
    return name


def behind(found: Sequence[Row], limit: int, name: Callable[[Row], str]) -> str | None:
    """The cursor behind a page that one row more was read for; None when that row was not there."""
    return encode(name(found[limit - 1])) if len(found) > limit else None
