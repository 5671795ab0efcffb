"""What the acceptance tests share: a desk with a storyboard on it, and the real ``jynco`` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import psycopg
from PIL import Image

from jynco.embedded import Servers, session
from jynco.embedded.locks import until

ROOT = Path(__file__).parents[2]
WORKERS = ("worker_motion", "worker_render", "worker_preview", "beat")
PATIENCE = 90.0  # seconds; a bound for what should happen soon
QUICK = {
    "JYNCO_RETRY_BASE_SECONDS": "0.2",
    "JYNCO_POLL_SECONDS": "0.2",
    "JYNCO_LEASE_SECONDS": "2",
    "JYNCO_SWEEP_SECONDS": "1",
}
SIZE = (160, 90)
RATE = 10


def environment(**more: str) -> dict[str, str]:
    """A person's environment: none of our variables, compiled modules kept, small waits."""
    ours = ("JYNCO_", "DATABASE_URL", "REDIS_URL", "CLOUDAMQP_URL", "PYTHONDONTWRITEBYTECODE", "NO_COLOR")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**plain, **QUICK, **more}


@dataclass(frozen=True, slots=True)
class Done:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def said(self) -> list[str]:
        """What it said on standard error, without the ordinary progress."""
        usual = ("Starting Postgres", "Composing", "Clips ", "proj_")
        return [line for line in self.err.splitlines() if line and not line.startswith(usual)]

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        (line,) = self.out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    def film(self) -> Path:
        """The film that it made; fails when it made none."""
        assert self.code == 0, self.err
        return self.folder / str(self.json["film"])

    def made(self) -> dict[str, str]:
        """How each clip of the film came about, by the receipt."""
        return {line["clipId"]: line["made"] for line in self.json["receipt"]["clips"]}


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a person's files, a data folder, and the environment that commands run in."""

    folder: Path
    data: Path
    environment: Mapping[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @contextmanager
    def tidy(self) -> Iterator[Desk]:
        """Itself; afterwards nothing that it started still runs."""
        try:
            yield self
        finally:
            for process in self.started:
                if process.poll() is None:
                    process.kill()
                    process.communicate()

    def picture(self, name: str, seed: int = 1) -> str:
        """A picture with something to see, and its path in the document."""
        colours = np.random.default_rng(seed).integers(30, 225, (6, 8, 3)).astype(np.uint8)
        Image.fromarray(np.kron(colours, np.ones((40, 40, 1), np.uint8))).save(self.folder / name)
        return name

    def write(self, document: Mapping[str, Any], name: str = "board.json") -> Path:
        """The document as a file, with the looks of one that a person wrote."""
        path = self.folder / name
        path.write_text(json.dumps(document, indent=3, ensure_ascii=False), encoding="utf-8")
        return path

    def line(self, *arguments: str | Path) -> list[str]:
        """The command line of ``jynco arguments``."""
        data = () if self.data == Path() else ("--data", str(self.data))
        return [sys.executable, "-P", "-m", "jynco", *map(str, arguments), *data]

    def start(self, *arguments: str | Path, **more: str) -> subprocess.Popen[str]:
        """The command, running."""
        process = subprocess.Popen(
            self.line(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**self.environment, **more},
        )
        self.started.append(process)
        return process

    def jynco(self, *arguments: str | Path, **more: str) -> Done:
        """The command, run to its end."""
        return self.ended(self.start(*arguments, **more))

    def ended(self, process: subprocess.Popen[str], timeout: float = PATIENCE) -> Done:
        """What a running command says until its end; killed, and the test failed, when that does not come."""
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"{process.args!r} did not end:\n{out}\n{err}") from None
        assert "Traceback" not in err, err
        return Done(process.returncode, out, err, self.folder)

    def render(self, document: Mapping[str, Any], *options: str | Path, **more: str) -> Done:
        """``jynco render --json`` of a document."""
        return self.jynco("render", self.write(document), "--json", *options, **more)

    def live(self, project_id: str) -> dict[str, Any]:
        """The live storyboard.json of a project."""
        text = (self.data / "projects" / project_id / "storyboard.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found


def clip(name: str, **fields: Any) -> dict[str, Any]:
    """A pending clip of half a second by the mock, which needs no picture."""
    given = {"provider": "mock", "motionPrompt": f"shows {name}", "duration": 0.5, **fields}
    return {
        "clipId": f"clip_{name}",
        "status": "pending",
        **{k: v for k, v in given.items() if v is not None},
    }


def footage(name: str, path: str, **fields: Any) -> dict[str, Any]:
    """A clip that is a film already."""
    return {"clipId": f"clip_{name}", "status": "pending", "sourceFile": path, **fields}


def board(project: str, *clips: Mapping[str, Any], codec: str = "h264", **more: Any) -> dict[str, Any]:
    """A small, quick storyboard; its seed makes its clips nobody else's."""
    seed = zlib.crc32(project.encode())
    output = {
        "resolution": {"width": SIZE[0], "height": SIZE[1]},
        "fps": RATE,
        "codec": codec,
        "quality": "draft",
    }
    return {
        "version": "1.2",
        "projectId": f"proj_{project}",
        "outputSettings": output,
        "timeline": [each if "sourceFile" in each else {"seed": seed, **each} for each in clips],
        **more,
    }


@contextmanager
def held(data: Path, processes: Sequence[str] = WORKERS, **more: str) -> Iterator[Servers]:
    """The servers and workers of a data folder, for as long as the block runs; commands share them."""
    variables = environment(**more)
    with session(
        data,
        root=ROOT,
        procfile=ROOT / "Procfile",
        processes=processes,
        preload=("workers.preload",) if processes else (),
        environment={**variables, "JYNCO_DATA": str(data)},
    ) as servers:
        yield servers


def ask(servers: Servers, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of a query to the real database."""
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        return connection.execute(query.encode(), values).fetchall()


def paid(servers: Servers, project_id: str) -> dict[str, int]:
    """Finished generations per clip of a project."""
    query = "SELECT clip_id, count(*) FROM generations WHERE project_id = %s AND state = 'done' GROUP BY 1"
    return dict(ask(servers, query, project_id))


def bills(data: Path) -> list[str]:
    """The key of every request that the mock accepted."""
    file = data / "mock" / "bills.jsonl"
    return [json.loads(line)["key"] for line in file.read_text().splitlines()] if file.exists() else []


@dataclass(frozen=True, slots=True)
class Film:
    """What a decoder finds in a film."""

    codec: str
    size: tuple[int, int]
    rate: Fraction
    frames: int
    sound: bool
    metadata: Mapping[str, str]


def look(path: Path) -> Film:
    """Decode every frame of a film."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for _ in container.decode(video=0))
        size, rate = (stream.width, stream.height), Fraction(stream.average_rate or 0)
        tags = {name.lower(): value for name, value in container.metadata.items()}
        return Film(stream.codec_context.name, size, rate, frames, bool(container.streams.audio), tags)


def pid_of(data: Path, name: str) -> int:
    """The number of a Procfile process, once it runs."""
    found: list[int] = []

    def runs() -> bool:
        state = json.loads((data / "embedded.json").read_text())
        found[:] = [int(state.get("processes", {}).get(name, {}).get("pid", 0))]
        return found[0] > 0

    assert until(runs, PATIENCE, 0.05), f"{name} does not run"
    return found[0]


def wait(condition: Any, words: str) -> None:
    """Until something is so."""
    assert until(condition, PATIENCE, 0.05), f"it did not come about: {words}"


def below(data: Path) -> dict[int, str]:
    """Living processes, and their command lines, whose arguments or environment name this data folder."""
    mine, numbers = str(data).encode(), (path.name for path in Path("/proc").iterdir())
    lines = {int(number): _line(int(number), mine) for number in numbers if number.isdecimal()}
    return {pid: line for pid, line in lines.items() if line and pid != os.getpid()}


def _line(pid: int, mine: bytes) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        around = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace") if mine in words or mine in around else ""
