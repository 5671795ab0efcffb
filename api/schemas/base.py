"""Fields as strict as JSON, and names as JSON spells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, Regexp

from api.names import plain
from jynco.model.ids import CLIP_PATTERN, JOB_PATTERN, PROJECT_PATTERN

DEAREST: Final = Decimal("999999.999999")  # US dollars; the database's columns hold no more
SMALLEST: Final = Decimal("0.000001")
MONEY: Final = r"[0-9]{1,6}(\.[0-9]{1,6})?"


class CamelSchema(Schema):
    """A schema whose JSON names are in camelCase. Names it does not know are refused."""

    class Meta:
        """Where marshmallow looks for it."""

        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Spell the name as JSON does."""
        if field_obj.data_key is None:
            head, *rest = field_name.split("_")
            field_obj.data_key = head + "".join(word.capitalize() for word in rest)


class Truth(fields.Boolean):
    """true or false; not 1, not "yes"."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Dollars(fields.Decimal):
    """US dollars, as a JSON number or, exactly, as text."""

    def __init__(self, **kwargs: Any) -> None:
        # A Range here would put its bounds into OpenAPI as text.
        kwargs["metadata"] = {
            "minimum": 0,
            "maximum": float(DEAREST),
            "pattern": f"^{MONEY}$",
            **kwargs.get("metadata", {}),
        }
        super().__init__(**kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal:
        said = isinstance(value, str) and re.fullmatch(MONEY, value) is not None
        if isinstance(value, bool) or not (said or isinstance(value, int | float)):
            raise self.make_error("invalid", input=value)
        usd = super()._deserialize(value, attr, data, **kwargs)
        if not 0 <= usd <= DEAREST:
            raise ValidationError(f"must be 0 to {DEAREST} US dollars")
        return usd.quantize(SMALLEST)


class Count(fields.Integer):
    """A whole number: in a query plain digits, neither signs nor spaces nor underscores."""

    def __init__(self, **kwargs: Any) -> None:
        if "validate" not in kwargs:
            kwargs["metadata"] = {"minimum": 0, "maximum": 10**18 - 1, **kwargs.get("metadata", {})}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        value = (
            int(value) if isinstance(value, float) and value.is_integer() else value
        )  # as JSON Schema has it
        if not re.fullmatch(r"[0-9]{1,18}", str(value)):
            raise ValidationError("must be a whole number")
        return int(value)


def _id(pattern: str, shape: str, **options: Any) -> fields.String:
    # marshmallow puts the checked pattern into OpenAPI, where \Z means nothing: say it the way readers know.
    told = {"pattern": plain(pattern), "examples": [shape]}
    check = Regexp(pattern, error=f"must look like {shape}")
    return fields.String(validate=[Length(max=300), check], metadata=told, **options)


def project_id(**options: Any) -> fields.String:
    """A project's id."""
    return _id(PROJECT_PATTERN, "proj_demo", **options)


def clip_id(**options: Any) -> fields.String:
    """A clip's id."""
    return _id(CLIP_PATTERN, "clip_001", **options)


def job_id(**options: Any) -> fields.String:
    """A job's id."""
    return _id(JOB_PATTERN, "job_render_k3x9", **options)


def dollars(metadata: dict[str, Any] | None = None, **options: Any) -> fields.String:
    """US dollars as text, so that no digit is lost."""
    told = {"examples": ["0.35"], **(metadata or {})}
    return fields.String(required=True, metadata=told, **options)
