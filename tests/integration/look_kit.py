"""Frames before any encoder: what the graph of a film makes, in one piece and segment by segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from numpy.typing import NDArray

from jynco.compose.command import Papers, filed
from jynco.compose.cuts import cut
from jynco.compose.graph import Output, Stream, command_line
from jynco.compose.picture import Room, picture, pictures
from jynco.compose.sources import Material, Source
from jynco.compose.spans import Span, tile
from jynco.compose.timeline import lay_out
from jynco.model.ids import ClipId
from jynco.model.media import Command
from jynco.model.storyboard import Storyboard
from tests.integration.film_kit import MEDIA, Quiet

Frames = NDArray[np.uint8]
Materials = Mapping[ClipId, Material]
Files = Mapping[str, Source]


def whole(board: Storyboard, materials: Materials, folder: Path, files: Files | None = None) -> Frames:
    """Every frame of a film as one graph draws it: frames by bytes of yuv420p."""
    room, papers = _room(board, materials, folder, files or {})
    return _drawn([picture(tile(board, room.timeline), room)], [room.timeline.frames], room, papers)


def parts(board: Storyboard, materials: Materials, folder: Path, files: Files | None = None) -> Frames:
    """The same, each segment by a process of its own."""
    room, _ = _room(board, materials, folder, files or {})
    found = [_part(span, board, materials, folder, files or {}) for span in cut(board, room.timeline)]
    return np.concatenate(found)


def _part(span: Span, board: Storyboard, materials: Materials, folder: Path, files: Files) -> Frames:
    room, papers = _room(board, materials, folder, files)
    return _drawn(pictures([span], room), [span.frames], room, papers)


def _room(board: Storyboard, materials: Materials, folder: Path, files: Files) -> tuple[Room, Papers]:
    papers = Papers(Path(mkdtemp(dir=folder)))
    return Room(board, lay_out(board, {}), materials, papers.keep, files), papers


def _drawn(streams: Sequence[Stream], frames: Sequence[int], room: Room, papers: Papers) -> Frames:
    target = papers.work / "frames.yuv"
    options = {"format": "rawvideo", "pix_fmt": "yuv420p", "fps_mode": "cfr", "r": str(room.timeline.rate)}
    outputs = [Output([streams[0]], target, {**options, "frames:v": str(frames[0])})]
    MEDIA.run(Command(filed(command_line(*outputs), papers), papers.files), Quiet(), timeout=60)
    size = room.frame.width * room.frame.height * 3 // 2
    data = np.fromfile(target, np.uint8)
    assert data.size == frames[0] * size, f"{data.size / size} frames instead of {frames[0]}"
    return data.reshape(frames[0], size)
