"""A real RabbitMQ for tests: a node of its own, on this machine only, that ends with the process that runs the tests.

Debian's package is used as it lies, and nothing of it is changed: folders, ports, names and Erlang's own register of
nodes (epmd) are all the test's. A service of the same package that runs beside it is not touched.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

from kombu import Connection

from jynco.embedded.locks import until

Process: TypeAlias = subprocess.Popen[bytes]
PROGRAM = "rabbitmq-server"
SCRIPT = Path(
    "/usr/lib/rabbitmq/bin/rabbitmq-server"
)  # what the program on the path would become another user for
READY = 60.0  # seconds; a bound
ENDING = 15.0
PR_SET_PDEATHSIG = 1
SETTINGS = """
listeners.tcp.1 = 127.0.0.1:{port}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 1MB
raft.wal_max_size_bytes = 8000000
log.console = true
log.file = false
"""


class Node:
    """A node: its address, and the process that may be killed; what its queues held is on its disk."""

    def __init__(self, address: str, begin: Callable[[], AbstractContextManager[Process]]) -> None:
        self.address = address
        self._begin = begin
        self._life = ExitStack()

    def start(self) -> None:
        """Until it answers."""
        node = self._life.enter_context(self._begin())
        came = until(lambda: node.poll() is not None or _answers(self.address), READY, 0.2)
        assert came, "the node does not answer"
        assert node.poll() is None, "the node has ended by itself"
        self._life.callback(partial(_killed, node))

    def die(self) -> None:
        """At once, as when its machine does."""
        self._life.close()


@contextmanager
def rabbitmq() -> Iterator[Node]:
    """A node with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="rabbit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        port, distribution, register = (_free() for _ in range(3))
        (folder / "rabbitmq.conf").write_text(SETTINGS.format(port=port))
        (folder / "plugins").write_text("[].")
        around = _around(folder, port, distribution, register)
        address = f"amqp://guest:guest@127.0.0.1:{port}//"
        with _running(["epmd", "-port", str(register), "-address", "127.0.0.1"], around, folder / "epmd.log"):
            script = str(SCRIPT if SCRIPT.exists() else PROGRAM)
            node = Node(address, partial(_running, [script], around, folder / "node.log"))
            try:
                node.start()
                yield node
            finally:
                node.die()


def _around(folder: Path, port: int, distribution: int, register: int) -> dict[str, str]:
    return {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"jynco{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "ERL_EPMD_PORT": str(register),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        # waiting schedulers would spin on cores that the tests need
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
    }


def _killed(node: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(node.pid, signal.SIGKILL)


@contextmanager
def _running(command: list[str], around: Mapping[str, str], log: Path) -> Iterator[Process]:
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            env=dict(around),
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _answers(address: str) -> bool:
    try:
        with Connection(address, connect_timeout=2) as connection:
            connection.connect()
            return True
    except OSError:
        return False


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
