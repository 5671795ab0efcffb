"""Our own source files, parsed once, for the tests that read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("jynco", "config", "workers", "api", "migrations")
Reader = ast.Attribute | ast.ImportFrom | ast.Import  # the statements and expressions that can
Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """Paths relative to the checkout; the steps of a migration are history and left out."""
    found = (path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not path.is_relative_to("migrations/versions"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def environment_reads(tree: ast.AST) -> list[int]:
    """Line numbers where a module reads the environment, or imports what reads it under another name."""
    return [node.lineno for node in ast.walk(tree) if isinstance(node, Reader) and reads_environment(node)]


def reads_environment(node: Reader) -> bool:
    names = {"environ", "environb", "getenv", "getenvb"}
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "os" and node.attr in names
    if isinstance(node, ast.ImportFrom):
        return node.module == "environs" or (node.module == "os" and any(a.name in names for a in node.names))
    return any(a.name == "environs" or (a.name == "os" and a.asname is not None) for a in node.names)


def mock_imports(tree: ast.AST) -> list[int]:
    """Line numbers where a module imports a mocking library, by any of its names."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return [node.lineno for node in imports if any(is_mock(name) for name in imported(node))]


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    parent = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    return [parent + alias.name for alias in node.names]


def is_mock(name: str) -> bool:
    return name.startswith(("unittest.mock", "mock.", "pytest_mock")) or name == "mock"
