"""What can happen to one clip at a vendor, and how the clip may end because of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from tests.contract.vendors import Case
from tests.doubles.vendor import Fault, Reply

NO_NEWS: Final = "outcome_unknown"
HALF: Final = "half"  # as a kind of clip
NOISE: Final = "noise"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One clip's bad luck. ``ends``: codes with which it may fail; with none of them it has to be completed."""

    name: str
    faults: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)  # by verb, in their order
    life: tuple[str, ...] | None = None  # states that the vendor tells, instead of the usual ones
    clip: str | None = None  # what is delivered instead of a film, always
    ends: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many things go wrong."""
        return sum(map(len, self.faults.values())) + (self.life is not None) + (self.clip is not None)


def troubles(case: Case, chance: random.Random) -> Sequence[Trouble]:
    """Everything that can happen at this vendor, each once, with its numbers drawn anew."""
    return [*_orders(case, chance), *_answers(chance), *_downloads(chance), Trouble("calm")]


def _orders(case: Case, chance: random.Random) -> Sequence[Trouble]:
    """What happens to the request for the clip."""
    waits = [Trouble(f"429 {name}", {"submit": _busy(value, chance)}) for name, value in _waits(chance)]
    unknown = [
        Trouble(kind, {"submit": (fault,)}, ends=frozenset({NO_NEWS}))
        for kind, fault in (
            ("500 before", Fault("reply", Reply(500))),
            ("500 after", Fault("reply_after", Reply(500))),
            ("reset before", Fault("reset")),
            ("reset after", Fault("reset_after")),
            ("silence before", Fault("silence")),
            ("silence after", Fault("silence_after")),
            ("nonsense after", Fault("garbled_after")),
        )
    ]
    refused = Reply(400, {"error": "Your prompt did not pass content moderation."})
    broke = Reply(402, {"error": "You do not have enough credits."})
    return [
        *waits,
        *unknown,
        Trouble("429 for ever", {"submit": (_refusal("0"),) * 9}, ends=frozenset({"not_accepted"})),
        Trouble("refused", {"submit": (Fault("reply", refused),)}, ends=frozenset({"moderated"})),
        Trouble("no credit", {"submit": (Fault("reply", broke),) * 9}, ends=frozenset({"no_credit"})),
        Trouble("moderated", life=(case.running, case.moderated), ends=frozenset({"moderated"})),
        Trouble("failed", life=(case.running, case.failed), ends=frozenset({"generation_failed"})),
        Trouble("hang", life=(case.running,), ends=frozenset({"gave_up", NO_NEWS})),
    ]


def _waits(chance: random.Random) -> Sequence[tuple[str, str | None]]:
    """Every kind of Retry-After: seconds, a date, none, and the absurd."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=chance.randint(1, 2)), usegmt=True)
    absurd = chance.choice(["-5", "1e12", "soon", "Thu, 99 Foo 2026 99:99:99 GMT", "nan", ""])
    past = format_datetime(datetime(1999, 1, 1, tzinfo=UTC), usegmt=True)
    return [("seconds", "1"), ("date", soon), ("none", None), ("absurd", absurd), ("past", past)]


def _busy(wait: str | None, chance: random.Random) -> tuple[Fault, ...]:
    return (_refusal(wait),) * chance.randint(1, 2)


def _refusal(wait: str | None) -> Fault:
    return Fault("reply", Reply(429, {"error": "slow down"}, {} if wait is None else {"Retry-After": wait}))


def _answers(chance: random.Random) -> Sequence[Trouble]:
    """What happens to the questions how it is doing, and to the list of orders."""
    bad = [Fault("reply", Reply(500)), Fault("reset"), Fault("garbled"), _refusal("1"), Fault("silence")]
    chance.shuffle(bad)
    return [
        Trouble("deaf", {"poll": tuple(bad[:3])}),
        Trouble("deaf at the end", {"response": tuple(bad[:2]), "poll": tuple(bad[3:])}),
    ]


def _downloads(chance: random.Random) -> Sequence[Trouble]:
    cut = Fault("cut")
    gone = Fault("reply", Reply(403, b"<Error><Code>AccessDenied</Code></Error>"))
    away = Fault("reply", Reply(503))
    return [
        Trouble("truncated", {"result": (cut,) * chance.randint(1, 2)}),
        Trouble("expired", {"result": (gone,) * chance.randint(1, 3)}),
        Trouble("broken download", {"result": (away, Fault("reset"))}),
        Trouble("half a film", clip=HALF, ends=frozenset({"quality"})),
        Trouble("no film", clip=NOISE, ends=frozenset({"quality"})),
    ]
