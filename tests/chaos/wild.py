"""A vendor's double gone wild: each clip has a trouble of its own, and every arrow of the ledger can be heard."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.chaos.troubles import HALF, NOISE, Trouble
from tests.doubles.vendor import Fault, Reply, Task, Vendor

LABEL: Final = re.compile(rb"wave (\S+) rolls")
UNLIMITED: Final = 10**6
CALM: Final = Trouble("calm")
Hear = Callable[[str, str], None]  # a verb, and whether its request "arrives" or has its answer ("answered")


def prompt_of(label: str) -> str:
    """The prompt by which a clip's requests are known again."""
    return f"The wave {label} rolls in."


class Wild(Vendor):
    """The wild half: to be put before a vendor's own double."""

    def __init__(self, clip: bytes, hear: Hear) -> None:
        super().__init__(clip)
        self.hear = hear
        self.troubles: dict[str, Trouble] = {}
        self.most = UNLIMITED  # orders that are worked on at the same time; more are refused
        self.went_wrong = 0
        self._left: dict[tuple[str, str], deque[Fault]] = defaultdict(deque)
        self._labels: dict[str, str] = {}  # of tasks
        self._cut: set[str] = set()  # whose next download breaks off

    def expect(self, label: str, trouble: Trouble) -> None:
        """What will happen to a clip."""
        self.troubles[label] = trouble
        for verb, faults in trouble.faults.items():
            self._left[label, verb].extend(faults)

    def billed(self, label: str) -> int:
        """How often a clip is billed, whatever picture it was ordered with."""
        return sum(count for (_, prompt), count in self.bills.items() if prompt == prompt_of(label))

    def fault(self, verb: str, path: str, text: bytes) -> Fault | None:
        self.hear(verb, "arrives")
        label = self._label(path, text)
        with self._lock:
            self.seen[verb] += 1
            if verb == "submit" and self._is_busy():
                self.went_wrong += 1
                return Fault("reply", Reply(429, {"error": "too many at once"}, {"Retry-After": "1"}))
            faults = self._left[label, verb]
            found = faults.popleft() if faults else None
            self.went_wrong += found is not None
            if found is not None and found.kind == "cut":
                self._cut.add(label)
                return None
            return found

    def answer(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        try:
            return super().answer(verb, path, body)
        finally:
            self.hear(verb, "answered")

    def take(self, image: str | None, prompt: str, order: Mapping[str, Any]) -> Task:
        task = super().take(image, prompt, order)
        label = _label_in(prompt.encode())
        self._labels[self.task_id(task)] = label
        life = self.troubles.get(label, CALM).life
        if life is not None:
            task.states = deque(life)
        return task

    def result(self, path: str) -> Reply:
        self.hear("result", "answered")
        label = self._label(path, b"")
        kind = self.troubles.get(label, CALM).clip
        half = self.clip[: len(self.clip) // 2]
        if label in self._cut:
            self._cut.discard(label)
            return Reply(200, half, {"Content-Length": str(len(self.clip)), "Connection": "close"})
        return Reply(200, {HALF: half, NOISE: bytes(5000)}.get(kind or "", self.clip))

    def _label(self, path: str, text: bytes) -> str:
        """Whose request it is: by the prompt in it, or by the task in its path."""
        label = _label_in(text)
        task = re.search(r"[0-9a-f-]{36}", path)
        return label or (self._labels.get(task[0], "") if task else "")

    def _is_busy(self) -> bool:
        return sum(len(task.states) > 1 for task in self.tasks.values()) >= self.most


def _label_in(text: bytes) -> str:
    found = LABEL.search(text)
    return found[1].decode() if found else ""


def wild(double: type[Vendor], clip: bytes, hear: Hear) -> Wild:
    """The double of one vendor, wild."""
    made = type(f"Wild{double.__name__}", (Wild, double), {})(clip, hear)
    assert isinstance(made, Wild)
    return made
