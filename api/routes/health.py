"""Whether this process lives, and whether everything it needs does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask.typing import ResponseReturnValue

from api import errors, queues
from api.answers import told
from api.problems import respond
from api.routing import Answer, Routes
from api.schemas.queues import AliveTold, ReadyTold
from api.trace import trace_id
from jynco.errors import JyncoError
from workers.house import house

routes = Routes("health", "For those who watch over processes.")
log = logging.getLogger("jynco.api")


@routes.route("GET", "/healthz", answer=Answer(AliveTold), scope=None)
def healthz() -> ResponseReturnValue:
    """This process answers"""
    return told({"status": "alive"})


@routes.route("GET", "/readyz", answer=Answer(ReadyTold), errors=(503,), scope=None)
def readyz() -> ResponseReturnValue:
    """Database, broker and storage answer too

    503 with the same checks where one does not.
    """
    checks = {name: _word(check) for name, check in CHECKS.items()}
    away = [name for name, word in checks.items() if word != "ok"]
    if not away:
        return told({"status": "ready", "checks": {**checks}})
    status, detail = HTTPStatus.SERVICE_UNAVAILABLE, f"Not ready: {', '.join(away)}."
    refusal = errors.problem(status, "service_away", detail, retryable=True, trace_id=trace_id())
    answer = respond(status, {**refusal, "checks": {**checks}})
    answer.headers["Retry-After"] = str(errors.RETRY_AFTER)
    return answer


def _word(check: Callable[[], None]) -> str:
    try:
        check()
    except JyncoError as fault:
        return fault.message
    except OSError as fault:
        return f"cannot be written: {fault.strerror}"
    return "ok"


def _database() -> None:
    house().database.ping()


def _broker() -> None:
    queues.depths(())


def _storage() -> None:
    with house().quartermaster.scratch() as folder:
        (folder / "probe").write_bytes(b"ok")
    house().ground.storage.exists("probe")  # it need not be there, only to be answered


CHECKS: Final = {"database": _database, "broker": _broker, "storage": _storage}
