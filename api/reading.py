"""Lists may be read from a copy of the database, and say so. What is asked for by its name is read from the truth."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, g

from jynco.ports import Database
from workers.house import house

HEADER: Final = "Jynco-Behind"  # seconds that the answer may be old at most


def reading() -> Database:
    """Where this request's list is read."""
    database = house().database.reading
    g.behind = database.behind
    return database


def register(app: Flask) -> None:
    """Say of answers out of a copy how old they may be."""
    app.after_request(_honest)


def _honest(answer: Response) -> Response:
    if g.get("behind", 0.0) > 0:
        answer.headers[HEADER] = f"{g.behind:.1f}"
    return answer
