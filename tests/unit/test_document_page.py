"""docs/storyboard.md names every field and every code, and its example is a storyboard."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jynco.document.checks import examine
from jynco.document.schema import schema
from jynco.model.storyboard import Json

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/storyboard.md").read_text("utf-8")
TEXT = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
NAMED = {word for span in re.findall(r"`([^`]+)`", TEXT) for word in re.findall(r"\w+", span)}


def fields(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        properties = node.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for value in node.values():
            yield from fields(value)


def codes() -> Iterator[str]:
    """The second argument of every Fault in the sources, and the schema's table of codes."""
    for path in (ROOT / "jynco/document").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fault":
                code = node.args[1]
                if isinstance(code, ast.Constant):
                    yield str(code.value)


def test_every_field_is_on_the_page() -> None:
    assert set(fields(schema())) - NAMED == set()


def test_every_code_is_on_the_page() -> None:
    found = set(codes())
    assert len(found) > 15
    assert found - NAMED == set()


def test_the_example_is_a_storyboard() -> None:
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    assert examine(example[1].encode())[1] == []
