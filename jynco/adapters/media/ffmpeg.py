"""FFmpeg as ports.Media: runs commands, probes files, and decodes what must be whole."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Final

from jynco.adapters.media import looking, mixing, process
from jynco.adapters.media.probe import probe
from jynco.errors import MediaFailed, ServiceAway, StorageFull
from jynco.model.media import Command, Look, MediaInfo, Mix
from jynco.ports import Watch
from jynco.ports.tracing import span

VERIFY_SECONDS: Final = 900.0
FULL: Final = ("No space left on device", "Disk quota exceeded", "File too large")
CLOSED: Final = "Permission denied"
WRITING: Final = "[out#"  # who speaks; "Error opening output" is said of filters as well


class FFmpeg:
    """The FFmpeg of the installed wheel."""

    def probe(self, path: Path) -> MediaInfo:
        """What a file is. AssetRefused for what cannot be used."""
        return probe(path)

    def run(self, command: Command, watch: Watch, *, timeout: float) -> None:
        """Writes the command's small files and runs it; ``timeout`` in seconds.

        MediaFailed, MediaTimeout, StorageFull; ServiceAway when somebody ends FFmpeg, whatever the watch raises ends it
        and is raised on.
        """

        def look(frames: int) -> None:
            watch.check()
            watch.progress(min(1.0, frames / command.frames) if command.frames else 0.0)

        for path, text in command.files.items():
            _write(path, text)
        with span("ffmpeg", what="encode", frames=command.frames):
            try:
                process.run(self._program, command, look, timeout=timeout)
            except process.Failed as failed:
                watch.check()  # who ended it may have told us to end as well
                raise _explained(failed, command.arguments) from None
        watch.progress(1.0)

    def verify(self, path: Path) -> MediaInfo:
        """The facts of a film whose every frame was decoded and counted. MediaFailed where one cannot be."""
        return self._decoded(path)

    def look(self, path: Path) -> Look:
        """As ``verify``; the same pass leaves small pictures, by which it is told whether there is anything to see."""
        with tempfile.TemporaryDirectory(prefix="jynco-look-") as folder:
            pictures = Path(folder) / "pictures.gray"
            info = self._decoded(path, *looking.output(pictures))
            return looking.judged(info, pictures)

    def _decoded(self, path: Path, *more: str) -> MediaInfo:
        info = probe(path)
        source = ["-xerror", "-protocol_whitelist", "file", "-f", info.format, "-i", f"file:{path}"]
        sink = ["-map", "0:V:0", "-fps_mode", "passthrough", "-f", "null", "-"]
        with span("ffmpeg", what="decode") as told:
            try:
                command = Command((*source, *sink, *more))
                frames = process.run(self._program, command, lambda _: None, timeout=VERIFY_SECONDS)
            except process.Failed as failed:
                raise _explained(failed, source) from None
            told.note(frames=frames)
        if not frames:
            raise MediaFailed(f"{path.name} has no picture; make it again.")
        return replace(info, frames=frames)

    def mix(self, mix: Mix, target: Path) -> None:
        """Writes a mix of sounds that were decoded before into ``target``. MediaFailed, StorageFull."""
        with span("ffmpeg", what="mix"):
            mixing.encoded(mix, target)

    def mixer(self) -> str:
        """What mixes and encodes, in a few words."""
        return mixing.mixer()

    def build(self) -> str:
        """The FFmpeg build in a few words: its version and a digest of how it was configured."""
        return self._build

    @cached_property
    def _program(self) -> str:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())

    @cached_property
    def _build(self) -> str:
        said = subprocess.run([self._program, "-version"], capture_output=True, text=True, check=True).stdout
        version = re.match(r"ffmpeg version (\S+)", said)
        digest = hashlib.sha256(said.encode()).hexdigest()[:12]
        return f"ffmpeg {version[1] if version else 'unknown'} {digest}"


def _write(path: Path, text: str) -> None:
    """By rename: commands side by side share equal files, and one may be reading while another writes."""
    fresh = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)
    except OSError as error:
        raise StorageFull(f"{path.parent} cannot be written ({error.strerror}); make room there.") from error


def _explained(failed: process.Failed, arguments: Sequence[str]) -> MediaFailed | ServiceAway:
    """FFmpeg's failure in one sentence; its own words are in the log already."""
    if failed.from_outside:
        return ServiceAway(
            f"FFmpeg was ended from outside (status {failed.status}); it is started again. Where that goes on, give "
            "this machine more memory."
        )
    if any(sign in failed.tail for sign in FULL) or _closed(failed.tail):
        return StorageFull(
            "The film could not be written, because the disk is full or closed to us; make room there."
        )
    kept = re.search(rf" '?(/[^\n]*?)'?: {CLOSED}", failed.tail)
    if kept:
        return MediaFailed(
            f"FFmpeg may not read {Path(kept[1]).name}, for only its job's own files are in its reach: name that "
            "file by its whole path in a filter's option, or open it to us."
        )
    guilty = _guilty(failed.tail, arguments)
    if guilty:
        return MediaFailed(f"FFmpeg could not read {guilty}; replace that file.")
    return MediaFailed("FFmpeg could not make the film; its own words are in the log.")


def _closed(tail: str) -> bool:
    """Whether what is forbidden is writing: where a file may not be read, no room helps."""
    return any(CLOSED in line and WRITING in line for line in tail.splitlines())


def _guilty(tail: str, arguments: Sequence[str]) -> str | None:
    """The input FFmpeg complains about by number, such as ``[in#3/mov``, by its file's name."""
    inputs = [after for flag, after in pairwise(arguments) if flag == "-i"]
    found = re.search(r"\[(?:in|vist|aist|dec|ist)#(\d+)\b", tail)
    number = int(found[1]) if found else len(inputs)
    return Path(inputs[number].removeprefix("file:")).name if number < len(inputs) else None
