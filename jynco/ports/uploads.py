"""Files that people send, kept account of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jynco.model.ids import ProjectId
from jynco.model.uploads import Asset, Upload, Usage


class Uploads(Protocol):
    """Files on their way, by the database's clock, and those that came. Raises NotFound; ServiceAway."""

    def begin(self, upload: Upload, seconds: float) -> Upload: ...  # NotFound (project)
    def get(self, upload_id: str) -> Upload: ...  # NotFound: unknown, or expired before it came
    def finish(self, upload_id: str, asset: Asset) -> None: ...  # twice is once; NotFound
    def keep(self, asset: Asset) -> None: ...  # that came by another way; twice is once; NotFound (project)
    def asset(self, project_id: ProjectId, sha256: str) -> Asset | None: ...
    def usage(self) -> Usage: ...
    def overdue(self, limit: int) -> Sequence[Upload]: ...  # to be forgotten, with what lies there of them
    def forget(self, upload_id: str) -> None: ...
