"""What the v1.2 schema says of a document, each fault as a sentence with its place.

jsonschema-rs answers yes or no in under a millisecond and is asked first; jsonschema explains a no, and is
imported only then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, cast

import jsonschema_rs

from jynco.document.fields import Object, child
from jynco.document.formats import is_date_time
from jynco.document.merging import merge
from jynco.document.pointer import under
from jynco.document.wording import listed, shown
from jynco.errors import Fault
from jynco.model.storyboard import Document, Json

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

VERSION: Final = "1.2"


@cache
def schema() -> Object:
    """The JSON Schema (2020-12) of a storyboard, to be published as it is. Shared: do not change it."""
    text = resources.files("jynco.document").joinpath("schema_v1_2.json").read_text("utf-8")
    loaded: Object = json.loads(text)
    merge(loaded)
    return loaded


def schema_faults(document: Document) -> list[Fault]:
    """Everything the schema refuses; empty when nothing."""
    if _surely_valid(document):
        return []
    return [_fault(error) for error in _thorough().iter_errors(document)]


def part_faults(definition: str, value: Json, base: str) -> Iterator[Fault]:
    """What one of the schema's ``$defs`` refuses of a part of a document; ``base`` is the pointer to the part."""
    part = _thorough().evolve(schema=child(schema(), "$defs", definition))
    for error in part.iter_errors(value):
        fault = _fault(error)
        yield Fault(base + fault.pointer, fault.code, fault.detail)


def _surely_valid(document: Document) -> bool:
    try:
        return _quick().is_valid(document)
    except ValueError:  # half characters: it cannot read them, and its slower colleague can
        return False


@cache
def _quick() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        schema(), validate_formats=True, formats={"date-time": is_date_time}
    )


@cache
def _thorough() -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker, validators

    checker = FormatChecker(formats=())
    checker.checks("date-time")(is_date_time)
    keywords = {"pattern": _pattern, "required": _required}
    strict: type[Validator] = validators.extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]
    return strict(schema(), format_checker=checker)


def _pattern(_: Validator, pattern: str, value: Json, __: Object) -> Iterator[ValidationError]:
    """The standard's ``$`` is the very end of the text; Python's lets a newline through."""
    from jsonschema.exceptions import ValidationError

    if isinstance(value, str) and not re.search(re.sub(r"\$\Z", r"\\Z", pattern), value):
        yield ValidationError("pattern")


def _required(_: Validator, names: list[str], value: Json, rules: Object) -> Iterator[ValidationError]:
    """One error for each missing name, saying what it is."""
    from jsonschema.exceptions import ValidationError

    for name in names if isinstance(value, dict) else []:
        if isinstance(value, dict) and name not in value:
            title = str(child(rules, "properties", name)["title"])
            yield ValidationError(f"needs '{name}' ({title[0].lower()}{title[1:]})")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What jsonschema found, in the terms of this module."""

    keyword: str
    rule: Json
    value: Json
    schema: Object
    message: str

    def must(self, rule: str) -> str:
        """The sentence most refusals come to."""
        return f"must be {rule}; it is {shown(self.value)}"


def _fault(error: ValidationError) -> Fault:
    refusal = _Refusal(
        keyword=str(error.validator),
        rule=cast(Json, error.validator_value),
        value=cast(Json, error.instance),
        schema=cast(Object, error.schema),
        message=error.message,
    )
    code, sentence = _SENTENCES[refusal.keyword]
    return Fault(under("", *error.absolute_path), code, sentence(refusal))


def _names(rule: Json) -> list[str]:
    return [str(name) for name in rule] if isinstance(rule, list) else [str(rule)]


def _shape(refusal: _Refusal) -> str:
    """Patterns are shown by example: a regular expression helps nobody who mends a storyboard."""
    example = _names(refusal.schema["examples"])[0]
    return refusal.must(f"{refusal.schema['x-shape']}, such as {shown(example)}")


_TYPES: Final = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "null": "null",
}

_SENTENCES: Final[dict[str, tuple[str, Callable[[_Refusal], str]]]] = {
    "type": ("type", lambda it: it.must(listed([_TYPES[name] for name in _names(it.rule)]))),
    "required": ("required", lambda it: it.message),
    "const": ("version", lambda it: it.must(f"{shown(it.rule)} (with the quotes)")),
    "enum": ("choice", lambda it: it.must(f"one of {', '.join(_names(it.rule))}")),
    "minimum": ("range", lambda it: it.must(f"{it.rule} or more")),
    "maximum": ("range", lambda it: it.must(f"{it.rule} or less")),
    "minItems": ("range", lambda it: it.must(f"a list of {it.rule} or more")),
    "maxItems": ("limit", lambda it: f"has over {it.rule} entries; leave some out"),
    "pattern": ("pattern", _shape),
    "format": ("date_time", lambda it: it.must("a moment such as '2026-01-31T12:00:00Z'")),
}
