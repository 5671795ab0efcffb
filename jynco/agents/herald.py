"""The herald: tells receivers what has happened, signed, until they have heard it or a day has passed.

Messages follow Standard Webhooks: an id that stays the same at every attempt, the time of the attempt, and a signature
of both with the body. Whoever dies between sending and writing down sends again: at least once, never another id.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from jynco.errors import AddressFailed, AddressRefused
from jynco.model.outgoing import Answer
from jynco.model.storyboard import Json
from jynco.model.webhooks import (
    Attempt,
    DeliveryState,
    Load,
    Parcel,
    Settlement,
    Topic,
    Webhook,
    fresh_secret,
)
from jynco.ports import Clock, Outgoing, Webhooks

# Seconds between two attempts, each up to a fifth longer by chance: a day in all, the first of it quickly.
WAITS: Final = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 25200, 28800)
PATIENCE: Final = timedelta(days=3)  # who has answered nothing for so long is told nothing more
OVERLAP: Final = 86400.0  # seconds for which the secret before signs along
LONGEST: Final = 10.0  # seconds for one attempt, from the look-up to the answer's end
GONE: Final = 410
BUSY: Final = frozenset({429, 503})  # who may say when to come again
_LATEST: Final = 28800.0  # seconds; who asks for a longer wait is asked again before


@dataclass(frozen=True, slots=True)
class Trial:
    """How an attempt went."""

    attempt: Attempt
    settled: Settlement


class Herald:
    """Knows the receivers, and carries one parcel at a time to one of them."""

    def __init__(
        self,
        webhooks: Webhooks,
        outgoing: Outgoing,
        clock: Clock,
        *,
        public_url: str | None = None,
        pace: float = 1.0,
        lease: float = 30.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``pace`` stretches the waits; ``lease``: seconds until another worker may deliver what this one has.

        ``public_url``: where receivers reach this installation; without it links are relative.
        """
        self._webhooks = webhooks
        self._outgoing = outgoing
        self._clock = clock
        self._public = (public_url or "").rstrip("/")
        self._pace = pace
        self._seconds = min(LONGEST, max(lease / 2, 2.0))
        self._chance = chance

    # --- the receivers -------------------------------------------------------------------------------

    def subscribe(self, url: str, topics: Sequence[Topic], description: str) -> Webhook:
        """Tell this address from now on. AddressRefused for one that is not public, Conflict."""
        self._outgoing.check(url)
        name = f"wh_{self._clock.token()}"
        return self._webhooks.add(Webhook(name, url, fresh_secret(), tuple(topics), description))

    def rotate(self, webhook_id: str) -> Webhook:
        """A new secret; the one before signs along for a day. NotFound."""
        return self._webhooks.rotate(webhook_id, fresh_secret(), OVERLAP)

    # --- the deliveries ------------------------------------------------------------------------------

    def claim(self, owner: str, limit: int) -> Sequence[Parcel]:
        """What is due, for as long as one attempt can take and be written down."""
        return self._webhooks.claim(owner, 2 * self._seconds, limit, Load())

    def carry(self, parcel: Parcel) -> Trial:
        """One attempt. Touches no database, so that who waits for a slow receiver holds nothing else up."""
        now, began = self._clock.now(), time.monotonic()
        answer, words = None, None
        try:
            answer = self._sent(parcel, now)
        except (AddressRefused, AddressFailed) as error:
            words = error.message
        took = round((time.monotonic() - began) * 1000)
        attempt = Attempt(now, answer.status if answer else None, words or _fault(answer), took)
        if attempt.error is None:
            return Trial(attempt, Settlement(DeliveryState.DELIVERED))
        return Trial(attempt, self._settled(parcel, answer, attempt.error, now))

    def broken(self, parcel: Parcel) -> Trial:
        """An attempt that a fault of ours has ended: it counts as any other, so that it cannot come back for ever."""
        now = self._clock.now()
        attempt = Attempt(now, None, "A fault inside Jynco; the log names the delivery.", 0)
        return Trial(attempt, self._settled(parcel, None, attempt.error or "", now))

    def settle(self, parcel: Parcel, trial: Trial) -> bool:
        """Write down how it went; False when the parcel is in other hands by now."""
        return self._webhooks.settle(parcel, trial.attempt, trial.settled)

    def _sent(self, parcel: Parcel, now: datetime) -> Answer:
        body = self._body(parcel)
        stamped = {
            "webhook-id": parcel.delivery.delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": _signatures(parcel, body, now),
        }
        headers = {"Content-Type": "application/json", **stamped}
        return self._outgoing.post(parcel.webhook.url, body, headers, seconds=self._seconds)

    def _body(self, parcel: Parcel) -> bytes:
        payload = dict(parcel.delivery.payload)
        data = payload.get("data")
        if isinstance(data, dict):
            payload["data"] = {**data, "links": self._links(data)}
        return orjson.dumps(payload)

    def _links(self, data: dict[str, Json]) -> dict[str, Json]:
        job, project, clip = data.get("jobId"), data.get("projectId"), data.get("clipId")
        links: dict[str, Json] = {"project": f"{self._public}/v1/projects/{project}"}
        if job:
            links["job"] = f"{self._public}/v1/jobs/{job}"
        if data.get("status") == "completed":
            links["video"] = f"{links['project']}/clips/{clip}/video"
        if job and data.get("state") == "completed":
            links["output"] = f"{links['job']}/output"
        return links

    def _settled(self, parcel: Parcel, answer: Answer | None, words: str, now: datetime) -> Settlement:
        since = parcel.webhook.failing_since
        if answer is not None and answer.status == GONE:
            return Settlement(DeliveryState.FAILED, disable="It answered 410 Gone.")
        if since is not None and now - since > PATIENCE:
            days = PATIENCE.days
            return Settlement(DeliveryState.FAILED, disable=f"Nothing has arrived for {days} days: {words}")
        wait = self._wait(parcel.delivery.tries, answer)
        return Settlement(DeliveryState.FAILED) if wait is None else Settlement(DeliveryState.PENDING, wait)

    def _wait(self, tries: int, answer: Answer | None) -> float | None:
        """Seconds until the next attempt; None when there is none."""
        if tries >= len(WAITS):
            return None
        wait = WAITS[tries] * self._pace * (1 + self._chance() / 5)
        asked = answer.header("Retry-After") if answer is not None and answer.status in BUSY else ""
        if asked.isascii() and asked.isdecimal() and len(asked) < 9:
            wait = max(wait, min(float(asked), _LATEST))
        return wait


def _fault(answer: Answer | None) -> str | None:
    """Why this answer is no success. Redirects are none: who moves says so to whoever set the webhook up."""
    if answer is None or 200 <= answer.status < 300:
        return None
    return f"It answered with HTTP {answer.status}."


def _signatures(parcel: Parcel, body: bytes, now: datetime) -> str:
    """By every secret that holds now, the newest first."""
    from standardwebhooks import Webhook as Signer

    sign = (Signer(secret).sign for secret in parcel.webhook.secrets(now))
    return " ".join(each(parcel.delivery.delivery_id, now, body.decode()) for each in sign)
