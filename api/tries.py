"""Wrong answers at the door, by where they came from: who gives many waits a while. Each process counts for itself."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

KNOWN: Final = 10_000  # addresses; those that were heard of longest ago are forgotten first


class Tries:
    """At most ``most`` wrong answers of one address in ``seconds``."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0: now."""
        with self._lock:
            lately = self._wrong.get(address)
            if lately is None or len(lately) < self._most:
                return 0.0
            return max(0.0, lately[0] + self._seconds - self._clock())

    def wrong(self, address: str) -> None:
        """Note a wrong answer."""
        with self._lock:
            lately = self._wrong.setdefault(address, deque(maxlen=self._most))
            self._wrong.move_to_end(address)
            lately.append(self._clock())
            while len(self._wrong) > KNOWN:
                self._wrong.popitem(last=False)
