"""Idempotency-Key: a request that is sent again is answered again, and not done again."""

from __future__ import annotations

import logging
import re
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Final, ParamSpec

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from api import recalled
from api.callers import caller
from api.errors import KeyBusy, KeyReused, RequestInvalid
from api.trace import trace_id
from jynco.adapters.database.desk import Errand, Reply, Turn, desk, on_errand
from jynco.errors import Fault, ServiceAway
from jynco.model.keys import digest, of_bytes
from workers.house import house

HEADER: Final = "Idempotency-Key"
KEPT: Final = ("Content-Type", "Location", "ETag", "Retry-After")
SECONDS: Final = 60.0  # a request that runs longer was left by its process, and may be done again
PAUSE: Final = 0.5  # seconds between two tries to say what became of a request
log = logging.getLogger("jynco.api")

Words = ParamSpec("Words")


def once(view: Callable[Words, ResponseReturnValue]) -> Callable[Words, ResponseReturnValue]:
    """A view that does what a key stands for once. Only what was done is kept: a refusal may be tried again."""

    @wraps(view)
    def asked(*args: Words.args, **kwargs: Words.kwargs) -> ResponseReturnValue:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        if not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
            raise RequestInvalid([Fault(f"/{HEADER}", "invalid", "must be 1 to 255 plain characters")])
        return _kept(key, partial(view, *args, **kwargs))

    return asked


def _kept(key: str, do: Callable[[], ResponseReturnValue]) -> Response:
    replies, owner, wanted = desk(house().database).replies, uuid.uuid4().hex, _fingerprint()
    tenant = caller().tenant
    turn = replies.begin(tenant, key, wanted, owner, SECONDS)
    if not turn.mine:
        return _again(turn, wanted)
    try:
        with on_errand(Errand(tenant, key, owner)):
            answer = recalled.answer(turn.made) if turn.made else make_response(do())
    except BaseException:
        _surely(partial(replies.release, tenant, key, owner))
        raise
    _surely(partial(replies.finish, tenant, key, owner, _reply(answer)))
    return answer


def _again(turn: Turn, wanted: str) -> Response:
    if turn.request != wanted:
        raise KeyReused("This Idempotency-Key stands for another request: take a new one.")
    if turn.reply is None:
        raise KeyBusy("The same request is being done just now: ask again in a moment.", retry_after=1.0)
    answer = Response(turn.reply.body, turn.reply.status, dict(turn.reply.headers))
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _reply(answer: Response) -> Reply:
    headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    return Reply(answer.status_code, headers, answer.get_data())


def _surely(do: Callable[[], None]) -> None:
    """Now, or as soon as the database is back: the answer does not wait for it, and who asks again is told to."""
    try:
        do()
    except ServiceAway as fault:
        log.warning("a reply is kept later: %s", fault.message, extra={"trace_id": trace_id()})
        threading.Thread(target=_later, args=(do,), name="reply", daemon=True).start()


def _later(do: Callable[[], None]) -> None:
    pause = threading.Event()
    for _ in range(round(SECONDS / PAUSE)):
        pause.wait(PAUSE)
        with suppress(ServiceAway):
            return do()
    log.warning("a reply was not kept")


def _fingerprint() -> str:
    """What is asked for: the same key with anything else is a mistake of the caller's."""
    asked = {"method": request.method, "path": request.full_path, "type": request.mimetype}
    return digest({**asked, "body": of_bytes([request.get_data(cache=True)])})
