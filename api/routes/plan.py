"""The price before the bill."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from api.answers import told
from api.routing import Answer, Routes
from api.schemas.asked import WishesAsked
from api.schemas.plans import PlanTold
from jynco.agents.report import plan_report
from jynco.model.ids import ProjectId
from jynco.model.plan import Wishes
from workers.house import house

routes = Routes("plan", "What a film needs and costs, before anything is spent.")


@routes.route(
    "GET",
    "/v1/projects/<project:project_id>/plan",
    query=WishesAsked,
    answer=Answer(PlanTold),
    errors=(404, 422),
)
def get_plan(project_id: ProjectId, query: Wishes) -> ResponseReturnValue:
    """Draw the plan

    Per clip: cached, generate, footage or failed, with price and time. Changes nothing.
    """
    return told(plan_report(house().architect.plan(project_id, query)))
