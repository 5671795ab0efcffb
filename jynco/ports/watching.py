"""What time it is, and what a long step is tied to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time of day (UTC) and a new name for a thing."""

    def now(self) -> datetime: ...
    def token(self) -> str: ...  # 20 characters of [a-z0-9], never twice


class Watch(Protocol):
    """A long step's tie to the outside: raises LeaseLost, Cancelled or ServiceAway (shutting down) when it must end."""

    def check(self) -> None: ...
    def progress(self, fraction: float) -> None: ...  # 0..1; cheap, may be called per frame


class Heart(Watch, Protocol):
    """A watch that also keeps leases alive while a long step runs."""

    def tend(self, beat: Callable[[], None]) -> AbstractContextManager[None]: ...  # called at every heartbeat
