"""Money: what was spent, what bought nothing, and budgets."""

from __future__ import annotations

import json
from collections.abc import Callable

import orjson
from flask import Response
from flask.typing import ResponseReturnValue

from api import cursors
from api.answers import told
from api.callers import caller
from api.reading import reading
from api.routing import Answer, Routes
from api.schemas.money import (
    BudgetAsked,
    BudgetTold,
    CostsAsk,
    CostsAsked,
    CostsTold,
    Found,
    FoundAsked,
    OrderTold,
    WastedAsked,
    WastedTold,
)
from jynco.adapters.database.desk import Scope
from jynco.agents import accounts
from jynco.model.ids import ProjectId
from jynco.model.money import Budget
from jynco.model.storyboard import Json
from workers.house import house

routes = Routes("costs", "What was spent, on what and for nothing, and the most that may be.")
OWN = "/v1/costs/budget"
PROJECT = "/v1/projects/<project:project_id>/budget"


@routes.route("GET", "/v1/costs", query=CostsAsked, answer=Answer(CostsTold), errors=(422,))
def get_costs(query: CostsAsk) -> ResponseReturnValue:
    """Add up what was spent

    By project, clip, provider and day, unless 'by' says otherwise. What was deleted is still counted.
    """
    after = None if query.cursor is None else _words(cursors.decode(query.cursor, _fits(len(query.by))))
    report = accounts.costs(reading().books, query.by, query.span, after, query.limit + 1)
    names = [accounts.name(grain) for grain in query.by]
    return told(_paged(report, query.limit, lambda item: json.dumps([item[name] for name in names])))


@routes.route("GET", "/v1/costs/wasted", query=WastedAsked, answer=Answer(WastedTold), errors=(422,))
def get_wasted(query: CostsAsk) -> ResponseReturnValue:
    """List the charges that bought nothing

    Failed after it was ordered, refused for its quality, cancelled, superseded, or of an unknown outcome.
    """
    after = None if query.cursor is None else int(cursors.decode(query.cursor, _is_number))
    report = accounts.wasted(reading().books, query.span, after, query.limit + 1)
    return told(_paged(report, query.limit, lambda item: str(item["attemptId"])))


@routes.route(
    "POST",
    "/v1/costs/unknown/<int:attempt_id>",
    body=FoundAsked,
    answer=Answer(OrderTold),
    errors=(400, 404, 409, 413, 415, 422),
    scope=Scope.ADMIN,
)
def settle_unknown(attempt_id: int, body: Found) -> ResponseReturnValue:
    """Say what became of an unknown outcome

    Look the order up in the vendor's own list first. Not billed: it costs nothing, and its clip may be made anew.
    Billed: it has its price, and making the clip again still needs consent. 409 where the outcome is known.
    """
    here, who = house(), caller()
    by = f"{who.name} of {who.tenant}"
    found = accounts.settle(
        here.database.books, attempt_id, billed=body.billed, usd=body.usd, by=by, now=here.clock.now()
    )
    return told(found)


@routes.route("GET", OWN, answer=Answer(BudgetTold))
def get_own_budget() -> ResponseReturnValue:
    """Look at your budget for this month"""
    return _told(None)


@routes.route(
    "PUT", OWN, body=BudgetAsked, answer=Answer(BudgetTold), errors=(400, 415, 422), scope=Scope.ADMIN
)
def set_own_budget(body: Budget) -> ResponseReturnValue:
    """Set your budget for each month

    A hard stop for all your projects together. JYNCO_BUDGET_USD of the installation holds beside it.
    """
    house().database.books.set_budget(None, body)
    return _told(None)


@routes.route("DELETE", OWN, answer=Answer(status=204), scope=Scope.ADMIN)
def delete_own_budget() -> ResponseReturnValue:
    """Have no budget of your own"""
    house().database.books.set_budget(None, None)
    return Response(status=204)


@routes.route("GET", PROJECT, answer=Answer(BudgetTold), errors=(404,))
def get_budget(project_id: ProjectId) -> ResponseReturnValue:
    """Look at a project's budget"""
    return _told(project_id)


@routes.route(
    "PUT",
    PROJECT,
    body=BudgetAsked,
    answer=Answer(BudgetTold),
    errors=(400, 404, 415, 422),
    scope=Scope.ADMIN,
)
def set_budget(project_id: ProjectId, body: Budget) -> ResponseReturnValue:
    """Set a project's budget

    A hard stop for all that the project ever costs, what runs and what nobody knows the end of included.
    """
    house().database.books.set_budget(project_id, body)
    return _told(project_id)


@routes.route("DELETE", PROJECT, answer=Answer(status=204), errors=(404,), scope=Scope.ADMIN)
def delete_budget(project_id: ProjectId) -> ResponseReturnValue:
    """Take a project's budget away"""
    house().database.books.set_budget(project_id, None)
    return Response(status=204)


def _told(project_id: ProjectId | None) -> Response:
    here = house()
    return told(accounts.budget(here.database.books, project_id, here.clock.now()))


def _paged(report: dict[str, Json], limit: int, place: Callable[[dict[str, Json]], str]) -> dict[str, Json]:
    """The report with one item less than was asked for, and a cursor behind them where that one was there."""
    found = report["items"]
    items = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    shown: list[Json] = [*items[:limit]]
    return {**report, "items": shown, "nextCursor": cursors.behind(items, limit, place)}


def _fits(count: int) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            words = orjson.loads(text)  # unlike json it bounds the depth, and knows no half characters
        except ValueError:
            return False
        right = isinstance(words, list) and len(words) == count
        return right and all(isinstance(word, str) and "\0" not in word for word in words)

    return fits


def _words(text: str) -> list[str]:
    words: list[str] = orjson.loads(text)
    return words


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
