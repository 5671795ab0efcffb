"""Money as values: budgets, what is left of them, and what was spent on what. All amounts are US dollars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from jynco.errors import BudgetExceeded
from jynco.model.ids import ProjectId
from jynco.model.jobs import Generation
from jynco.model.states import GenerationState

FREE: Final = Decimal(0)


class Grain(StrEnum):
    """By what spend is told apart; a clip's name means something only beside its project's."""

    TENANT = "tenant"
    PROJECT = "project"
    CLIP = "clip"
    PROVIDER = "provider"
    MODEL = "model"
    DAY = "day"  # of the database's UTC, when the attempt began


class Waste(StrEnum):
    """Why a charge bought nothing."""

    UNKNOWN = "unknown"  # may be billed, and nobody has the clip
    QUALITY = "quality"  # delivered, and refused
    CANCELLED = "cancelled"  # somebody cancelled it after it was ordered
    FAILED = "failed"  # ordered, and not made
    SUPERSEDED = "superseded"  # made, and no clip of any project shows it


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be spent. ``allow_unpriced``: orders whose price nobody publishes may go out all the same."""

    usd: Decimal
    allow_unpriced: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """A budget that holds for an order, and what was spent of it or is reserved."""

    whose: str  # such as "the project's budget"
    budget: Budget
    spent: Decimal = FREE

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return max(self.budget.usd - self.spent, FREE)

    def refuse(self, price: Decimal | None) -> None:
        """BudgetExceeded, with the figures, for an order that does not fit in. ``None``: nobody publishes its price."""
        if price is None and not self.budget.allow_unpriced:
            raise BudgetExceeded(
                f"Nobody publishes what this costs, and {self.whose} is ${self.budget.usd:.2f}; nothing was sent. "
                "Choose a model with a price, or allow orders without one."
            )
        if price is not None and price > self.left:
            raise BudgetExceeded(
                f"This costs about ${price:.2f}, and of {self.whose} of ${self.budget.usd:.2f} only "
                f"${self.left:.2f} is left; nothing was sent. Raise the budget, or choose a cheaper model."
            )


@dataclass(frozen=True, slots=True)
class Span:
    """Which charges are meant: of one project, or of a stretch of days (UTC), both ends included."""

    project_id: ProjectId | None = None
    since: date | None = None
    until: date | None = None

    @property
    def begin(self) -> datetime | None:
        """The first moment of it, in UTC."""
        return None if self.since is None else datetime.combine(self.since, time(), UTC)

    @property
    def end(self) -> datetime | None:
        """The first moment behind it; None also where the calendar has none any more."""
        if self.until is None or self.until == date.max:
            return None
        return datetime.combine(self.until, time(), UTC) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spend:
    """Attempts added up. ``unpriced``: how many of them may cost something that nobody has told."""

    attempts: int = 0
    settled: Decimal = FREE  # of attempts that have ended: the vendor's own figure, else the estimate
    reserved: Decimal = FREE  # of those that run, and of those nobody knows the end of
    unpriced: int = 0
    grains: Mapping[Grain, str] = field(default_factory=dict)  # which part this is

    @property
    def usd(self) -> Decimal:
        """What was spent or may be."""
        return self.settled + self.reserved


@dataclass(frozen=True, slots=True)
class Loss:
    """A charge that bought nothing."""

    generation: Generation
    why: Waste
    usd: Decimal | None  # None: nobody has told


def charge(row: Generation) -> Decimal | None:
    """What an attempt costs or may cost: the vendor's own figure, else the estimate. None: nobody has told.

    What the vendor never took costs nothing; what it took and could not make counts as its estimate until it says.
    """
    if row.state is GenerationState.FAILED and row.task_id is None and row.actual_usd is None:
        return FREE
    return next((usd for usd in (row.actual_usd, row.estimated_usd) if usd is not None), None)


def settled(row: Generation) -> bool:
    """Whether its charge is final, as far as anybody will tell; of an unknown outcome, once somebody looked it up."""
    found = row.state is GenerationState.UNKNOWN and row.actual_usd is not None
    return found or row.state in {GenerationState.DONE, GenerationState.FAILED}


def waste(row: Generation, *, shown: bool) -> Waste | None:
    """Why an attempt's charge bought nothing; None where it bought something, or costs nothing, or still may.

    ``shown``: some clip shows what it made.
    """
    if charge(row) == FREE:
        return None
    if row.state is GenerationState.UNKNOWN:
        return Waste.UNKNOWN
    if row.state is GenerationState.FAILED:
        return {"quality": Waste.QUALITY, "cancelled": Waste.CANCELLED}.get(
            row.error_code or "", Waste.FAILED
        )
    if row.state is not GenerationState.DONE or shown:
        return None
    return Waste.CANCELLED if row.withdrawn_at else Waste.SUPERSEDED


def admit(rooms: Iterable[Room], price: Decimal | None) -> None:
    """BudgetExceeded where any of the budgets has no room for an order at ``price``."""
    for room in rooms:
        room.refuse(price)
