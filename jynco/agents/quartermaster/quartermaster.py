"""People's files, generated clips and finished films of every project."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath

from jynco.agents import layout
from jynco.agents.quartermaster.fingerprints import Fingerprints
from jynco.agents.quartermaster.shelf import Shelf
from jynco.errors import AssetRefused, JyncoError, NotFound
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId
from jynco.model.media import MediaInfo
from jynco.ports import Media, Pictures, Storage

log = logging.getLogger("jynco.quartermaster")


class Quartermaster:
    """Keeps files by name and by content; hands out paths to read, never to write."""

    def __init__(self, storage: Storage, media: Media, pictures: Pictures) -> None:
        self._storage = storage
        self._media = media
        self._pictures = pictures
        self._fingerprints = Fingerprints()
        self.shelf = Shelf(storage, self._fingerprints)

    # --- people's files ------------------------------------------------------------------------------

    def bring_in(self, project_id: ProjectId, folder: Path, paths: Iterable[str]) -> None:
        """Copy the files a document names from the folder beside it. AssetRefused for one that is missing."""
        for relative in sorted(set(paths)):
            key = layout.people(project_id, relative)
            source = self.beside(folder, relative)
            if not self._same(key, source):
                self._storage.put(key, source)

    def beside(self, folder: Path, relative: str) -> Path:
        """A file that lies below ``folder``, links followed. AssetRefused, PathRefused."""
        layout.inside(ProjectId("proj_any"), relative)
        path = folder / PurePosixPath(relative)
        if not path.resolve().is_relative_to(folder.resolve()):
            raise AssetRefused(f"'{relative}' leads out of the storyboard's folder: copy the file there.")
        if not path.is_file():
            raise AssetRefused(
                f"'{relative}' is not there: put the file beside the storyboard, or mend the path."
            )
        return path

    def receive(self, project_id: ProjectId, name: str, source: Path) -> str:
        """Keep an uploaded file under a name made from its content; returns its path for the document."""
        suffix = PurePosixPath(name).suffix.lower()
        relative = f"assets/{self._fingerprints.of(source)[:32]}{suffix if suffix[1:].isalnum() else ''}"
        self._storage.put(layout.people(project_id, relative), source)
        return relative

    def file(self, project_id: ProjectId, relative: str) -> Path:
        """A file of the project, to read. AssetRefused when it is not there."""
        try:
            return self._storage.path(layout.inside(project_id, relative))
        except NotFound:
            raise AssetRefused(f"'{relative}' is not in the project: upload it, or mend the path.") from None

    def fingerprint(self, path: Path) -> str:
        """The content hash of a file."""
        return self._fingerprints.of(path)

    def picture(self, path: Path) -> MediaInfo:
        """What a still is. AssetRefused says why it cannot be used."""
        return self._pictures.inspect(path)

    def film(self, path: Path) -> MediaInfo:
        """What a film or sound is. AssetRefused says why it cannot be used."""
        return self._media.probe(path)

    # --- generated clips -----------------------------------------------------------------------------

    def find_clip(self, key: CacheKey) -> Path | None:
        """A clip that was generated before, verified; None means it has to be made."""
        return self.shelf.find(key)

    def keep_clip(self, key: CacheKey, scratch: Path) -> None:
        """Check a new clip by decoding all of it, then put it in the cache. MediaFailed leaves nothing behind."""
        self._media.verify(scratch)
        self.shelf.keep(key, scratch)

    def hand_over(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> str:
        """Give a project its own name for a cached clip; returns the document's ``sourceFile``. NotFound."""
        relative = layout.generated(clip_id, key)
        target = layout.inside(project_id, relative)
        if not self._storage.exists(target):
            self._storage.link(layout.cached(key), target)
        return relative

    def owns(self, project_id: ProjectId, relative: str | None) -> bool:
        """Whether the project has this file."""
        return relative is not None and self._storage.exists(layout.inside(project_id, relative))

    # --- films ---------------------------------------------------------------------------------------

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder to work in; gone afterwards."""
        return self._storage.scratch()

    def publish(self, project_id: ProjectId, job_id: JobId, film: Path, container: str) -> str:
        """Move a finished film in; returns its storage key."""
        key = layout.export(project_id, job_id, container)
        self._storage.adopt(key, film)
        return key

    def export(self, key: str) -> Path:
        """A finished film, to read. NotFound."""
        return self._storage.path(key)

    def forget(self, project_id: ProjectId) -> None:
        """Remove a project's folder. The cache keeps what was paid for."""
        self._storage.delete_all(layout.project(project_id))

    def _same(self, key: str, source: Path) -> bool:
        try:
            return self._fingerprints.of(self._storage.path(key)) == self._fingerprints.of(source)
        except (NotFound, OSError):
            return False

    def refusal(self, path: Path, *, still: bool) -> str | None:
        """Why a file cannot be used as a still (or as film or sound), in one sentence; None when it can."""
        try:
            self.picture(path) if still else self.film(path)
        except JyncoError as fault:
            return fault.message
        return None
