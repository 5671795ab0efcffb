"""Valkey restarted, away, frozen, emptied or full: what was accepted is made, and all goes on by itself."""

from __future__ import annotations

import signal
import time

import pytest

from tests.acceptance.kit import clip
from tests.faults.kit import IN_TIME, Caller, Estate, answered, check_all_survived, film, slow

pytestmark = pytest.mark.timeout(300)


def test_valkey_is_away_when_a_job_is_accepted(place: Estate, call: Caller) -> None:
    """Committed, then sent: whoever was told 202 has a job, whether the bell could be rung or not."""
    project = call.create(film("unrung"))
    with place.away("valkey", signal.SIGTERM):
        began = time.monotonic()
        job = call.start(project)
        assert time.monotonic() - began < IN_TIME
        assert call.job(job)["state"] == "queued"
        _, status, later, seconds = answered(place, "GET", "/readyz")
        assert (status, later >= 1) == (503, True)
        assert seconds < IN_TIME
    call.completed(job)


def test_valkey_is_frozen_when_a_job_is_accepted(place: Estate, call: Caller) -> None:
    project = call.create(film("mute"))
    with place.frozen("valkey"):
        began = time.monotonic()
        job = call.start(project)
        assert time.monotonic() - began < IN_TIME
        _, status, _, seconds = answered(place, "GET", "/readyz")
        assert status == 503
        assert seconds < IN_TIME
    call.completed(job)


def test_valkey_is_restarted(place: Estate, call: Caller) -> None:
    job = call.start(call.create(film("doorbell", slow("a"), slow("b"))))
    place.back("valkey", place.tell("valkey", signal.SIGKILL))
    call.completed(job)


def test_valkey_forgets_everything(place: Estate, call: Caller) -> None:
    job = call.start(call.create(film("forgotten", slow("a"), clip("b"))))
    with place.broker() as valkey:
        valkey.flushall()
    call.completed(job)


def test_valkey_is_full(place: Estate, call: Caller) -> None:
    running = call.start(call.create(film("stuffed", slow("a"))))
    with place.broker() as valkey:
        valkey.config_set("maxmemory", 1)
        try:
            accepted = call.start(call.create(film("stuffed-later")))
            time.sleep(3)
            assert call.job(accepted)["state"] == "queued"
        finally:
            valkey.config_set("maxmemory", 0)
    call.completed(running)
    call.completed(accepted)


def test_nobody_had_to_be_started_again(place: Estate) -> None:
    check_all_survived(place)
