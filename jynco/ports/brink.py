"""The brink: the last moment before an order leaves this machine, when its line is open already.

Between deciding to send and sending lie a name to look up and a connection to open; who sleeps through that may have
been overtaken. So whoever decides says here how to look once more, and whoever speaks the protocol looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

Look = Callable[[], None]
_LOOK: Final[ContextVar[Look | None]] = ContextVar("brink", default=None)


@contextmanager
def at_the_brink(look: Look) -> Iterator[None]:
    """Requests of this thread are preceded by ``look``, whose exception keeps them from being sent."""
    token = _LOOK.set(look)
    try:
        yield
    finally:
        _LOOK.reset(token)


def look() -> None:
    """Whether it may be sent: raises what says no."""
    found = _LOOK.get()
    if found is not None:
        found()
