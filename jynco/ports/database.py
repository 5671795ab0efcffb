"""The truth: every way to it."""

from __future__ import annotations

from typing import Protocol

from jynco.ports.jobs import Jobs
from jynco.ports.metrics import Metrics
from jynco.ports.money import Admission, Books, Ledger
from jynco.ports.projects import Projects
from jynco.ports.retention import Retention
from jynco.ports.uploads import Uploads
from jynco.ports.webhooks import Webhooks


class Database(Protocol):
    """The truth, and the ways to it."""

    @property
    def projects(self) -> Projects: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def books(self) -> Books: ...
    @property
    def admission(self) -> Admission: ...
    @property
    def webhooks(self) -> Webhooks: ...
    @property
    def uploads(self) -> Uploads: ...
    @property
    def metrics(self) -> Metrics: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def reading(self) -> Database: ...  # where lists are read: itself, or a copy that may be a moment behind
    @property
    def behind(self) -> float: ...  # seconds that what it says may be old at most; 0: the truth itself
    def ping(self) -> None: ...  # raises ServiceAway
    def close(self) -> None: ...
