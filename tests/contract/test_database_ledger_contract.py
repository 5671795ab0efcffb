"""The ledger: one live attempt a key, one owner an attempt, arrows in one direction. It is what keeps P1."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from jynco.errors import Conflict, LeaseLost
from jynco.model.ids import CacheKey, JobId
from jynco.model.jobs import Failure, Generation, Job
from jynco.model.motion import Ticket
from jynco.model.states import GENERATION_STEPS, GenerationState
from tests.contract.databases import LEASE, PROJECT, Subject, film, motion, shot

INTENT, SUBMITTED, SUCCEEDED, DONE, FAILED, UNKNOWN = GenerationState
JOB = motion("a")
OTHER_JOB = replace(JOB, job_id=JobId("job_motion_other"))
KEY = shot("a").key
TICKET = Ticket("task-1", {"status": "https://vendor/task-1"}, Decimal("0.50"))
WAYS = {
    INTENT: (),
    SUBMITTED: (SUBMITTED,),
    SUCCEEDED: (SUBMITTED, SUCCEEDED),
    DONE: (SUBMITTED, SUCCEEDED, DONE),
    FAILED: (FAILED,),
    UNKNOWN: (UNKNOWN,),
}


def take(subject: Subject, owner: str = "worker-1", job: Job = JOB) -> Generation:
    generation = subject.database.ledger.take(KEY, job, owner, LEASE)
    assert generation is not None
    return generation


def bring(subject: Subject, state: GenerationState) -> Generation:
    generation = take(subject)
    for step in WAYS[state]:
        generation = subject.database.ledger.advance(generation, step)
    return generation


def test_the_first_to_take_begins_an_attempt(subject: Subject) -> None:
    made = take(subject)
    assert (made.state, made.attempt, made.fresh, made.fence) == (INTENT, 1, True, 1)
    assert (made.provider, made.model, made.clip_id) == ("camera", "default", "clip_a")
    assert (made.project_id, made.cache_key, made.owner) == (PROJECT, KEY, "worker-1")
    assert made.created_at is not None


@pytest.mark.parametrize("owner", ["worker-1", "worker-2"])
def test_a_second_job_waits_even_in_the_same_worker(subject: Subject, owner: str) -> None:
    take(subject)
    assert subject.database.ledger.take(KEY, OTHER_JOB, owner, LEASE) is None


def test_another_key_is_another_attempt(subject: Subject) -> None:
    take(subject)
    other = subject.database.ledger.take(CacheKey("0" * 64), OTHER_JOB, "worker-2", LEASE)
    assert other is not None
    assert other.fresh


@pytest.mark.parametrize("state", [INTENT, SUBMITTED, SUCCEEDED])
def test_a_live_attempt_is_resumed_when_its_lease_ran_out(subject: Subject, state: GenerationState) -> None:
    before = bring(subject, state)
    subject.wait(LEASE + 1)
    after = take(subject, "worker-2", OTHER_JOB)
    assert (after.generation_id, after.state, after.fresh) == (before.generation_id, state, False)
    assert (after.owner, after.fence) == ("worker-2", before.fence + 1)
    with pytest.raises(LeaseLost, match="worker-1"):
        subject.database.ledger.advance(before, sorted(GENERATION_STEPS[state])[0])
    with pytest.raises(LeaseLost):
        subject.database.ledger.beat(before, LEASE)
    with pytest.raises(LeaseLost):
        subject.database.ledger.release(before)


def test_the_owner_takes_its_own_attempt_again(subject: Subject) -> None:
    first = take(subject)
    second = take(subject)
    assert (second.generation_id, second.fresh, second.fence) == (first.generation_id, False, 2)


def test_a_released_attempt_is_anybodys(subject: Subject) -> None:
    subject.database.ledger.release(bring(subject, SUBMITTED))
    after = take(subject, "worker-2", OTHER_JOB)
    assert (after.state, after.attempt) == (SUBMITTED, 1)


def test_who_releases_an_attempt_leaves_word(subject: Subject) -> None:
    before = bring(subject, SUBMITTED)
    subject.database.ledger.release(before, details={**before.details, "missed": "2"})
    after = take(subject, "worker-2", OTHER_JOB)
    assert after.details == {**before.details, "missed": "2"}


def test_a_heartbeat_keeps_the_attempt_through_its_arrows(subject: Subject) -> None:
    begun = take(subject)
    subject.database.ledger.advance(begun, SUBMITTED, ticket=TICKET)
    subject.wait(LEASE - 1)
    subject.database.ledger.beat(begun, LEASE)  # the heart knows the attempt as it was at first
    subject.wait(LEASE - 1)
    assert subject.database.ledger.take(KEY, OTHER_JOB, "worker-2", LEASE) is None


def test_a_heartbeat_does_not_revive_what_has_ended(subject: Subject) -> None:
    begun = take(subject)
    subject.database.ledger.advance(begun, FAILED)
    subject.database.ledger.beat(begun, LEASE)
    assert take(subject, "worker-2", OTHER_JOB).attempt == 2


def test_nothing_is_sent_before_it_is_said(subject: Subject) -> None:
    begun = take(subject)
    assert begun.unsent
    sent = subject.database.ledger.sending(begun, LEASE)
    assert (sent.state, sent.fence, sent.unsent) == (INTENT, begun.fence, False)
    assert subject.database.ledger.sending(sent, LEASE).asked_at == sent.asked_at, "who slept says it again"
    subject.wait(LEASE + 1)
    assert not take(subject, "worker-2", OTHER_JOB).unsent
    assert not subject.database.ledger.advance(take(subject, "worker-2", OTHER_JOB), UNKNOWN).unsent


def test_who_says_that_it_sends_holds_it_for_another_lease(subject: Subject) -> None:
    begun = take(subject)
    subject.wait(LEASE - 1)
    subject.database.ledger.sending(begun, LEASE)
    subject.wait(LEASE - 1)
    assert subject.database.ledger.take(KEY, OTHER_JOB, "worker-2", LEASE) is None


def test_who_was_overtaken_may_not_send(subject: Subject) -> None:
    before = take(subject)
    subject.wait(LEASE + 1)
    after = take(subject, "worker-2", OTHER_JOB)
    with pytest.raises(LeaseLost):
        subject.database.ledger.sending(before, LEASE)
    latest = subject.database.ledger.latest(KEY)
    assert latest is not None
    assert latest.unsent
    ended = subject.database.ledger.advance(after, FAILED)
    assert not ended.unsent
    for row in (before, after):
        with pytest.raises(LeaseLost):
            subject.database.ledger.sending(row, LEASE)
    assert subject.database.ledger.history(PROJECT)[0].asked_at is None


@pytest.mark.parametrize("state", [SUBMITTED, SUCCEEDED, DONE, FAILED, UNKNOWN])
def test_only_an_intent_is_sent(subject: Subject, state: GenerationState) -> None:
    row = bring(subject, state)
    with pytest.raises(LeaseLost):
        subject.database.ledger.sending(row, LEASE)


def test_what_is_learned_is_kept(subject: Subject) -> None:
    generation = subject.database.ledger.advance(take(subject), SUBMITTED, ticket=TICKET)
    generation = subject.database.ledger.advance(generation, SUCCEEDED, actual_usd=Decimal("0.45"))
    generation = subject.database.ledger.advance(generation, FAILED, failure=Failure("quality", "Black: \0"))
    (kept,) = subject.database.ledger.history(PROJECT)
    assert kept == generation
    assert (kept.task_id, kept.details, kept.estimated_usd) == (
        "task-1",
        {"status": "https://vendor/task-1"},
        Decimal("0.50"),
    )
    assert (kept.actual_usd, kept.error_code, kept.error_message) == (
        Decimal("0.45"),
        "quality",
        "Black: \ufffd",
    )


@pytest.mark.parametrize("state", list(GenerationState))
def test_only_the_arrows_of_the_table_exist(subject: Subject, state: GenerationState) -> None:
    generation = bring(subject, state)
    for step in set(GenerationState) - GENERATION_STEPS[state]:
        with pytest.raises(Conflict, match=f"from {state} to {step}"):
            subject.database.ledger.advance(generation, step)
    assert subject.database.ledger.history(PROJECT)[0].state is state


def test_an_arrow_is_taken_once(subject: Subject) -> None:
    begun = take(subject)
    subject.database.ledger.advance(begun, SUBMITTED, ticket=TICKET)
    with pytest.raises(LeaseLost):
        subject.database.ledger.advance(begun, SUBMITTED, ticket=Ticket("task-2"))
    assert subject.database.ledger.history(PROJECT)[0].task_id == "task-1"


@pytest.mark.parametrize("state", [DONE, FAILED, UNKNOWN])
def test_after_an_end_the_next_attempt_begins(subject: Subject, state: GenerationState) -> None:
    ended = bring(subject, state)
    following = take(subject, "worker-2", OTHER_JOB)
    assert (following.attempt, following.fresh) == (2, True)
    assert [row.attempt for row in subject.database.ledger.history(PROJECT)] == [2, 1]
    assert subject.database.ledger.history(PROJECT)[1].state is ended.state


def test_only_the_latest_attempt_can_be_unknown(subject: Subject) -> None:
    assert subject.database.ledger.unknown(KEY) is None
    lost = bring(subject, UNKNOWN)
    assert subject.database.ledger.unknown(KEY) == lost
    take(subject)
    assert subject.database.ledger.unknown(KEY) is None


@pytest.mark.parametrize("code", ["rate_limited", "not_sent", "cancelled", None])
def test_what_no_vendor_took_says_nothing_of_what_was_unknown_before(
    subject: Subject, code: str | None
) -> None:
    lost = bring(subject, UNKNOWN)
    for _ in range(2):
        why = None if code is None else Failure(code, "Nothing was ordered.")
        subject.database.ledger.advance(take(subject), FAILED, failure=why)
    assert subject.database.ledger.unknown(KEY) == lost


def test_what_a_vendor_took_after_it_is_known(subject: Subject) -> None:
    bring(subject, UNKNOWN)
    taken = subject.database.ledger.advance(take(subject), SUBMITTED, ticket=TICKET)
    subject.database.ledger.advance(taken, FAILED)
    assert subject.database.ledger.unknown(KEY) is None


def test_an_unknown_attempt_that_was_found_is_live_again(subject: Subject) -> None:
    lost = bring(subject, UNKNOWN)
    found = subject.database.ledger.advance(lost, SUBMITTED, ticket=TICKET)
    assert subject.database.ledger.unknown(KEY) is None
    resumed = take(subject, "worker-2", OTHER_JOB)
    assert (resumed.generation_id, resumed.task_id) == (found.generation_id, "task-1")


def test_an_unknown_attempt_stays_so_while_another_is_live(subject: Subject) -> None:
    lost = bring(subject, UNKNOWN)
    take(subject)
    with pytest.raises(Conflict):
        subject.database.ledger.advance(lost, SUBMITTED, ticket=TICKET)


def test_the_ledger_knows_the_vendors_orders_whosever_they_are(subject: Subject) -> None:
    ledger = subject.database.ledger
    assert not ledger.knows("camera", "task-1")
    first = subject.database.ledger.advance(take(subject), SUBMITTED, ticket=TICKET)
    subject.database.ledger.advance(first, FAILED)
    second = subject.database.ledger.advance(take(subject), SUBMITTED, ticket=Ticket("task-2"))
    subject.database.ledger.advance(second, UNKNOWN)
    assert ledger.knows("camera", "task-1")
    assert ledger.knows("camera", "task-2")
    assert subject.database.of("somebody-else").ledger.knows("camera", "task-1")
    assert not ledger.knows("camera", "task-3")
    assert not ledger.knows("runway", "task-1")


def test_a_film_has_nothing_to_generate(subject: Subject) -> None:
    with pytest.raises(Conflict, match="no clip and shot"):
        subject.database.ledger.take(KEY, film(), "worker-1", LEASE)
