"""Whom the servers run as, and what that user may reach.

Postgres refuses to run as root, so root starts it (and Valkey) as the numeric user that is nobody everywhere.
No user is added to the system, and no folder that was there before has its mode or owner changed.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from jynco.errors import ServiceAway

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    """The user (numeric ids) that the servers run as; ``switch`` says that it is not ourselves."""

    uid: int
    gid: int
    switch: bool

    def may_enter(self, folder: Path) -> bool:
        """Whether this user can reach what lies in ``folder``: every folder on the way must let it pass."""
        return all(self._may(step, os.X_OK) for step in (folder, *folder.parents))

    def may_read(self, file: Path) -> bool:
        """Whether this user can reach and read ``file``."""
        return self.may_enter(file.parent) and self._may(file, os.R_OK)

    def _may(self, path: Path, bit: int) -> bool:
        if not self.switch:
            return os.access(path, bit)
        found = path.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        return bool(found.st_mode & (bit << shift))


def servers_account(cluster: Path) -> Account:
    """Ourselves; or, for root, the owner of the cluster that is there already, and nobody for a new one.

    Raises ServiceAway when the cluster is another user's.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() == 0:
        if owner is None or owner.st_uid == 0:
            return Account(NOBODY, NOBODY, True)
        return Account(owner.st_uid, owner.st_gid, True)
    if owner is not None and owner.st_uid != os.geteuid():
        raise ServiceAway(
            f"The database in {cluster} belongs to user {owner.st_uid}; run as that user or as root, "
            "or choose another folder with --data or JYNCO_DATA."
        )
    return Account(os.geteuid(), os.getegid(), False)


def private_folder(path: Path, account: Account) -> Path:
    """Make ``path`` (0700, owned by ``account``), or find it so; PermissionError when it is something else.

    Only folders of the servers themselves come here, and only their last part is made.
    """
    path.mkdir(mode=0o700, exist_ok=True)
    if account.switch and path.lstat().st_uid == 0:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise PermissionError(errno.EPERM, f"not a folder of user {account.uid}", str(path))
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)
    if stat.S_IMODE(path.stat().st_mode) != 0o700:
        raise PermissionError(errno.EPERM, "its file system keeps no file modes", str(path))
    return path
