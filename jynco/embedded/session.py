"""A command's end: start the servers of a data folder, or share those that another command started."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jynco.embedded.locks import Lock, until
from jynco.embedded.paths import Layout, explained
from jynco.embedded.procfile import lines
from jynco.embedded.wishes import Answer, Letter, Wish
from jynco.errors import ServiceAway

PACKAGES = Path(__file__).resolve().parents[2]  # the folder that ``jynco`` is imported from
ENDING = 60.0  # seconds that we wait for earlier servers to end
STARTING = (
    480.0  # seconds; a bound for a supervisor that lives and does not answer (recovery, long migrations)
)
FAREWELL = 5.0  # seconds that the last command waits for the end of the servers
LONGEST_LOG = 10_000_000  # bytes; a longer log is begun anew and the old one kept as .log.1


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers of a data folder are."""

    database_url: str  # postgresql://jynco@/jynco?host=<folder of the socket>
    redis_url: str  # unix://<socket>; empty where there is no Valkey for this kind of machine
    log_dir: Path  # one log for each server and process


def _quiet(_sentence: str) -> None:
    pass


@contextmanager
def session(
    data: Path,
    *,
    root: Path,
    procfile: Path,
    processes: Sequence[str] = (),
    preload: Sequence[str] = (),
    release: str | None = "release",
    environment: Mapping[str, str],
    heeded: Sequence[str] = (),
    started: Callable[[str], None] = _quiet,
) -> Iterator[Servers]:
    """Start, or share, the servers of the data folder ``data`` for as long as the block runs.

    ``processes`` names the Procfile lines to run beside the servers, and ``release`` the line to run once
    before those. They run in ``root`` with ``environment`` and DATABASE_URL, REDIS_URL and JYNCO_DATA. One
    that another command has started is shared as it is. ``preload`` names modules that the processes' parent
    imports for them all. ``started`` is told, in one sentence, when it is this command that starts the
    servers, and when processes that it shares were started with other values of the variables ``heeded``. They
    end with the last block.

    Raises UsageWrong when the Procfile has no such line, StorageFull when ``data`` cannot be written, and
    ServiceAway, naming the log, when something does not come up.
    """
    wish = Wish(
        root=str(root.resolve()),
        processes=lines(procfile, processes),
        release=lines(procfile, [release] if release else []),
        preload=tuple(preload),
        environment=dict(environment),
        heeded=tuple(heeded),
    )
    layout = Layout(data.expanduser().resolve())
    with explained(layout.data):
        layout.make()
        clients = Lock(layout.clients)
    try:
        if not until(clients.share, ENDING):
            log = layout.log("supervisor")
            raise ServiceAway(f"Earlier servers of {layout.data} are still ending; their log is {log}.")
        answer = _ask(layout, wish, started)
        if answer.different:
            started(_otherwise(answer.different))
        yield Servers(answer.database_url, answer.redis_url, layout.logs)
    finally:
        _leave(layout, clients)


def _ask(layout: Layout, wish: Wish, started: Callable[[str], None]) -> Answer:
    with explained(layout.data):
        letter = Letter(layout.wishes, wish)
    try:
        answer = _await(layout, letter, wish, started)
    finally:
        letter.withdraw()
    if answer.failure:
        raise answer.error()
    return answer


def _otherwise(names: str) -> str:
    return (
        f"The workers that run already were started with other values of {names}, and theirs hold: "
        "end the command that keeps them ('jynco up', say), then run this one again."
    )


def _await(layout: Layout, letter: Letter, wish: Wish, started: Callable[[str], None]) -> Answer:
    """Wait for the answer. Whoever finds the supervisor's lock free starts one, once."""
    launched = False
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        guard = Lock(layout.supervisor)
        try:
            free = guard.own()
            if (answer := letter.answer()) is not None:  # looked for after the lock: a dead one can add none
                return answer
            if free and launched:
                break
            if free:
                started(f"Starting Postgres and Valkey in {layout.data}")
                _launch(layout, guard, wish.environment)
                launched = True
        finally:
            guard.close()
        time.sleep(0.01)
    raise ServiceAway(f"The embedded servers do not come up; the log is {layout.log('supervisor')}.")


def _launch(layout: Layout, guard: Lock, environment: Mapping[str, str]) -> None:
    """Start a supervisor that inherits the lock we hold, so that there is never a moment for a second one."""
    with explained(layout.data):
        _turn_logs(layout)
        with layout.log("supervisor").open("ab") as log:
            done = subprocess.run(
                [sys.executable, "-m", "jynco.embedded.supervisor", str(layout.data), str(guard.fd)],
                cwd=PACKAGES,
                env=dict(environment),
                pass_fds=(guard.fd,),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
    if done.returncode != 0:
        raise ServiceAway(f"The supervisor does not start; the log is {layout.log('supervisor')}.")


def _turn_logs(layout: Layout) -> None:
    for log in layout.logs.glob("*.log"):
        if log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def _leave(layout: Layout, clients: Lock) -> None:
    """Go; and if we were the last, see the servers off: the folder, or the container, may end next."""
    last = clients.own()
    clients.close()
    if last:
        until(lambda: _gone(layout), FAREWELL)


def _gone(layout: Layout) -> bool:
    with suppress(FileNotFoundError):  # the folder has gone already
        guard = Lock(layout.supervisor)
        free = guard.own()
        guard.close()
        return free
    return True
