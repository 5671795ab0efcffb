"""Logs: one JSON object a line on standard error, with the ids that tie a film's parts together."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

import structlog

NAMESPACE = "jynco"
HIDDEN: Final = "[redacted]"
SECRETS: Final = re.compile(
    r"(?P<before>://)[^\s\"']{1,500}(?=@)"  # who logs in to a database or a broker, and how: to the last @
    r"|(?P<field>\b(?:\w*(?:password|secret|api_?key|private_?key)|(?-i:[A-Z][A-Z0-9_]*_KEY))[\"']?\s*[:=]\s*)"
    r"(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\s,}\"']+)"
    r"|(?P<name>\b(?:authorization|cookie|x-api-key)[\"']?\s*[:=]\s*)[^\r\n,}]+"
    r"|(?P<kind>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<query>[?&;](?:[\w-]*(?:signature|credential|token|secret|password|key)|sig|expires)=)[^&\s\"'#]+"
    r"|\b(?:jk|whsec|sk|r8)[_-][A-Za-z0-9_+/=-]{8,}"  # keys say what they are
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*",  # a JSON Web Token
    re.IGNORECASE,
)
NAMES: Final = re.compile(r"(?i)(proxy-)?authorization|(set-)?cookie|.*(password|secret|api[_-]?key)")


def set_up(level: str = "INFO") -> None:
    """Send every logger of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _redacted,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)  # as lines of the log, not as words between them


def redact(words: str) -> str:
    """The words without what opens doors: passwords in addresses, keys, tokens, signatures of links."""
    return SECRETS.sub(lambda found: next(filter(None, found.groups()), "") + HIDDEN, words)


def _redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: _named(name, value) for name, value in event.items()}


def _named(name: str, value: Any) -> Any:
    return HIDDEN if value and NAMES.fullmatch(name) else _clean(value)


def _clean(value: Any) -> Any:
    """Whatever is not told apart as JSON would be shown by its ``repr``: it is shown, and looked at, here."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _named(str(name), each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(each) for each in value]
    return redact(value if isinstance(value, str) else str(value))
