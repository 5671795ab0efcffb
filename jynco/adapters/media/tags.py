"""What a film says of itself, read in a child. Only listed containers are opened; no picture is decoded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jynco.adapters.media.probe import FORMATS
from jynco.errors import AssetRefused
from jynco.sandbox import Broken, Told, apart

NEEDS: Final = ("av", "av.error")


def tags(path: Path) -> Mapping[str, str]:
    """The film's own metadata, by names in small letters. AssetRefused for what is missing, broken or no film."""
    if not path.is_file():
        raise AssetRefused(f"There is no file {path}; check its name.")
    try:
        return {name: str(value) for name, value in apart(said, path).words.items()}
    except Broken as broken:
        raise AssetRefused(f"{path} is not a film that can be read; give another file.") from broken


def said(path: Path) -> Told:
    """In a child: what the film says."""
    import av

    options = {"format_whitelist": FORMATS[0], "protocol_whitelist": "file"}
    with av.open(f"file:{path}", options=options) as container:
        return Told({name.lower(): value for name, value in container.metadata.items()})
