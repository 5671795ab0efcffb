"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import (
    OURS,
    ROOT,
    environment_reads,
    functions,
    mock_imports,
    parsed,
    python_files,
)

LONGEST_FILE = 400
LONG_FUNCTION = 40


def test_only_the_settings_read_the_environment() -> None:
    readers = {path for path in python_files(*OURS) if environment_reads(parsed(path))}
    allowed = {path for path in readers if path.is_relative_to("jynco/embedded")} | {
        Path("config/settings.py")
    }
    assert readers <= allowed, (
        f"config/settings.py reads the environment and hands it on, not {readers - allowed}"
    )


@pytest.mark.parametrize(
    "line",
    [
        "import os\nos.environ['PATH']",
        "import os\nos.getenv('PATH')",
        "from os import environ",
        "from os import getenv as get",
        "import os as system",
        "import environs",
        "from environs import Env",
    ],
)
def test_a_planted_reader_of_the_environment_is_seen(line: str) -> None:
    assert environment_reads(ast.parse(line))


def test_other_uses_of_os_are_left_alone() -> None:
    assert not environment_reads(ast.parse("import os\nos.replace('a', 'b')\nhouse.environ"))


def test_no_file_is_too_long_to_read() -> None:
    lines = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in python_files(*OURS)
    }
    assert lines
    assert not {path: count for path, count in lines.items() if count > LONGEST_FILE}


def test_nearly_all_functions_fit_on_a_screen() -> None:
    found = [(path, node) for path in python_files(*OURS) for node in functions(parsed(path))]
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path, node in found
        if (node.end_lineno or node.lineno) - node.lineno + 1 >= LONG_FUNCTION
    ]
    assert len(long) <= 0.05 * len(found), "\n".join(long)


def test_nothing_is_mocked() -> None:
    assert not {path: lines for path in python_files(*OURS, "tests") if (lines := mock_imports(parsed(path)))}


@pytest.mark.parametrize(
    "line",
    [
        "import unittest.mock",
        "from unittest import mock",
        "from unittest.mock import patch",
        "import mock",
        "import pytest_mock",
    ],
)
def test_a_planted_mock_is_seen(line: str) -> None:
    assert mock_imports(ast.parse(line))


def test_every_public_class_has_its_sentence() -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path in python_files(*OURS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent
