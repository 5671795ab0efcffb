"""The table of exit codes, and how an error is said in a terminal: one sentence, never a traceback."""

from __future__ import annotations

from typing import Final

from jynco.errors import (
    AddressRefused,
    AssetRefused,
    BudgetExceeded,
    DocumentInvalid,
    JyncoError,
    LimitExceeded,
    NotFound,
    NotJson,
    PathRefused,
    ServiceAway,
    StorageFull,
    UsageWrong,
)
from jynco.model.storyboard import Json

DONE: Final = 0
FAILED: Final = 1
WRONG: Final = 2  # usage or document
INCOMPLETE: Final = 3  # done, with stand-ins or missing clips
AWAY: Final = 4
INTERRUPTED: Final = 130

_TABLE: Final[tuple[tuple[type[JyncoError], int], ...]] = (  # the first that fits
    (StorageFull, FAILED),
    (ServiceAway, AWAY),
    (BudgetExceeded, FAILED),
    (DocumentInvalid, WRONG),
    (NotJson, WRONG),
    (UsageWrong, WRONG),
    (PathRefused, WRONG),
    (AddressRefused, WRONG),
    (AssetRefused, WRONG),
    (LimitExceeded, WRONG),
    (NotFound, WRONG),
)


def code(error: JyncoError) -> int:
    """The exit code for an error."""
    return next((number for kind, number in _TABLE if isinstance(error, kind)), FAILED)


def sentences(error: JyncoError) -> list[str]:
    """An error in words, a line a fault."""
    if isinstance(error, DocumentInvalid):
        return [f"{fault.pointer or '/'}: {fault.detail}" for fault in error.faults]
    return [error.message]


def as_json(error: JyncoError) -> dict[str, Json]:
    """An error as ``--json`` prints it."""
    shown: dict[str, Json] = {
        "error": {"code": error.code, "message": error.message, "retryable": error.retryable}
    }
    if isinstance(error, DocumentInvalid):
        shown["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in error.faults
        ]
    return shown
