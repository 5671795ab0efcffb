"""Procfile lines: what they say, and whether they can be forked from a parent that has imported the app."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jynco.errors import UsageWrong

LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")
VARIABLE = re.compile(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))")
QUOTED = re.compile(r"'[^']*'")
FOR_A_SHELL = re.compile(r"[|&;<>()`$*?~]|^\w+=")
DEFAULT_PORT = "8000"


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: the argument list, and the module when it is ``python -m module arguments``."""

    arguments: tuple[str, ...]
    module: str | None = None


def lines(procfile: Path, names: Iterable[str]) -> dict[str, str]:
    """The commands of the lines ``names``, in that order; UsageWrong when the file or a line is not there."""
    try:
        text = procfile.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageWrong(f"The Procfile {procfile} cannot be read: {error}.") from error
    found = (LINE.fullmatch(line.strip()) for line in text.splitlines())
    known = {line[1]: line[2] for line in found if line is not None}
    return {name: _line(procfile, known, name) for name in names}


def _line(procfile: Path, known: Mapping[str, str], name: str) -> str:
    if name not in known:
        raise UsageWrong(f"{procfile} has no line {name!r}; it has {', '.join(known) or 'none'}.")
    return known[name]


def command(line: str, environment: Mapping[str, str]) -> Command:
    """What ``line`` runs in ``environment``.

    ``$NAME``, ``${NAME}`` and ``${NAME:-default}`` are put in (PORT is 8000 unless it is set). What only a
    shell understands is left to one; what is quoted needs none, which would keep signals from the program.
    """
    values = {"PORT": DEFAULT_PORT, **environment}
    expanded = VARIABLE.sub(lambda found: values.get(found[1] or found[3]) or found[2] or "", line)
    if FOR_A_SHELL.search(QUOTED.sub("", expanded)):
        return Command(("/bin/sh", "-c", expanded))
    words = tuple(shlex.split(expanded))
    python = len(words) > 2 and words[0] in ("python", "python3") and words[1] == "-m"
    return Command(words, module=words[2] if python else None)
