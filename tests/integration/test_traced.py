"""What comes after a film's end is in its trace, too: the document that follows, and the webhooks that tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from bench.boards import document
from config.settings import Settings
from jynco.agents.architect import Started
from jynco.model.ids import ProjectId
from jynco.model.plan import Wishes
from jynco.model.states import Lane, Purpose
from jynco.model.webhooks import Delivery, Parcel, Topic, Webhook
from jynco.ports import tracing
from jynco.ports.tracing import Fact, Span
from tests.postgres_server import database_url, migrated_database, postgres_server
from workers import following, house
from workers.mirror import Mirror

__all__ = ["database_url", "migrated_database", "postgres_server"]
PROJECT = ProjectId("proj_traced")


class Stretch:
    """A stretch of work of which no more is wanted."""

    def note(self, **facts: Fact | None) -> None:
        """It is of no interest here."""


class Listener:
    """Remembers which work was said to be below what."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | None]] = []

    def note(self, facts: Mapping[str, Fact | None]) -> None:
        """It is of no interest here."""

    def span(
        self, name: str, under: str | None, facts: Mapping[str, Fact | None]
    ) -> AbstractContextManager[Span]:
        self.heard.append((name, under))
        return nullcontext(Stretch())

    def here(self) -> str | None:
        return None

    def close(self) -> None:
        """Nothing is kept back."""


@pytest.fixture(autouse=True)
def lodging(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house of this process is another for so long: tests after these find their own again."""
    monkeypatch.setattr(house, "_built", None)
    for name in ("_settings", "_connections", "_waited_for", "_later"):
        monkeypatch.setattr(house, name, getattr(house, name))


@pytest.fixture
def started(database_url: str, tmp_path: Path) -> Iterator[Started]:
    house.use(Settings(data=tmp_path, database_url=database_url, redis_url="redis://127.0.0.1:1"))
    here = house.house()
    here.storyboard.create(document(PROJECT, 1))
    yield here.architect.start(PROJECT, Wishes(Purpose.FINAL, Lane.NORMAL))
    here.close()


@pytest.fixture
def listener(started: Started) -> Iterator[Listener]:
    made = Listener()
    tracing.use(made)
    yield made
    tracing.use(None)


def test_the_mirror_follows_in_the_trace_of_what_it_follows(started: Started, listener: Listener) -> None:
    place, mirror = started.first.trace, Mirror(pause=3600)
    mirror.flush()
    for each in (place, "00-later"):
        mirror.changed(PROJECT, each)
    mirror.flush()
    assert set(listener.heard) == {("storyboard.publish", place)}


def test_a_webhook_is_told_of_in_the_trace_of_its_job(started: Started, listener: Listener) -> None:
    for job_id, place in ((started.first.job_id, started.first.trace), ("job_render_gone", None)):
        told = Delivery("msg_1", "wh_1", 1, Topic.JOB_COMPLETED, {"data": {"jobId": job_id}})
        with following.delivery(Parcel(told, Webhook("wh_1", "https://a.example/", "whsec_1"), "w")):
            assert listener.heard[-1] == ("webhook.deliver", place)


def test_nothing_is_looked_up_for_nobody() -> None:
    """Not even a database that there is none of."""
    house.use(Settings(database_url="postgresql://h/none", redis_url="redis://h"))
    told = Delivery("msg_1", "wh_1", 1, Topic.JOB_COMPLETED, {"data": {"jobId": "job_render_a"}})
    parcel = Parcel(told, Webhook("wh_1", "https://a.example/", "whsec_1"), "w")
    assert following.delivery(parcel) is tracing.span("one")
