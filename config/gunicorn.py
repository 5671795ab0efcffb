"""The web process: ``gunicorn --config python:config.gunicorn 'api:create_app()'``. Every setting with its reason."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Any, Final, NoReturn

from config.guard import refuse_unguarded
from config.logging import set_up
from config.settings import Settings, read
from jynco.errors import JyncoError


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - there is no log yet, and somebody waits for the reason
    sys.exit(2)


def _settings() -> Settings:
    try:
        settings = read()
        refuse_unguarded(settings)
        settings.servers()
    except JyncoError as error:
        _refuse(error.message)
    return settings


_read = _settings()
set_up(_read.log_level)

bind = f"{_read.host}:{_read.port}"
workers = 1 if _read.in_one_process else _read.web_processes  # each would have a broker of its own
worker_class = (
    "config.worker.Worker"  # threads: streams of events wait most of the time, and waiting costs little
)
threads = 320  # above the 200 streams a process takes: with as many streams as threads the API stands still
timeout = 60  # a gthread worker beats beside its requests, so this only ends one that hangs as a whole
graceful_timeout = 20  # platforms kill after 30 s
keepalive = 5
control_socket_disable = True  # nothing here is told what to do over a socket
preload_app = False  # connections do not survive a fork
accesslog = None  # api.trace writes a line a request, with its trace
errorlog = None  # no handler of gunicorn's own: its lines go to the root's, which writes JSON
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "incremental": True,
    "root": {},
    "handlers": {},
    "loggers": {"gunicorn.error": {"propagate": True}},
}


def on_starting(server: Any) -> None:
    """Say at once, and in one sentence, that the port is taken: gunicorn tries five times, a second each."""
    if server.master_pid:  # the new half of an upgrade inherits the socket
        return
    with socket.socket(socket.AF_INET6 if ":" in _read.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_read.host, _read.port))
        except OSError as fault:
            taken = (
                "is taken by another process"
                if fault.errno == errno.EADDRINUSE
                else f"cannot be used ({fault.strerror})"
            )
            _refuse(
                f"Port {_read.port} of {_read.host} {taken}: stop that, or choose another with PORT (or --port)."
            )


COUNTING: Final = "jynco_counting"  # the application's extension that counts its requests


def post_worker_init(worker: Any) -> None:
    """Have the process that serves tell what it counts; an application alone tells it when it is asked."""
    worker.wsgi.extensions[COUNTING].keep_on()


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's own form
    """What was counted since is told before the end; a process that never served has nothing to tell."""
    application = getattr(worker, "wsgi", None)
    if application is not None:
        application.extensions[COUNTING].end()
