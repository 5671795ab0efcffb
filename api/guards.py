"""Headers that keep browsers from doing what nobody asked for."""

from __future__ import annotations

from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response

from jynco.errors import JyncoError
from jynco.ports import Storage
from workers.house import house

POLICY: Final = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",  # kept only as long as an ETag says that it still holds
}


def register(app: Flask) -> None:
    """Put the headers on every answer that does not know better."""
    headers = {**HEADERS, "Content-Security-Policy": POLICY + _beyond(house().ground.storage)}

    def protect(answer: Response) -> Response:
        for name, value in headers.items():
            answer.headers.setdefault(name, value)
        return answer

    app.after_request(protect)


def _beyond(storage: Storage) -> str:
    """Films may also come from, and files go to, where the storage gives addresses itself."""
    with suppress(JyncoError):  # a storage that cannot be asked yet: the readiness says so
        address = storage.presign_get("origin", 1.0)
        if address is not None:
            parts = urlsplit(address)
            origin = f"{parts.scheme}://{parts.netloc}"
            return f"; media-src 'self' {origin}; connect-src 'self' {origin}"
    return ""
