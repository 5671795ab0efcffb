"""Spend, charges that bought nothing, and budgets as doors show them. Money is text, so that no digit is lost."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from jynco.agents.report import dollars
from jynco.errors import NotFound
from jynco.model.findings import Finding
from jynco.model.ids import ProjectId
from jynco.model.jobs import Generation
from jynco.model.money import Budget, Grain, Loss, Room, Span, Spend, settled
from jynco.model.storyboard import Json
from jynco.ports import Books

log: Final = logging.getLogger("jynco.money")
USUAL: Final = (Grain.PROJECT, Grain.CLIP, Grain.PROVIDER, Grain.DAY)
NAMES: Final = {
    Grain.PROJECT: "projectId",
    Grain.CLIP: "clipId",
}  # in JSON; the others are called what they are


def name(grain: Grain) -> str:
    """What a grain is called in JSON."""
    return NAMES.get(grain, str(grain))


def costs(
    books: Books, grains: Sequence[Grain], span: Span, after: Sequence[str] | None, limit: int
) -> dict[str, Json]:
    """What was spent in all, and up to ``limit`` parts of it. What a deleted project cost is still there."""
    rooms: list[Json] = [_room(room) for room in _rooms(books, span.project_id)]
    parts: list[Json] = [_part(part) for part in books.by(grains, span, after, limit)]
    wasted = dollars(books.lost(span).usd)
    by: list[Json] = [str(grain) for grain in grains]
    return {**_sums(books.total(span)), "wastedUsd": wasted, "budgets": rooms, "by": by, "items": parts}


def wasted(books: Books, span: Span, after: int | None, limit: int) -> dict[str, Json]:
    """All charges that bought nothing, and up to ``limit`` of them, the newest first."""
    losses: list[Json] = [_loss(loss) for loss in books.losses(span, after, limit)]
    lost = books.lost(span)
    return {"wastedUsd": dollars(lost.usd), "attempts": lost.attempts, "items": losses}


def budget(books: Books, project_id: ProjectId | None, now: datetime) -> dict[str, Json]:
    """The budget of a project, or of the tenant for this month, and what was spent of it. NotFound (project)."""
    found = books.budget(project_id)
    span = Span(project_id) if project_id else Span(since=now.date().replace(day=1))
    spent = books.total(span).usd
    left = None if found is None else Room("", found, spent).left
    return {
        "usd": None if found is None else dollars(found.usd),
        "allowUnpriced": found is not None and found.allow_unpriced,
        "spentUsd": dollars(spent),
        "leftUsd": None if left is None else dollars(left),
    }


def _rooms(books: Books, project_id: ProjectId | None) -> Sequence[Room]:
    try:
        return books.rooms(project_id)
    except NotFound:
        return books.rooms(None)


def _sums(spend: Spend) -> dict[str, Json]:
    return {
        "usd": dollars(spend.usd),
        "settledUsd": dollars(spend.settled),
        "reservedUsd": dollars(spend.reserved),
        "attempts": spend.attempts,
        "unpriced": spend.unpriced,
    }


def _part(part: Spend) -> dict[str, Json]:
    return {**{name(grain): word for grain, word in part.grains.items()}, **_sums(part)}


def _room(room: Room) -> dict[str, Json]:
    return {
        "of": room.whose,
        **_allowed(room.budget),
        "spentUsd": dollars(room.spent),
        "leftUsd": dollars(room.left),
    }


def _allowed(allowed: Budget) -> dict[str, Json]:
    return {"usd": dollars(allowed.usd), "allowUnpriced": allowed.allow_unpriced}


def settle(
    books: Books, attempt_id: int, *, billed: bool, usd: Decimal | None, by: str, now: datetime
) -> dict[str, Json]:
    """Write down what somebody found out about an unknown outcome. NotFound, Conflict, UsageWrong."""
    row = books.settle(attempt_id, Finding(billed, by, now, usd))
    log.info("%s", row.error_message, extra={"attempt": attempt_id, "usd": str(row.actual_usd)})
    return _attempt(row, row.actual_usd)


def _loss(loss: Loss) -> dict[str, Json]:
    return {**_attempt(loss.generation, loss.usd), "reason": str(loss.why)}


def _attempt(row: Generation, usd: Decimal | None) -> dict[str, Json]:
    return {
        "attemptId": row.generation_id,
        "projectId": row.project_id,
        "clipId": row.clip_id,
        "jobId": row.job_id,
        "provider": row.provider,
        "model": row.model,
        "taskId": row.task_id,
        "message": row.error_message,
        "usd": None if usd is None else dollars(usd),
        "settled": settled(row) and row.actual_usd is not None,
        "createdAt": row.created_at.isoformat().replace("+00:00", "Z") if row.created_at else None,
    }
