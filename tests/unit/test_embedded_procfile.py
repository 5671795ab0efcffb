"""Procfile lines: found by name, variables put in, Python modules told from other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from jynco.embedded.procfile import Command, command, lines
from jynco.errors import UsageWrong


@pytest.fixture
def procfile(tmp_path: Path) -> Path:
    path = tmp_path / "Procfile"
    path.write_text(
        "# ours\n\nweb:  gunicorn -b :$PORT api:app \nworker_motion: python -m celery -A workers\n  # end\n"
    )
    return path


def test_lines_by_name_in_the_order_asked_for(procfile: Path) -> None:
    found = lines(procfile, ["worker_motion", "web"])
    assert list(found.items()) == [
        ("worker_motion", "python -m celery -A workers"),
        ("web", "gunicorn -b :$PORT api:app"),
    ]


def test_a_missing_line_names_those_that_are_there(procfile: Path) -> None:
    with pytest.raises(UsageWrong, match=r"no line 'beat'; it has web, worker_motion"):
        lines(procfile, ["beat"])


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageWrong, match=r"Procfile .* cannot be read"):
        lines(tmp_path / "Procfile", [])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("serve $PORT", ("serve", "8000")),
        ("serve --at=${HOST}:${PORT}", ("serve", "--at=h:8000")),
        ("serve ${PORT:-9000} ${SIZE:-two words}", ("serve", "8000", "two", "words")),
        ("serve $NOTHING 'a b'", ("serve", "a b")),
        (
            "gunicorn --config python:a.b 'api:create_app()'",
            ("gunicorn", "--config", "python:a.b", "api:create_app()"),
        ),
    ],
)
def test_variables_are_put_in(line: str, words: tuple[str, ...]) -> None:
    assert command(line, {"HOST": "h"}) == Command(words)


def test_the_environment_s_port_comes_first() -> None:
    assert command("serve $PORT", {"PORT": "9000"}).arguments == ("serve", "9000")


@pytest.mark.parametrize("python", ["python", "python3"])
def test_a_module_is_known(python: str) -> None:
    found = command(f"{python} -m celery -A workers worker -Q 'a,b'", {})
    assert found.module == "celery"
    assert found.arguments[2:] == ("celery", "-A", "workers", "worker", "-Q", "a,b")


@pytest.mark.parametrize("line", ["python script.py -m x", "python -m", "gunicorn -m x"])
def test_other_programs_are_no_modules(line: str) -> None:
    assert command(line, {}).module is None


@pytest.mark.parametrize("line", ["A=1 python -m x", "one && two", "one | two", "one > file", "echo $(date)"])
def test_what_only_a_shell_understands_goes_to_one(line: str) -> None:
    assert command(line, {}) == Command(("/bin/sh", "-c", line))
