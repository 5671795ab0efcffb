"""The world beyond: models that make clips, and addresses that strangers named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from jynco.model.motion import Capabilities, PollAnswer, Shot, Ticket
from jynco.model.outgoing import Answer, Fetched
from jynco.ports.watching import Watch


class Provider(Protocol):
    """An image-to-video model behind five verbs, and one to get ready. Every vendor error leaves as a ProviderError."""

    @property
    def name(self) -> str: ...
    def capabilities(self, model: str | None) -> Capabilities: ...  # RequestRejected for unknown models
    def prepare(self) -> None: ...  # what takes long before a first order; sends nothing
    def submit(self, shot: Shot, image: Path | None) -> Ticket: ...
    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer: ...
    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None: ...
    def cancel(self, ticket: Ticket) -> None: ...
    def find(self, shot: Shot, since: datetime) -> Ticket | None: ...  # where the vendor lists its tasks


class Outgoing(Protocol):
    """Requests to addresses that strangers named. Raises AddressRefused for what is not public, AddressFailed."""

    def check(self, url: str) -> None: ...  # as it is written; nothing is looked up
    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Answer: ...
    def fetch(
        self, url: str, target: Path, *, seconds: float, most_bytes: int, redirects: int = ...
    ) -> Fetched: ...  # whole or not at all; LimitExceeded, StorageFull


Providers = Mapping[str, Provider]
