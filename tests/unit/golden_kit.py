"""Texts kept as files: ``JYNCO_GOLDEN=write`` writes them anew, after a change that is meant."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).with_name("golden")


def held(name: str, text: str) -> None:
    """The text is the one in the file of that name."""
    path = GOLDEN / name
    if os.environ.get("JYNCO_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
