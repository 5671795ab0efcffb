"""From parts to a film: their packets under one index, or all of it by one command where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jynco.agents.crew import deadline
from jynco.agents.cutting.reel import Found, Reel, Sheet
from jynco.agents.splicing import indexed, spliced
from jynco.compose.command import about, film
from jynco.compose.encoder import Container
from jynco.compose.joining import Joined, Part, joined
from jynco.compose.repacking import repacked
from jynco.errors import StorageFull
from jynco.ports import Media, Watch


def parts_of(sheet: Sheet, made: Found) -> list[Part]:
    """ValueError where a segment was taken away meanwhile, or cannot be read."""
    if not made.keys() >= set(sheet.keys):
        raise ValueError("a segment was taken off the shelf meanwhile")
    return [Part(indexed(made[segment.key]), segment.span.frames) for segment in sheet.segments]


class Assembly:
    """Puts one film together: in the folder ``work``, into the file ``target``."""

    def __init__(self, media: Media, work: Path, target: Path, watch: Watch) -> None:
        self._media = media
        self._work = work
        self._target = target
        self._watch = watch

    def join(self, sheet: Sheet, parts: Sequence[Part], made: Found) -> None:
        """Copies the parts' packets. ValueError where they do not go together."""
        self._watch.check()
        reel, files = sheet.reel, [made[key] for key in sheet.keys]
        if reel.container is Container.MP4:
            heard = [each.of(indexed(made[each.key])) for each in sheet.sounds]
            _splice(joined(parts, heard, about(reel.storyboard, reel.document)), files, self._target)
            return
        pictures, sound = self._work / "pictures.mp4", files[len(parts)] if sheet.sounds else None
        _splice(joined(parts, (), {}), files, pictures)
        places = {"work": self._work, "target": self._target}
        packed = repacked(pictures, sound, reel.storyboard, reel.document, **places)
        self._media.run(packed, self._watch, timeout=deadline(reel.timeline.frames))

    def in_one_piece(self, reel: Reel, threads: int) -> None:
        """As one FFmpeg command makes it, which needs no segments and keeps none."""
        command = film(
            reel.storyboard,
            reel.timeline,
            reel.materials,
            reel.sounds,
            work=self._work,
            target=self._target,
            container=reel.container,
            threads=threads,
            document=reel.document,
            files=reel.files,
        )
        self._media.run(command, self._watch, timeout=deadline(command.frames))


def _splice(film: Joined, files: Sequence[Path], target: Path) -> None:
    try:
        spliced(film, files, target)
    except OSError as full:
        raise StorageFull(f"The film could not be written ({full.strerror}); make room there.") from full
