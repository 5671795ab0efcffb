"""What a film can be exported to, besides a film."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Form(StrEnum):
    """A format that other editors and players read."""

    OTIO = "otio"  # OpenTimelineIO: all of it, and the one that can be imported again
    FCP7XML = "fcp7xml"  # Final Cut Pro 7 XML: Premiere, Resolve
    EDL = "edl"  # CMX 3600: one track of pictures
    SRT = "srt"  # captions out of the text layers
    VTT = "vtt"

    @property
    def suffix(self) -> str:
        """Of a file, with its dot."""
        return ".xml" if self is Form.FCP7XML else f".{self}"

    @property
    def media_type(self) -> str:
        """As HTTP names it."""
        return _TYPES[self]


_TYPES: Final = {
    Form.OTIO: "application/json",
    Form.FCP7XML: "application/xml",
    Form.EDL: "text/plain; charset=utf-8",
    Form.SRT: "application/x-subrip; charset=utf-8",
    Form.VTT: "text/vtt; charset=utf-8",
}
