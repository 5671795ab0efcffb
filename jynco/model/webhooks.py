"""Webhooks: who is told of what, and what is still to be told. One event for each end of a clip and of a job."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from jynco.model.storyboard import Json

WEBHOOK_PATTERN: Final = r"^wh_[a-z0-9]{1,40}\Z"
DELIVERY_PATTERN: Final = r"^msg_[a-z0-9]{1,40}\Z"
MOST: Final = 20  # of one tenant
KEPT: Final = timedelta(days=30)  # so long ended deliveries are told of
LOGGED: Final = 20  # attempts of one delivery that are kept, the newest


class Topic(StrEnum):
    """What may be told."""

    CLIP_COMPLETED = "clip.completed"
    CLIP_FAILED = "clip.failed"
    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up; it may be replayed


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver: an address, and what it wants to hear of (no topics: all)."""

    webhook_id: str
    url: str
    secret: str = field(repr=False)
    topics: tuple[Topic, ...] = ()
    description: str = ""
    tenant: str = "local"
    old_secret: str | None = field(default=None, repr=False)  # signs along until ``old_until``
    old_until: datetime | None = None
    created_at: datetime | None = None
    failing_since: datetime | None = None  # the first failure since the last success
    disabled_at: datetime | None = None
    disabled_reason: str | None = None

    def wants(self, topic: Topic) -> bool:
        """Whether it is to be told of this."""
        return self.disabled_at is None and (not self.topics or topic in self.topics)

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """All that sign now, the newest first."""
        along = self.old_secret is not None and self.old_until is not None and now < self.old_until
        return (self.secret, self.old_secret) if along and self.old_secret else (self.secret,)


@dataclass(frozen=True, slots=True)
class News:
    """Something to be told. ``subject`` names the one end it tells of: nothing is told twice of the same."""

    topic: Topic
    subject: str
    data: Mapping[str, Json]

    def delivery_id(self, webhook_id: str) -> str:
        """The id of the message to this receiver: the same whoever works it out, and however often."""
        named = "\n".join((webhook_id, self.topic, self.subject)).encode()
        return f"msg_{hashlib.sha256(named).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a delivery: the receiver's status, or what kept it from answering."""

    at: datetime
    status: int | None
    error: str | None
    milliseconds: int

    def to_json(self) -> dict[str, Json]:
        """As a row keeps it."""
        when = self.at.isoformat()
        return {"at": when, "status": self.status, "error": self.error, "milliseconds": self.milliseconds}

    @classmethod
    def from_json(cls, kept: Mapping[str, Json]) -> Attempt:
        """The attempt that ``to_json`` has written."""
        status, error, took = kept["status"], kept["error"], kept["milliseconds"]
        return cls(
            datetime.fromisoformat(str(kept["at"])),
            status if isinstance(status, int) else None,
            None if error is None else str(error),
            took if isinstance(took, int) else 0,
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one receiver. Its id is the message's ``webhook-id``, at every attempt and replay."""

    delivery_id: str
    webhook_id: str
    ordinal: int  # goes up
    topic: Topic
    payload: Mapping[str, Json]
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0  # in all
    tries: int = 0  # since it was accepted or replayed
    log: tuple[Attempt, ...] = ()
    due_at: datetime | None = None  # of the next attempt
    created_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery in the hands of one worker, until its lease ends."""

    delivery: Delivery
    webhook: Webhook
    owner: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a delivery after an attempt; ``wait``: seconds until the next, of a pending one.

    ``disable``: why its receiver is told nothing more.
    """

    state: DeliveryState
    wait: float = 0.0
    disable: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How many parcels are carried at once: to one receiver, and for one tenant.

    Receivers that fail just now have a share of their own, one parcel each, so that they keep nobody else waiting.
    """

    receiver: int = 4
    tenant: int = 8
    failing: int = 4  # for one tenant

    def of_receiver(self, webhook: Webhook) -> int:
        """How many may be on their way to it."""
        return 1 if webhook.failing_since else self.receiver

    def of_tenant(self, *, failing: bool) -> int:
        """How many may be on their way for a tenant, to receivers of this kind together."""
        return self.failing if failing else self.tenant


def shares(
    waiting: Sequence[tuple[Webhook, int]], carried: Sequence[tuple[Webhook, int]], limit: int, load: Load
) -> dict[str, int]:
    """How many parcels each receiver gets now, of those with parcels ``waiting``; the first of equals first.

    One each before anybody gets a second, those first to whom the least is on its way.
    """
    busy = Counter({webhook.webhook_id: count for webhook, count in carried})
    rooms = Counter[tuple[str, bool]]()
    for webhook, count in carried:
        rooms[_class(webhook)] += count
    given: Counter[str] = Counter()
    while given.total() < limit:
        line = [
            webhook
            for webhook, due in waiting
            if given[webhook.webhook_id] < due
            and busy[webhook.webhook_id] < load.of_receiver(webhook)
            and rooms[_class(webhook)] < load.of_tenant(failing=_class(webhook)[1])
        ]
        if not line:
            break
        chosen = min(line, key=lambda webhook: busy[webhook.webhook_id])
        given[chosen.webhook_id] += 1
        busy[chosen.webhook_id] += 1
        rooms[_class(chosen)] += 1
    return dict(given)


def _class(webhook: Webhook) -> tuple[str, bool]:
    return webhook.tenant, webhook.failing_since is not None


def fresh_secret() -> str:
    """A new signing secret, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
