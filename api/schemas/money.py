"""What may be asked of the books, and what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Range

from api.schemas.base import CamelSchema, Count, Dollars, Truth, clip_id, dollars, job_id, project_id
from jynco.agents.accounts import USUAL
from jynco.model.money import Budget, Grain, Span, Waste

LONGEST = 1000  # parts in one answer


class Grains(fields.Field[tuple[Grain, ...]]):
    """Words of ``Grain`` between commas."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Grain, ...]:
        try:
            return tuple(dict.fromkeys(Grain(word.strip()) for word in str(value).split(",")))
        except ValueError:
            raise ValidationError(f"must be some of {', '.join(Grain)}, with commas between them") from None


@dataclass(frozen=True, slots=True)
class CostsAsk:
    """Which charges are meant, and which part of the answer."""

    span: Span
    cursor: str | None
    limit: int
    by: tuple[Grain, ...] = USUAL


class WastedAsked(CamelSchema):
    """Which charges are meant."""

    project_id = project_id(load_default=None)
    since = fields.Date(data_key="from", load_default=None, metadata={"description": "The first day (UTC)."})
    until = fields.Date(
        data_key="to", load_default=None, metadata={"description": "The last day (UTC), which counts too."}
    )
    cursor = fields.String(
        load_default=None,
        validate=Length(min=1, max=4000),
        metadata={"description": "'nextCursor' of the page before."},
    )
    limit = Count(load_default=100, validate=Range(min=1, max=LONGEST))

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            raise ValidationError("must not be before 'from'", "to")

    @post_load
    def ask(self, data: dict[str, Any], **_: Any) -> CostsAsk:
        """The question as a value."""
        span = Span(data.pop("project_id"), data.pop("since"), data.pop("until"))
        return CostsAsk(span, **data)


class CostsAsked(WastedAsked):
    """Which charges are meant, and how they are told apart."""

    by = Grains(
        load_default=USUAL,
        metadata={
            "description": "How spend is told apart: some of project, clip, provider, model, day, tenant, with "
            "commas between them.",
            "default": ",".join(USUAL),
            "type": "string",
        },
    )


class BudgetAsked(CamelSchema):
    """The most that may be spent."""

    usd = Dollars(required=True)
    allow_unpriced = Truth(
        load_default=False,
        metadata={"description": "Orders whose price nobody publishes may go out all the same."},
    )

    @post_load
    def budget(self, data: dict[str, Any], **_: Any) -> Budget:
        """The budget as a value."""
        return Budget(**data)


class SpendTold(CamelSchema):
    """Attempts added up."""

    usd = dollars(metadata={"description": "settledUsd and reservedUsd."})
    settled_usd = dollars(
        metadata={"description": "Of what has ended: the vendors' own figures, else estimates."}
    )
    reserved_usd = dollars(
        metadata={"description": "Of what still runs, and of what nobody knows the end of."}
    )
    attempts = fields.Integer(required=True)
    unpriced = fields.Integer(
        required=True, metadata={"description": "Attempts that may cost something nobody has told."}
    )


class PartTold(SpendTold):
    """One part of the spend; only the names that were asked for in ``by`` are there."""

    tenant = fields.String()
    project_id = project_id()
    clip_id = clip_id()
    provider = fields.String()
    model = fields.String()
    day = fields.String(metadata={"description": "UTC, as 2026-11-30."})


class BudgetTold(CamelSchema):
    """A budget and what was spent of it: of a project in all, of a tenant in this month (UTC)."""

    usd = dollars(allow_none=True, metadata={"description": "null: there is none."})
    allow_unpriced = fields.Boolean(required=True)
    spent_usd = dollars(metadata={"description": "What runs is counted with its estimate."})
    left_usd = dollars(allow_none=True)


class RoomTold(BudgetTold):
    """A budget that holds, and whose it is."""

    of = fields.String(required=True)


class CostsTold(SpendTold):
    """What was spent in all, and the parts of it, by their names."""

    wasted_usd = dollars(metadata={"description": "What bought nothing; /v1/costs/wasted has it in full."})
    budgets = fields.List(fields.Nested(RoomTold), required=True)
    by = fields.List(fields.String(), required=True)
    items = fields.List(fields.Nested(PartTold), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "null on the last page."}
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody found out about an order of an unknown outcome."""

    billed: bool
    usd: Decimal | None


class FoundAsked(CamelSchema):
    """What somebody found out about an order of an unknown outcome."""

    billed = Truth(required=True, metadata={"description": "Whether the vendor billed it."})
    usd = Dollars(
        load_default=None,
        metadata={"description": "How much it billed; as much as was estimated unless said."},
    )

    @validates_schema
    def _in_itself(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("billed") and data.get("usd"):
            raise ValidationError("what was not billed has no price: leave this out", "usd")

    @post_load
    def found(self, data: dict[str, Any], **_: Any) -> Found:
        """The finding as a value."""
        return Found(**data)


class OrderTold(CamelSchema):
    """An order and its charge."""

    attempt_id = fields.Integer(required=True)
    project_id = project_id(required=True)
    clip_id = clip_id(required=True)
    job_id = job_id(required=True, allow_none=True)
    provider = fields.String(required=True)
    model = fields.String(required=True)
    task_id = fields.String(
        required=True, allow_none=True, metadata={"description": "The vendor's number; null: it gave none."}
    )
    message = fields.String(required=True, allow_none=True)
    usd = dollars(allow_none=True, metadata={"description": "null: nobody has told."})
    settled = fields.Boolean(
        required=True, metadata={"description": "The vendor said so; else an estimate, or perhaps nothing."}
    )
    created_at = fields.DateTime(required=True, allow_none=True)


class LossTold(OrderTold):
    """A charge that bought nothing."""

    reason = fields.Enum(Waste, by_value=True, required=True)


class WastedTold(CamelSchema):
    """All charges that bought nothing, the newest first."""

    wasted_usd = dollars()
    attempts = fields.Integer(required=True)
    items = fields.List(fields.Nested(LossTold), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "null on the last page."}
    )
