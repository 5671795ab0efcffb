"""Webhooks of a remote Jynco: who is told of what, and what became of the telling."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import httpx

from jynco.client.problems import Told
from jynco.client.wire import Wire
from jynco.model.storyboard import Json

PATH = "/v1/webhooks"
PAGE = "100"
Report = dict[str, Json]


class Webhooks:
    """The webhooks of the key's tenant, as HTTP tells them. Wants an ``admin`` key. NotFound, UsageWrong, Conflict."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[Json]:
        """Every webhook, by id, without its secret."""
        return self._pages(PATH)

    def add(self, url: str, events: Sequence[str] = (), description: str = "") -> Report:
        """Have this address told, of all events where none is named; ``secret`` is told now and never again."""
        asked: Report = {"url": url, "events": [*events], "description": description}
        return self._told(self._wire.once("POST", PATH, json=asked))

    def rotate(self, webhook_id: str) -> Report:
        """A new secret, told now; the ones before sign along for a day."""
        return self._told(self._wire.once("POST", f"{_place(webhook_id)}/rotate"))

    def enable(self, webhook_id: str) -> Report:
        """Have it told again after it was disabled."""
        return self._told(self._wire.ask("POST", f"{_place(webhook_id)}/enable"))

    def delete(self, webhook_id: str) -> None:
        """Have it told nothing more."""
        self._wire.ask("DELETE", _place(webhook_id))

    def deliveries(self, webhook_id: str) -> list[Json]:
        """What it was told, the newest first, with every attempt."""
        return self._pages(f"{_place(webhook_id)}/deliveries")

    def replay(self, webhook_id: str, delivery_id: str) -> Report:
        """Have one message sent once more, under the same id. Conflict where it is disabled."""
        return self._told(
            self._wire.ask("POST", f"{_place(webhook_id)}/deliveries/{quote(delivery_id, safe='')}/replay")
        )

    def _pages(self, address: str) -> list[Json]:
        items: list[Json] = []
        asked = {"limit": PAGE}
        while True:
            page = Told(self._wire.ask("GET", address, params=asked))
            items += page["items"]
            if page["nextCursor"] is None:
                return items
            asked = {"limit": PAGE, "cursor": page["nextCursor"]}

    def _told(self, answer: httpx.Response) -> Report:
        return Told(answer)


def _place(webhook_id: str) -> str:
    return f"{PATH}/{quote(webhook_id, safe='')}"
