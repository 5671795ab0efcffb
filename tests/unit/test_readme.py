"""What the README tells people to type exists, and so does every page it points to."""

import re
from pathlib import Path

import click
import pytest

from jynco.cli.main import jynco

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL))
INLINE = [code for code in re.findall(r"`([^`\n]+)`", TEXT) if code.startswith(("jynco ", "make "))]


def typed(program: str) -> list[list[str]]:
    """Every call of ``program`` in the README, as words."""
    lines = [line.split("#")[0] for line in [*SHELL.splitlines(), *INLINE]]
    calls = [line.split() for line in lines if line.strip()]
    return [words[1:] for words in calls if words[0].removeprefix(".venv/bin/") == program]


@pytest.mark.parametrize("words", typed("jynco"), ids=" ".join)
def test_every_command_is_there_with_its_options(words: list[str]) -> None:
    if words[0].startswith("-"):
        return
    name = words[0]
    command = jynco.commands.get(name)
    if name == "...":
        return
    assert isinstance(command, click.Command), name
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words[1:] if word.startswith("--")} <= known


@pytest.mark.parametrize("words", typed("make"), ids=" ".join)
def test_every_target_is_there(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{words[0]}:", makefile, flags=re.MULTILINE), words[0]


def test_there_are_commands_to_look_at() -> None:
    assert {"demo", "test"} <= {words[0] for words in typed("make") if words}
    assert {"validate", "plan", "render", "up"} <= {words[0] for words in typed("jynco")}


def test_every_process_it_names_is_a_line_of_the_procfile() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    names = {line.split(":")[0] for line in lines}
    assert names == set(re.findall(r"`(release|web|worker_\w+|beat|flower)`", TEXT))


def test_every_link_leads_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert (ROOT / link).exists(), link
