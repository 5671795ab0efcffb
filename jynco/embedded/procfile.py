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
SHELL = re.compile(r"[|&;<>()`$*?~\n]|^\w+=")  # after expansion: only a shell can run these
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
    except OSError as error:
        raise UsageWrong(f"The Procfile {procfile} cannot be read: {error.strerror}.") from error
    known = {found[1]: found[2].strip() for line in text.splitlines() if (found := LINE.fullmatch(line.strip()))}
    wanted = list(names)
    for name in wanted:
        if name not in known:
            raise UsageWrong(f"{procfile} has no line {name!r}; it has {', '.join(known) or 'none'}.")
    return {name: known[name] for name in wanted}


def command(line: str, environment: Mapping[str, str]) -> Command:
    """What ``line`` runs, with ``$NAME``, ``${NAME}`` and ``${NAME:-default}`` put in (PORT is 8000 unless set)."""
    values = {"PORT": DEFAULT_PORT, **environment}
    expanded = VARIABLE.sub(lambda found: values.get(found[1] or found[3]) or found[2] or "", line)
    if SHELL.search(expanded):
        return Command(("/bin/sh", "-c", expanded))
    words = shlex.split(expanded)
    if len(words) >= 3 and words[0] in ("python", "python3") and words[1] == "-m":
        return Command(tuple(words), module=words[2])
    return Command(tuple(words))
