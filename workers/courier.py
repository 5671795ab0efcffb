"""Carries webhooks with hands of its own, so that no receiver, however slow, keeps a worker from its work.

One thread asks the database what is due, gives each parcel to a thread that only sends, and writes down how it went.
The rows say who has what: several processes may have couriers, and one that dies leaves leases that run out.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from queue import Empty, SimpleQueue
from typing import Final

from jynco.agents.herald import Herald, Trial
from jynco.errors import JyncoError
from jynco.model.webhooks import DeliveryState, Parcel
from workers import following
from workers.heartbeat import STOPPING
from workers.house import house

HANDS: Final = 32  # parcels on their way from one process
BREATH: Final = 0.05  # seconds between two looks: what ends together is told together
SOON: Final = 0.5  # seconds between two looks at least, unless somebody rings or is back
LONGEST: Final = 60.0  # seconds between two looks while something is owed
AWAY: Final = 5.0  # seconds between two looks while the database is away
log = logging.getLogger("jynco.herald")

Carried = tuple[Parcel, Trial]
Inbox = SimpleQueue[Carried | None]


class Courier:
    """One of a process, and it begins with the first ring."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._inbox: Inbox = SimpleQueue()

    def ring(self) -> None:
        """Something may be owed: look soon. Returns at once."""
        with self._lock:
            if self._pid != os.getpid():  # threads do not survive a fork
                self._pid, self._inbox = os.getpid(), SimpleQueue()
                round_ = _Round(self._inbox)
                threading.Thread(target=round_.run, name="courier", daemon=True).start()
        self._inbox.put(None)


class _Round:
    """The thread's own: what it carries, and what is not written down yet."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
        self._carrying = 0
        self._back: list[Carried] = []

    def run(self) -> None:
        wait: float | None = None
        pause = threading.Event()
        while True:
            self._listen(wait)
            pause.wait(BREATH)
            self._listen(0)
            try:
                wait = self._look()
            except JyncoError as fault:
                log.warning("webhooks wait: %s", fault.message)
                wait = AWAY
            except Exception:
                log.exception("webhooks wait for a fault of ours")
                wait = AWAY

    def _listen(self, seconds: float | None) -> None:
        """Wait for a ring or for a parcel's end, and take all that came in."""
        try:
            self._heard(self._inbox.get(timeout=seconds))
            while True:
                self._heard(self._inbox.get_nowait())
        except Empty:
            return

    def _heard(self, item: Carried | None) -> None:
        if item is not None:
            self._carrying -= 1
            self._back.append(item)

    def _look(self) -> float | None:
        """Write down what came back and hand out what is due; seconds until the next look, None until rung."""
        herald = house().herald
        while self._back:
            self._settle(herald, *self._back[0])
            self._back.pop(0)
        if self._hand_out(herald):
            return SOON  # rather when the first of them is back
        due = house().database.webhooks.next_due()
        return None if due is None else min(max(due, SOON), LONGEST)

    def _hand_out(self, herald: Herald) -> bool:
        """Whether anything is on its way now. What is due and was not handed out waits: its receiver has its share."""
        free = HANDS - self._carrying
        parcels = herald.claim(self._owner, free) if free and not STOPPING.is_set() else ()
        for parcel in parcels:
            self._carrying += 1
            threading.Thread(target=self._carry, args=(herald, parcel), daemon=True).start()
        return bool(parcels)

    def _carry(self, herald: Herald, parcel: Parcel) -> None:
        try:
            with following.delivery(parcel) as told:
                trial = herald.carry(parcel)
                told.note(outcome=str(trial.settled.state), status=trial.attempt.status)
            self._inbox.put((parcel, trial))
        except Exception:
            log.exception("a webhook was not sent", extra={"delivery_id": parcel.delivery.delivery_id})
            self._inbox.put((parcel, herald.broken(parcel)))

    def _settle(self, herald: Herald, parcel: Parcel, trial: Trial) -> None:
        mine = herald.settle(parcel, trial)
        state = trial.settled.state if mine else "in other hands"
        level = logging.INFO if trial.settled.state is DeliveryState.DELIVERED else logging.WARNING
        seen = {"delivery_id": parcel.delivery.delivery_id, "webhook_id": parcel.webhook.webhook_id}
        log.log(level, "webhook %s: %s", state, trial.attempt.error or trial.attempt.status, extra=seen)


courier = Courier()
