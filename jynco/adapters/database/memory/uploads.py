"""Files that people send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jynco.adapters.database.memory.store import Store, alone
from jynco.adapters.database.sentences import UPLOAD_KEPT, unknown_upload
from jynco.adapters.database.text import storable
from jynco.model.ids import ProjectId
from jynco.model.uploads import Asset, Upload, Usage


class MemoryUploads:
    """The twin of the tables ``uploads`` and ``assets``."""

    def __init__(self, store: Store, tenant: str | None = None) -> None:
        self.store = store
        self._tenant = tenant

    @alone
    def begin(self, upload: Upload, seconds: float) -> Upload:
        """Expect a file for so many seconds. NotFound (project)."""
        self.store.refuse_foreign(self._tenant, upload.project_id)
        kept = replace(upload, name=storable(upload.name), expires_at=self.store.now(seconds), asset=None)
        self.store.uploads[upload.upload_id] = kept
        return kept

    @alone
    def get(self, upload_id: str) -> Upload:
        """What was agreed, and what came of it. NotFound where it is unknown, or was not sent in time."""
        found = self.store.uploads.get(upload_id)
        if found is None or not self.store.owns(self._tenant, found.project_id) or self._late(found):
            raise unknown_upload(upload_id)
        return found

    @alone
    def finish(self, upload_id: str, asset: Asset) -> None:
        """Note what it turned out to be. Twice is once. NotFound."""
        self.store.refuse_foreign(self._tenant, asset.project_id)
        found = self.store.uploads.get(upload_id)
        if found is None or found.project_id != asset.project_id:
            raise unknown_upload(upload_id)
        self.keep(asset)
        self.store.uploads[upload_id] = replace(found, asset=self.asset(asset.project_id, asset.sha256))

    @alone
    def keep(self, asset: Asset) -> None:
        """Note a file that came by another way. Twice is once. NotFound (project)."""
        self.store.refuse_foreign(self._tenant, asset.project_id)
        self.store.assets.setdefault((asset.project_id, asset.sha256), asset)

    @alone
    def asset(self, project_id: ProjectId, sha256: str) -> Asset | None:
        """The project's file with this content, if it has one."""
        self.store.refuse_foreign(self._tenant, project_id)
        return self.store.assets.get((project_id, sha256))

    @alone
    def usage(self) -> Usage:
        """What the tenant has."""
        mine = [project for project in self.store.projects if self.store.owns(self._tenant, project)]
        jobs = [row.job for row in self.store.jobs.values() if row.job.project_id in mine]
        came = [each.size for each in self.store.assets.values() if each.project_id in mine]
        coming = [
            each.size
            for each in self.store.uploads.values()
            if each.project_id in mine and each.asset is None and not self._late(each)
        ]
        return Usage(len(mine), sum(not job.state.terminal for job in jobs), sum(came) + sum(coming))

    @alone
    def overdue(self, limit: int) -> Sequence[Upload]:
        """Those that never came in time, and those that came so long ago that nobody asks again."""
        late = [each for each in self.store.uploads.values() if self._late(each)]
        return sorted(late, key=lambda each: str(each.expires_at))[:limit]

    @alone
    def forget(self, upload_id: str) -> None:
        """Expect it no longer; one that is not there is fine."""
        self.store.uploads.pop(upload_id, None)

    def _late(self, upload: Upload) -> bool:
        assert upload.expires_at is not None
        grace = UPLOAD_KEPT if upload.asset else UPLOAD_KEPT * 0
        return upload.expires_at + grace <= self.store.now()
