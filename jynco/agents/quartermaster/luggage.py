"""What people bring along: the files that a storyboard names, from the folder beside it."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

from jynco.agents import layout
from jynco.agents.quartermaster.fingerprints import Fingerprints
from jynco.errors import AssetRefused, NotFound
from jynco.model.ids import ProjectId
from jynco.ports import Storage


class Luggage:
    """Copies people's files into their project, and only what changed."""

    def __init__(self, storage: Storage, fingerprints: Fingerprints) -> None:
        self._storage = storage
        self._fingerprints = fingerprints

    def bring_in(self, project_id: ProjectId, folder: Path, relative: str) -> None:
        """Copy one file that a document names. AssetRefused, PathRefused, StorageFull."""
        key, source = layout.people(project_id, relative), beside(folder, relative)
        if self._same(key, source):
            return
        self._storage.put(key, source)
        if not self._same(key, source):
            raise AssetRefused(f"'{relative}' was written to while it was copied: wait until it is whole.")

    def _same(self, key: str, source: Path) -> bool:
        try:
            there = self._storage.path(key)
        except NotFound:
            return False
        return self._fingerprints.of(there) == self._print(source)

    def _print(self, source: Path) -> str:
        try:
            return self._fingerprints.of(source)
        except OSError as fault:
            raise AssetRefused(f"'{source.name}' cannot be read: {fault.strerror}.") from fault


def beside(folder: Path, relative: str) -> Path:
    """A file that lies below ``folder``, links followed. AssetRefused, PathRefused."""
    layout.checked(relative)
    for spelled in _spellings(relative):
        path = folder / PurePosixPath(spelled)
        if _is_file(path, relative):
            if not path.resolve().is_relative_to(folder.resolve()):
                raise AssetRefused(f"'{relative}' leads out of the storyboard's folder: copy the file there.")
            return path
    raise AssetRefused(f"'{relative}' is not there: put the file beside the storyboard, or mend the path.")


def _spellings(relative: str) -> list[str]:
    """As it is written, then with its accents joined or apart: some systems keep é as e and an accent."""
    forms = [relative, unicodedata.normalize("NFC", relative), unicodedata.normalize("NFD", relative)]
    return list(dict.fromkeys(forms))


def _is_file(path: Path, relative: str) -> bool:
    try:
        if path.is_dir():
            raise AssetRefused(f"'{relative}' is a folder: name a file in it.")
        if not path.is_file():
            return False
        with path.open("rb"):
            return True
    except (OSError, ValueError) as fault:  # closed to us, or a name that no file system takes
        reason = fault.strerror if isinstance(fault, OSError) else "no file can have such a name"
        raise AssetRefused(f"'{relative}' cannot be read: {reason}.") from fault
