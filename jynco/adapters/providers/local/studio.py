"""One thread that works for all who want clips: a model is loaded once, and clips that fit together go together.

Whoever wants a clip waits here, looking at its own watch; a card, or a processor, is busy with one batch at a time
anyway. Who leaves takes nobody along: the batch goes on until nobody of it is left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jynco.errors import GenerationFailed, JyncoError
from jynco.ports import Watch

if TYPE_CHECKING:
    from jynco.adapters.providers.yuv import Bytes

_PATIENCE: Final = 0.2  # seconds between two looks at the watch
_IDLE: Final = 600.0  # seconds; then the model's memory is given back


class Deserted(Exception):
    """Nobody waits for this batch any more."""


@dataclass(eq=False, slots=True)
class Order:
    """One clip that somebody waits for. Orders of equal ``terms`` can be made together."""

    terms: Hashable
    prompt: str
    negative_prompt: str
    image: Path
    seed: int
    fraction: float = 0.0
    is_gone: bool = False  # whoever wanted it has left
    frames: Bytes | None = None  # (frames, rows, columns, 3), red first
    error: JyncoError | None = None
    ended: threading.Event = field(default_factory=threading.Event)


Work = Callable[[Sequence[Order]], Sequence["Bytes"]]


def advanced(batch: Sequence[Order], fraction: float) -> None:
    """Tell all who wait how far their clips are. Deserted when nobody does."""
    for order in batch:
        order.fraction = fraction
    if all(order.is_gone for order in batch):
        raise Deserted


class Studio:
    """Makes clips by ``work``, in batches of at most ``most``.

    ``equip`` makes the worker; it is called anew after ``idle`` seconds in which nobody came.
    """

    def __init__(self, equip: Callable[[], Work], most: int, idle: float = _IDLE) -> None:
        self._equip = equip
        self._most = most
        self._idle = idle
        self._orders: list[Order] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def film(self, order: Order, watch: Watch) -> Bytes:
        """The frames of one clip. Raises what became of it, and what ``watch`` says."""
        self._take(order)
        try:
            while not order.ended.wait(_PATIENCE):
                watch.check()
                watch.progress(order.fraction)
        finally:
            order.is_gone = True
        if order.error is not None:
            raise order.error
        assert order.frames is not None
        return order.frames

    def _take(self, order: Order) -> None:
        with self._changed:
            self._orders.append(order)
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._live, name="local-models", daemon=True)
                self._thread.start()

    def _live(self) -> None:
        work: Work | None = None
        while batch := self._batch():
            try:
                work = work or self._equip()
                self._make(batch, work)
            except BaseException as error:  # whoever waits must hear of anything
                self._fail(batch, error)

    def _batch(self) -> list[Order]:
        """The oldest order, with what fits to it; nothing when nobody has come for long."""
        with self._changed:
            while True:
                self._orders = [order for order in self._orders if not order.is_gone]
                if self._orders:
                    break
                if not self._changed.wait(self._idle):
                    self._thread = None
                    return []
            terms = self._orders[0].terms
            batch = [order for order in self._orders if order.terms == terms][: self._most]
            self._orders = [order for order in self._orders if order not in batch]
            return batch

    def _make(self, batch: Sequence[Order], work: Work) -> None:
        for order, frames in zip(batch, work(batch), strict=True):
            order.frames = frames
            order.ended.set()

    def _fail(self, batch: Sequence[Order], error: BaseException) -> None:
        for order in batch:
            if not order.ended.is_set():
                order.error = _told(error)
                order.ended.set()


def _told(error: BaseException) -> JyncoError:
    """An error of its own for each who waits: one object in several threads would mix up their traces."""
    if isinstance(error, JyncoError):
        return type(error)(error.message)
    words = str(error).strip().partition("\n")[0][:300]
    return GenerationFailed(f"The local model could not make this clip: {words or type(error).__name__}")
