"""Files as answers: ranges, conditions, and a media type that we vouch for."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from flask import Response, send_file

from jynco.agents.quartermaster import Quartermaster
from jynco.errors import NotFound
from jynco.model.media import MediaInfo

STILLS: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
MADE: Final = {".mp4": "video/mp4", ".webm": "video/webm"}  # by the names that we give ourselves

# FFmpeg's name of a container -> the media type with a picture, and without.
CONTAINERS: Final = {
    "mov": ("video/mp4", "audio/mp4"),
    "matroska": ("video/x-matroska", "audio/x-matroska"),
    "mpegts": ("video/mp2t", "audio/mp2t"),
    "avi": ("video/x-msvideo", "audio/x-msvideo"),
    "ogg": ("video/ogg", "audio/ogg"),
    "wav": ("audio/wav", "audio/wav"),
    "mp3": ("audio/mpeg", "audio/mpeg"),
    "aac": ("audio/aac", "audio/aac"),
    "flac": ("audio/flac", "audio/flac"),
}
WEB: Final = {"vp8", "vp9", "av1", "opus", "vorbis", None}

SUFFIXES: Final = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp",
    "video/mp4": ".mp4", "video/webm": ".webm", "video/x-matroska": ".mkv", "video/mp2t": ".ts",
    "video/x-msvideo": ".avi", "video/ogg": ".ogv",
    "audio/mp4": ".m4a", "audio/webm": ".weba", "audio/x-matroska": ".mka", "audio/mp2t": ".ts",
    "audio/x-msvideo": ".avi", "audio/ogg": ".ogg", "audio/wav": ".wav", "audio/mpeg": ".mp3",
    "audio/aac": ".aac", "audio/flac": ".flac",
}  # fmt: skip


def still_type(path: Path) -> str | None:
    """The media type of a file that begins like a picture we take; None for anything else."""
    with path.open("rb") as stream:
        head = stream.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in STILLS.items() if head.startswith(magic)), None)


def film_type(info: MediaInfo) -> str | None:
    """The media type of a film or sound, from what it is and not from what it is called; None for pictures."""
    kinds = CONTAINERS.get(info.format)
    if kinds is None:
        return None
    if info.format == "matroska" and {info.video_codec, info.audio_codec} <= WEB:
        kinds = ("video/webm", "audio/webm")
    return kinds[0] if info.video_codec else kinds[1]


def made_type(name: str) -> str:
    """The media type of a film we made ourselves."""
    return MADE.get(PurePosixPath(name).suffix, "application/octet-stream")


def hand_out(store: Quartermaster, key: str, media_type: str, name: str) -> Response:
    """A file of the storage: from here, or by a redirect to where the storage gives it out itself. NotFound."""
    name = f"{name}{PurePosixPath(key).suffix}"
    address = store.address(key, media_type, name)
    if address is None:
        return send(store.export(key), media_type, name)
    return Response(status=302, headers={"Location": address, "Cache-Control": "private, no-store"})


def send(path: Path, media_type: str, name: str) -> Response:
    """The file, or the part of it that was asked for. NotFound when it is gone."""
    try:
        return send_file(path, mimetype=media_type, download_name=name, conditional=True)
    except FileNotFoundError:
        raise NotFound(f"{name} is not there any more.") from None
