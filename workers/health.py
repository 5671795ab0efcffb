"""``python -m workers.health NAME``: whether a process of the Procfile is alive, as an exit code and a sentence.

It asks for life, not for happiness: a database that is away is no reason to restart a worker (``/readyz`` tells that).
"""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from config.settings import Settings, read

SILENCE: Final = 60.0  # seconds without a sign of life
PAGES: Final = {"web": "/healthz", "flower": "/healthcheck"}


def pulse_of(data: Path, name: str) -> Path:
    """The file that a process touches while it lives."""
    return data / "pulse" / name


def main(arguments: Sequence[str]) -> int:
    """0 for a living process, 1 for one that is not, 2 for a wrong name."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m workers.health web|flower|beat|motion|render|preview|batch\n")
        return 2
    fault = _page(arguments[0]) if arguments[0] in PAGES else _silence(read(), arguments[0])
    sys.stderr.write(f"{fault or f'{arguments[0]} is alive'}\n")
    return 1 if fault else 0


def _page(name: str) -> str | None:
    url = f"http://127.0.0.1:{read().port}{PAGES[name]}"
    try:
        with urllib.request.urlopen(url, timeout=5):
            return None
    except (urllib.error.URLError, OSError) as fault:
        return f"{name} does not answer at {url} ({fault}): see its log, and that PORT is the same here."


def _silence(settings: Settings, name: str) -> str | None:
    try:
        silent = time.time() - pulse_of(settings.data, name).stat().st_mtime
    except FileNotFoundError:
        return f"{name} has never been ready here: see its log, and that JYNCO_DATA is the same ({settings.data})."
    return None if silent < SILENCE else f"{name} has given no sign of life for {silent:.0f} s: restart it."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
