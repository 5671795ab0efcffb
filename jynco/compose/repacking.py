"""The last step of a film that is no MP4."""

from __future__ import annotations

from pathlib import Path

from jynco.compose.command import Papers, metadata
from jynco.compose.encoder import Container, muxer_options
from jynco.model.media import Command
from jynco.model.storyboard import Storyboard


def repacked(
    pictures: Path,
    sound: Path | None,
    storyboard: Storyboard,
    document: str | None,
    *,
    work: Path,
    target: Path,
) -> Command:
    """A joined film as webm, whose times are whole milliseconds: too coarse to join in, fine to end in.

    The sound was made as webm, since only there and not in an MP4 Opus ends at the sample.
    """
    papers = Papers(work)
    described = papers.keep(metadata(storyboard, document), "metadata")
    inputs = [("mov", pictures), *([("matroska", sound)] if sound else []), ("ffmetadata", described)]
    opened = [word for form, path in inputs for word in ("-f", form, "-i", f"file:{path}")]
    streams = ["-map", "0:v:0", *(["-map", "1:a:0"] if sound else []), "-map_metadata", f"{len(inputs) - 1}"]
    options = muxer_options(Container.WEBM, storyboard.output.rate)
    packed = ["-c", "copy", "-f", options["format"], "-cues_to_front", options["cues_to_front"]]
    return Command((*opened, *streams, *packed, f"file:{target}"), papers.files)
