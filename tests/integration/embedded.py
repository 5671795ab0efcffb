"""What the tests of the embedded servers share: a small project, commands in other processes, questions to servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import redis

from jynco.embedded import Servers, session
from jynco.embedded.account import Account
from jynco.embedded.locks import until

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0  # seconds; a bound for what should happen soon

PROCFILE = """\
# Lines for the tests.
release: python -m probe.release
failing: python -m probe.fails
worker: python -m probe.worker one "two words" $PORT
other: python -m probe.worker other
stubborn: python -m probe.stubborn
tool: python probe/tool.py
"""

WORKER = """\
import json, os, pathlib, signal, sys, time
sys.path.insert(0, os.getcwd())
import probe.shared
out = pathlib.Path(os.environ["PROBE_OUT"]) / f"{sys.argv[1]}-{os.getpid()}.json"
found = {
    "argv": sys.argv[1:], "folder": os.getcwd(), "pid": os.getpid(), "leader": os.getsid(0),
    "nice": os.nice(0),
    "environment": dict(os.environ), "shared": probe.shared.PID,
    "files": [os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")],
    "signals": [str(signal.getsignal(n)) for n in (signal.SIGTERM, signal.SIGINT)],
}
out.with_suffix(".new").write_text(json.dumps(found))
out.with_suffix(".new").rename(out)
print("worker is up")
while True:
    time.sleep(0.1)
"""

STUBBORN = """\
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
while True:
    time.sleep(0.1)
"""

RELEASE = """\
import os, pathlib
with (pathlib.Path(os.environ["PROBE_OUT"]) / "released").open("a") as out:
    out.write(os.environ["DATABASE_URL"] + "\\n")
"""

COMMAND = """\
import json, os, pathlib, sys
from jynco.embedded import session
from jynco.errors import JyncoError
given = json.loads(sys.argv[1])
root = pathlib.Path(given["root"])
try:
    with session(pathlib.Path(given["data"]), root=root, procfile=root / "Procfile",
                 processes=given["processes"], release=None, environment=dict(os.environ)) as servers:
        print(json.dumps({"database_url": servers.database_url, "redis_url": servers.redis_url}), flush=True)
        sys.stdin.read()
except JyncoError as error:
    print(json.dumps({"error": error.message, "code": error.code}), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A root with a Procfile and a small package, and a folder that its processes write to."""

    root: Path
    out: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PROBE_OUT": str(self.out)}

    def session(
        self,
        data: Path,
        processes: Sequence[str] = (),
        release: str | None = None,
        preload: Sequence[str] = (),
        sentences: list[str] | None = None,
        **variables: str,
    ) -> AbstractContextManager[Servers]:
        """A session of this project, in this process."""
        told = [] if sentences is None else sentences
        return session(
            data,
            root=self.root,
            procfile=self.root / "Procfile",
            processes=processes,
            release=release,
            preload=preload,
            environment={**self.environment, **variables},
            heeded=tuple(variables),
            started=told.append,
        )

    def reports(self, name: str) -> list[dict[str, object]]:
        """What the processes ``name`` have written about themselves, oldest first."""
        files = sorted(self.out.glob(f"{name}-*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(file.read_text()) for file in files]


def project(folder: Path) -> Project:
    """Write a project below ``folder``."""
    made = Project(folder / "root", folder / "out")
    package = made.root / "probe"
    package.mkdir(parents=True)
    made.out.mkdir()
    (made.root / "Procfile").write_text(PROCFILE)
    (package / "__init__.py").touch()
    (package / "shared.py").write_text("import os\nPID = os.getpid()\n")
    (package / "worker.py").write_text(WORKER)
    (package / "tool.py").write_text(WORKER.replace("sys.argv[1]", "'tool'"))
    (package / "stubborn.py").write_text(STUBBORN)
    (package / "release.py").write_text(RELEASE)
    (package / "fails.py").write_text("raise SystemExit('the schema is from the future')\n")
    (package / "broken.py").write_text("raise ValueError('no such setting')\n")
    return made


@contextmanager
def command(
    made: Project,
    data: Path,
    processes: Sequence[str] = (),
    uid: int | None = None,
    python: Path = Path(sys.executable),
) -> Iterator[subprocess.Popen[str]]:
    """A session in another process, which lasts until its standard input ends."""
    given = json.dumps({"data": str(data), "root": str(made.root), "processes": list(processes)})
    path = f"{ROOT}{os.pathsep}{sysconfig.get_path('purelib')}"
    with subprocess.Popen(
        [str(python), "-c", COMMAND, given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**made.environment, "PYTHONPATH": path, "HOME": str(made.root)},
        cwd=made.root,
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    ) as process:
        yield process
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()


def python_for(uid: int) -> Path:
    """A Python that user ``uid`` can run; a developer's own is often in a closed home. Skips without one."""
    user = Account(uid, uid, True)
    for found in (Path(sys.executable).resolve(), Path("/usr/bin/python3")):
        if found.exists() and user.may_read(found) and user.may_read(Path(__file__)) and _new_enough(found):
            return found
    pytest.skip("no Python 3.11, or not this checkout, is open to other users")


def _new_enough(python: Path) -> bool:
    question = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([str(python), "-c", question], check=False).returncode == 0


def answer(process: subprocess.Popen[str]) -> Mapping[str, str]:
    """The line that a command writes when its session has begun, or has failed."""
    assert process.stdout is not None
    found: dict[str, str] = json.loads(process.stdout.readline())
    return found


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    """Rows of a query; none for a statement without."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


def keep(url: str, name: str, value: str | None = None) -> str | None:
    """Set a key when there is a value; then its value."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        if value is not None:
            client.set(name, value)
        found = client.get(name)
    return None if found is None else str(found)


def state(data: Path) -> dict[str, object]:
    """What the supervisor says about itself."""
    found: dict[str, object] = json.loads((data / "embedded.json").read_text())
    return found


def pids(data: Path, kind: str) -> dict[str, int]:
    """The processes of a kind ("servers" or "processes") by name."""
    found = state(data)[kind]
    assert isinstance(found, dict)
    return {name: int(one["pid"]) for name, one in found.items()}


@dataclass(frozen=True, slots=True)
class Process:
    """One process as the kernel tells of it; a number alone may be used again."""

    pid: int
    born: int
    parent: int = field(compare=False)  # an orphan is adopted
    words: tuple[str, ...] = field(compare=False)


def everybody() -> list[Process]:
    """All processes of this machine, but for those that have ended and were not waited for."""
    numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    return [one for pid in numbers if (one := _look(pid)) is not None]


def _look(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else Process(pid, int(fields[19]), int(fields[1]), tuple(words))


def family(data: Path) -> list[Process]:
    """The supervisor, first, and all its descendants, now."""
    supervisor, all_of_them = int(str(state(data)["pid"])), everybody()
    found = [one for one in all_of_them if one.pid == supervisor]
    for elder in found:
        found += [one for one in all_of_them if one.parent == elder.pid]
    return found


def gone(processes: Sequence[Process]) -> bool:
    """Whether all end before patience does."""
    assert processes
    return until(lambda: not set(processes) & set(everybody()), PATIENCE, 0.05)
