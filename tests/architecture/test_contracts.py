"""The import contracts of pyproject.toml hold, and each of them breaks when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ["jynco", "config", "workers", "api", "migrations"]


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over one tree; it puts its working folder before everything else on the path."""
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([linter, "--no-cache", "--no-logo"], cwd=tree, text=True, capture_output=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's Python files and contracts, where a test may spoil them."""
    only_python = shutil.ignore_patterns("__pycache__", "static", "fonts", "templates")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=only_python)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


VIOLATIONS = [
    ("jynco/model/planted.py", "import flask", "Only doors know Flask and Celery"),
    ("jynco/model/planted.py", "import jynco.ports", "Imports go down only"),
    ("jynco/adapters/planted.py", "from celery import chord", "Only doors know Flask and Celery"),
    ("jynco/compose/planted.py", "from jynco.agents import architect", "Imports go down only"),
    ("jynco/ports_planted.py", "", "Every room of jynco has its floor"),
    ("jynco/agents/planted.py", "import workers", "Imports go down only"),
    (
        "jynco/agents/storyboard/planted.py",
        "import jynco.agents.motion",
        "Architect, motion and render stand above",
    ),
    (
        "jynco/agents/motion/planted.py",
        "import jynco.agents.render",
        "Architect, motion and render stand above",
    ),
    ("jynco/agents/planted.py", "import config.settings", "Settings are read where the parts are joined"),
    ("jynco/adapters/storage/planted.py", "import jynco.adapters.database", "Leaves never meet"),
    ("jynco/adapters/media/planted.py", "import jynco.agents.motion", "Imports go down only"),
    ("jynco/client/planted.py", "import jynco.ports", "The client knows only the model"),
    ("workers/planted.py", "import api", "Imports go down only"),
    ("config/planted.py", "import jynco.bootstrap", "The settings know only the errors"),
]


def plant(tree: Path, file: str, line: str) -> None:
    """Adds a module with one import; a room that is one file, or not built yet, becomes a folder first."""
    target = tree / file
    room = target.parent
    if not room.exists():
        room.mkdir(parents=True)
        module = room.with_suffix(".py")
        shutil.move(module, room / "__init__.py") if module.exists() else (room / "__init__.py").touch()
    target.write_text(f"{line}\n")


def assert_broken(tree: Path, contract: str) -> None:
    result = lint_imports(tree)
    broken = [report for report in result.stdout.splitlines() if " BROKEN" in report]
    assert result.returncode == 1, result.stdout + result.stderr
    assert any(report.startswith(contract) for report in broken), result.stdout


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    plant(copy, file, line)
    assert_broken(copy, contract)


def test_a_circle_is_seen(copy: Path) -> None:
    plant(copy, "jynco/model/planted.py", "import jynco.model.planted_too")
    plant(copy, "jynco/model/planted_too.py", "import jynco.model.planted")
    assert_broken(copy, "No circles")


def test_an_import_for_the_type_checker_counts(copy: Path) -> None:
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import jynco.ports"
    plant(copy, "jynco/model/planted.py", hidden)
    assert_broken(copy, "Imports go down only")
