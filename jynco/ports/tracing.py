"""Where the work is, for those who follow a film through all of its processes.

As with logging, whoever works only says what is being done, and whoever joins the parts says who listens. Nobody
listens unless ``use`` was called, and then nothing of this costs anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Final, Protocol, TypeAlias

Fact: TypeAlias = str | int | float | bool
CARRIER: Final = "traceparent"  # what W3C calls it, in headers and in a job's row


class Span(Protocol):
    """A stretch of work."""

    def note(self, **facts: Fact | None) -> None: ...  # None: nothing to say


class Tracer(Protocol):
    """Whoever listens. ``under``: a W3C traceparent of work in another process; None: this thread's own."""

    def span(
        self, name: str, under: str | None, facts: Mapping[str, Fact | None]
    ) -> AbstractContextManager[Span]: ...
    def note(self, facts: Mapping[str, Fact | None]) -> None: ...  # of the stretch that this thread is in
    def here(self) -> str | None: ...  # this thread's place as a W3C traceparent
    def close(self) -> None: ...  # sends what was not sent yet


class _Unheard:
    def note(self, **facts: Fact | None) -> None:
        """Nobody listens."""


_UNHEARD: Final = nullcontext(_Unheard())
_tracer: Tracer | None = None
_place: Final[ContextVar[str | None]] = ContextVar("place", default=None)


def use(tracer: Tracer | None) -> None:
    """From now on this process's work is told to ``tracer``; None: to nobody."""
    global _tracer
    close()
    _tracer = tracer


def span(name: str, under: str | None = None, /, **facts: Fact | None) -> AbstractContextManager[Span]:
    """Say that the block is such a stretch of work, below the one that this thread is in, or ``under`` another."""
    return _UNHEARD if _tracer is None else _tracer.span(name, under, facts)


def note(**facts: Fact | None) -> None:
    """Say more of the stretch of work that this thread is in."""
    if _tracer is not None:
        _tracer.note(facts)


def stand(place: str | None) -> None:
    """Say to which trace this thread's work belongs, as a W3C traceparent: its rows tell of it, whoever listens."""
    _place.set(place)


def here() -> str | None:
    """This thread's place as a W3C traceparent; None where nobody listens and nobody has said so."""
    return _place.get() if _tracer is None else _tracer.here()


def listened() -> bool:
    """Whether anybody listens: what has to be looked up for a trace alone need not be otherwise."""
    return _tracer is not None


def carried() -> dict[str, str]:
    """What a row keeps, so that whoever goes on with it, in whatever process, does so in the same trace."""
    place = here()
    return {} if place is None else {CARRIER: place}


def close() -> None:
    """Send what was not sent yet: this process ends."""
    if _tracer is not None:
        _tracer.close()
