"""People's files, generated clips and finished films of every project."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from jynco.agents import layout
from jynco.agents.quartermaster import luggage
from jynco.agents.quartermaster.fingerprints import Fingerprints, Memory
from jynco.agents.quartermaster.glimpses import Glimpses
from jynco.agents.quartermaster.incoming import Incoming
from jynco.agents.quartermaster.proxies import Proxies
from jynco.agents.quartermaster.shelf import Shelf
from jynco.compose.sources import Source
from jynco.errors import AssetRefused, JyncoError, NotFound, StorageFull
from jynco.model.files import Entry
from jynco.model.ids import CacheKey, ClipId, JobId, ProjectId
from jynco.model.keys import of_file
from jynco.model.media import Look, MediaInfo
from jynco.model.metrics import FETCHED, NEARBY, Tally
from jynco.model.motion import Shot
from jynco.model.retention import Thing
from jynco.model.storyboard import OutputSettings
from jynco.ports import Media, Pictures, Storage

ADDRESS_SECONDS: Final = 900.0


class Quartermaster:
    """Keeps files by name and by content; hands out paths to read, never to write."""

    def __init__(
        self, storage: Storage, media: Media, pictures: Pictures, together: int | None = None
    ) -> None:
        """``together``: new clips that are decoded at once, by default two a core: one a thread would fill memory."""
        self._room = threading.BoundedSemaphore(together or 2 * (os.cpu_count() or 1))
        self._storage = storage
        self._media = media
        self._pictures = pictures
        self._fingerprints = Fingerprints()
        self._seen: Memory[str, MediaInfo] = Memory()
        self._probed: Memory[str, MediaInfo] = Memory()
        self._luggage = luggage.Luggage(storage, self._fingerprints)
        self.incoming = Incoming(storage)
        self.shelf = Shelf(storage, self._fingerprints)
        self.segments = Shelf(storage, self._fingerprints, layout.Kind.SEGMENTS)
        self.proxies = Proxies(Shelf(storage, self._fingerprints, layout.Kind.PROXIES), storage, media)
        self.stills = Glimpses(Shelf(storage, self._fingerprints, layout.Kind.STILLS), storage, media)
        self.shelves = {Thing(kind): Shelf(storage, self._fingerprints, kind) for kind in layout.Kind}

    # --- people's files ------------------------------------------------------------------------------

    def bring_in(self, project_id: ProjectId, folder: Path, paths: Iterable[str]) -> None:
        """Copy the files a document names from the folder beside it. AssetRefused for one that is missing."""
        for relative in sorted(set(paths)):
            self._luggage.bring_in(project_id, folder, relative)

    def beside(self, folder: Path, relative: str) -> Path:
        """A file that lies below ``folder``, links followed. AssetRefused, PathRefused."""
        return luggage.beside(folder, relative)

    def receive(self, project_id: ProjectId, name: str, source: Path) -> str:
        """Keep an uploaded file under a name made from its content; returns its path for the document."""
        suffix = PurePosixPath(name).suffix.lower()
        plain = suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 8
        relative = f"assets/{self._fingerprints.of(source)[:32]}{suffix if plain else ''}"
        self._storage.put(layout.people(project_id, relative), source)
        return relative

    def file(self, project_id: ProjectId, relative: str) -> Path:
        """A file of the project, to read. AssetRefused when it is not there."""
        try:
            return self._storage.path(layout.inside(project_id, relative))
        except NotFound:
            raise AssetRefused(f"'{relative}' is not in the project: upload it, or mend the path.") from None

    @contextmanager
    def pinned(self, project_id: ProjectId, relative: str, sha256: str | None) -> Iterator[Path]:
        """A copy that nobody can change during the block. AssetRefused when it is not the planned content.

        Without it, a picture replaced between plan and submit would put its clip under the old one's key.
        """
        source = self.file(project_id, relative)
        with self._storage.scratch() as folder:
            copy = folder / f"picture{source.suffix}"
            try:
                shutil.copyfile(source, copy)
            except OSError as fault:
                raise AssetRefused(f"'{relative}' cannot be read: {fault.strerror}.") from fault
            if of_file(copy) != sha256:
                raise AssetRefused(
                    f"'{relative}' was replaced after the clip was planned: make the clip again."
                )
            yield copy

    def fingerprint(self, path: Path) -> str:
        """The content hash of a file. AssetRefused when it cannot be read."""
        try:
            return self._fingerprints.of(path)
        except OSError as fault:
            raise AssetRefused(f"'{path.name}' cannot be read: {fault.strerror}.") from fault

    def picture(self, path: Path) -> MediaInfo:
        """What a still is. AssetRefused says why it cannot be used."""
        return self._seen.recall(self.fingerprint(path), lambda: self._pictures.inspect(path))

    def small(self, path: Path, width: int) -> bytes:
        """A JPEG of a still, at most ``width`` pixels wide. AssetRefused."""
        return self._pictures.small(path, width)

    def film(self, path: Path) -> MediaInfo:
        """What a film or sound is. AssetRefused says why it cannot be used."""
        return self._probed.recall(self.fingerprint(path), lambda: self._media.probe(path))

    def refusal(self, path: Path, *, still: bool) -> str | None:
        """Why a file cannot be used as a still (or as film or sound), in one sentence; None when it can."""
        try:
            self.picture(path) if still else self.film(path)
        except JyncoError as fault:
            return fault.message
        return None

    # --- generated clips -----------------------------------------------------------------------------

    def has_clip(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> bool:
        """Whether this clip was made before: the project's own or the shelf's, and still whole."""
        return self.shelf.owned(project_id, clip_id, key) is not None or self.shelf.promises(key)

    def clip(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> Path | None:
        """The film of a clip that was made before, to read: the project's own or the shelf's. Changes nothing."""
        owned = self.shelf.owned(project_id, clip_id, key)
        return self.shelf.find(key) if owned is None else self.file(project_id, owned)

    def deliver(self, project_id: ProjectId, clip_id: ClipId, key: CacheKey) -> str | None:
        """The document's ``sourceFile`` for a clip that was made before; None when it has to be made."""
        return self.shelf.give(project_id, clip_id, key)

    def keep_clip(
        self, key: CacheKey, scratch: Path, judge: Callable[[Look], object] = lambda _: None
    ) -> Look:
        """Decode all of a new clip, and shelve it unless ``judge`` raises. MediaFailed, AssetRefused leave nothing."""
        with self._room:
            look = self._media.look(scratch)
        judge(look)
        self.shelf.keep(key, scratch)
        return look

    def prepare(self, shot: Shot) -> None:
        """Make what previews will want of a new clip. Whatever goes wrong costs only time, and only later."""
        with suppress(JyncoError), self._room:
            path = self.shelf.find(shot.key)
            if path is not None:
                source = Source(path, self.film(path), sha256=self.fingerprint(path))
                self.proxies.prepare(source, OutputSettings(shot.width, shot.height, shot.rate))

    def poster(self, path: Path, width: int) -> Path:
        """A JPEG of the film, at most ``width`` pixels wide. AssetRefused, MediaFailed, MediaTimeout."""
        return self.stills.poster(path, self.film(path), self.fingerprint(path), width)

    def filmstrip(self, path: Path, count: int = 12) -> Path:
        """``count`` frames from all over the film, side by side in one JPEG. As ``poster``."""
        return self.stills.filmstrip(path, self.film(path), self.fingerprint(path), count)

    def last_frame(self, project_id: ProjectId, path: Path) -> str:
        """The film's last frame as a picture of the project; returns its path for the document. As ``poster``."""
        with self._storage.scratch() as folder:
            picture = folder / "last.png"
            self.stills.last(path, self.film(path), picture)
            return self.receive(project_id, picture.name, picture)

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

    def address(self, key: str, media_type: str, name: str) -> str | None:
        """Where the storage itself gives a file out, for 15 minutes; None where it cannot. NotFound."""
        if self._storage.near:
            return None
        if not self._storage.exists(key):
            raise NotFound(f"There is no file '{key}' in the storage.")
        return self._storage.presign_get(key, ADDRESS_SECONDS, media_type=media_type, name=name)

    def note_cut(self, project_id: ProjectId, name: str, text: bytes) -> None:
        """Write down what a film is joined of, under its job's name or its purpose."""
        self._storage.put_bytes(layout.cutlist(project_id, name), text)

    def noted_cut(self, project_id: ProjectId, name: str) -> bytes:
        """What a film is joined of. NotFound before its cut has begun."""
        return self._storage.read(layout.cutlist(project_id, name))

    # --- order ---------------------------------------------------------------------------------------

    def films(self, project_id: ProjectId) -> Iterator[Entry]:
        """Every finished film of a project, and when it was made."""
        return self._storage.entries(layout.exports(project_id))

    def has_film(self, key: str) -> bool:
        """Whether a finished film is there still."""
        return self._storage.exists(key)

    def expire_film(self, film: Entry) -> bool:
        """Remove a film, and the list of what it is joined of; whether it is gone."""
        gone = self._storage.expire(film.key, film.wanted)
        if gone:
            *_, project_id, _, name = PurePosixPath(film.key).parts
            self._storage.delete(layout.cutlist(ProjectId(project_id), PurePosixPath(name).stem))
        return gone

    def forget(self, project_id: ProjectId) -> None:
        """Remove a project's folder. The shelf keeps what was paid for."""
        self._storage.delete_all(layout.project(project_id))
        self._storage.delete(layout.grave(project_id))

    def condemn(self, project_id: ProjectId) -> None:
        """Note that the folder goes when the rows have, so that it does should we die between the two."""
        with suppress(StorageFull):  # who deletes on a full disk wants room, not a promise
            self._storage.put_bytes(layout.grave(project_id), b"")

    def pardon(self, project_id: ProjectId) -> None:
        """The project is there, and stays."""
        self._storage.delete(layout.grave(project_id))

    def condemned(self) -> list[ProjectId]:
        """Projects that were about to be deleted."""
        return [ProjectId(key.removeprefix(f"{layout.GRAVES}/")) for key in self._storage.keys(layout.GRAVES)]

    def journeys(self) -> Iterator[Tally]:
        """What this machine had at hand and what it fetched, since it was last told."""
        new = self._storage.reported()
        results = (NEARBY.tally("hit", amount=new.hits), NEARBY.tally("miss", amount=new.misses))
        yield from (tally for tally in (*results, FETCHED.tally(amount=new.fetched)) if tally.amount)

    def sweep(self) -> int:
        """Remove what killed processes left half made; returns how many folders went."""
        return self._storage.sweep()
