"""How much one storyboard may ask for. Generous, but finite: no document may stop a worker for a day."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The installation's limits on a document. Pixels, seconds, characters, bits per second."""

    side: int = 8192
    pixels: int = 8192 * 4320
    clips: int = 2_000
    layers: int = 500  # of each kind
    filters: int = 20  # of one clip
    film_seconds: int = 4 * 3600
    clip_seconds: int = 600  # of a generated clip; footage may be as long as a film
    text: int = 10_000  # characters of a prompt, text layer, title or description
    name: int = 128  # characters of an id, a font, a colour or a provider
    path: int = 1_024  # characters
    bitrate_least: int = 10_000
    bitrate_most: int = 1_000_000_000
