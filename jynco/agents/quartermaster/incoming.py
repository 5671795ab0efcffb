"""Files that were sent and that nobody has looked at yet: apart from people's own, until they are found to be good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jynco.agents import layout
from jynco.errors import Conflict, NotFound
from jynco.model.uploads import Presigned, Upload
from jynco.ports import Storage


class Incoming:
    """Where uploads lie between their last byte and the look at them."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def address(self, upload: Upload, seconds: float) -> Presigned | None:
        """Where the storage itself takes the file; None where it has no addresses."""
        return self._storage.presign_put(_key(upload), upload.size, seconds)

    def take(self, upload: Upload, pour: Callable[[Path], None]) -> None:
        """Keep what ``pour`` writes, whole or not at all. StorageFull."""
        with self._storage.scratch() as folder:
            pour(folder / "upload")
            self._storage.adopt(_key(upload), folder / "upload")

    def file(self, upload: Upload) -> Path:
        """What was sent. Conflict when that was nothing yet."""
        try:
            return self._storage.path(_key(upload))
        except NotFound:
            raise Conflict("The file has not been sent yet: send it, then say that it is complete.") from None

    def drop(self, upload: Upload) -> None:
        """It was looked at, or nobody waits for it any more."""
        self._storage.delete(_key(upload))


def _key(upload: Upload) -> str:
    return layout.incoming(upload.project_id, upload.upload_id)
