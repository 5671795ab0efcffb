"""Files that people send: one row for each that came, and one for each that is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta

from sqlalchemy import Connection, RowMapping, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from jynco.adapters.database.postgres.gate import Gate
from jynco.adapters.database.postgres.tables import NOW, OPEN, jobs, projects
from jynco.adapters.database.postgres.tenants import own, refuse_foreign
from jynco.adapters.database.postgres.upload_tables import assets, uploads
from jynco.adapters.database.sentences import UPLOAD_KEPT, unknown_upload
from jynco.model.ids import ProjectId
from jynco.model.uploads import Asset, Upload, Usage

_COLUMNS = ("upload_id", "project_id", "name", "size", "sha256", "media_type")
_COMING = and_(uploads.c.asset.is_(None), uploads.c.expires_at > NOW)
_KEPT = uploads.c.expires_at > NOW - UPLOAD_KEPT


class PostgresUploads:
    """The tables ``uploads`` and ``assets``."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def begin(self, upload: Upload, seconds: float) -> Upload:
        """Expect a file for so many seconds. NotFound (project)."""
        values = {name: getattr(upload, name) for name in _COLUMNS}
        made = insert(uploads).values(**values, expires_at=NOW + timedelta(seconds=seconds))
        with self._gate.transaction() as connection:
            refuse_foreign(self._gate, connection, [upload.project_id])
            return _upload(connection.execute(made.returning(uploads)).mappings().one(), None)

    def get(self, upload_id: str) -> Upload:
        """What was agreed, and what came of it. NotFound where it is unknown, or was not sent in time."""
        there = and_(uploads.c.upload_id == upload_id, own(self._gate, uploads.c.project_id))
        alive = or_(_COMING, and_(uploads.c.asset.is_not(None), _KEPT))
        with self._gate.autocommit() as connection:
            row = connection.execute(select(uploads).where(there, alive)).mappings().one_or_none()
            if row is None:
                raise unknown_upload(upload_id)
            return _upload(row, row["asset"] and _found(connection, row["project_id"], row["asset"]))

    def finish(self, upload_id: str, asset: Asset) -> None:
        """Note what it turned out to be. Twice is once. NotFound."""
        mine = and_(uploads.c.upload_id == upload_id, uploads.c.project_id == asset.project_id)
        with self._gate.transaction() as connection:
            refuse_foreign(self._gate, connection, [asset.project_id])
            if not connection.execute(update(uploads).where(mine).values(asset=asset.sha256)).rowcount:
                raise unknown_upload(upload_id)
            _keep(connection, asset)

    def keep(self, asset: Asset) -> None:
        """Note a file that came by another way. Twice is once. NotFound (project)."""
        with self._gate.transaction() as connection:
            refuse_foreign(self._gate, connection, [asset.project_id])
            _keep(connection, asset)

    def asset(self, project_id: ProjectId, sha256: str) -> Asset | None:
        """The project's file with this content, if it has one."""
        with self._gate.autocommit() as connection:
            refuse_foreign(self._gate, connection, [project_id])
            return _found(connection, project_id, sha256)

    def usage(self) -> Usage:
        """What the tenant has."""
        ours = own(self._gate, projects.c.project_id)
        here = select(func.count()).select_from(projects).where(ours)
        work = select(func.count()).where(jobs.c.state.in_(OPEN), own(self._gate, jobs.c.project_id))
        came = select(func.coalesce(func.sum(assets.c.size), 0)).where(own(self._gate, assets.c.project_id))
        due = select(func.coalesce(func.sum(uploads.c.size), 0)).where(
            _COMING, own(self._gate, uploads.c.project_id)
        )
        asked = select(*(each.scalar_subquery() for each in (here, work, came, due)))
        with self._gate.autocommit() as connection:
            found, waiting, stored, coming = connection.execute(asked).one()
        return Usage(found, waiting, int(stored) + int(coming))

    def overdue(self, limit: int) -> Sequence[Upload]:
        """Those that never came in time, and those that came so long ago that nobody asks again."""
        late = or_(~_KEPT, and_(uploads.c.asset.is_(None), uploads.c.expires_at <= NOW))
        chosen = select(uploads).where(late).order_by(uploads.c.expires_at).limit(limit)
        with self._gate.autocommit() as connection:
            return [_upload(row, None) for row in connection.execute(chosen).mappings()]

    def forget(self, upload_id: str) -> None:
        """Expect it no longer; one that is not there is fine."""
        with self._gate.autocommit() as connection:
            connection.execute(delete(uploads).where(uploads.c.upload_id == upload_id))


def _keep(connection: Connection, asset: Asset) -> None:
    values = {each.name: getattr(asset, each.name) for each in fields(Asset)}
    connection.execute(insert(assets).values(values).on_conflict_do_nothing())


def _found(connection: Connection, project_id: ProjectId, sha256: str) -> Asset | None:
    chosen = select(assets).where(assets.c.project_id == project_id, assets.c.sha256 == sha256)
    row = connection.execute(chosen).mappings().one_or_none()
    return None if row is None else Asset(**{each.name: row[each.name] for each in fields(Asset)})


def _upload(row: RowMapping, asset: Asset | None) -> Upload:
    return Upload(**{name: row[name] for name in (*_COLUMNS, "expires_at")}, asset=asset)
