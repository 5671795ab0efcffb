"""What a film says of itself. Only listed containers are opened, and nothing of the picture is decoded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jynco.adapters.media.probe import FORMATS
from jynco.errors import AssetRefused


def tags(path: Path) -> Mapping[str, str]:
    """The film's own metadata, by names in small letters. AssetRefused for what is missing, broken or no film."""
    import av
    from av.error import FFmpegError

    if not path.is_file():
        raise AssetRefused(f"There is no file {path}; check its name.")
    options = {"format_whitelist": FORMATS[0], "protocol_whitelist": "file"}
    try:
        with av.open(f"file:{path}", options=options) as container:
            return {name.lower(): value for name, value in container.metadata.items()}
    except (FFmpegError, ValueError, OSError) as broken:
        raise AssetRefused(f"{path} is not a film that can be read; give another file.") from broken
