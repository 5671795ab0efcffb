"""The vendors' gates, in Postgres and in its twin: limits for all workers together, fair lines, breakers, pauses."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from jynco.model.admission import Ask, Breaker, Gate, Limits, Rules, Verdict, Why
from jynco.model.ids import JobId, ProjectId
from jynco.model.jobs import Claim, Failure, Generation, Job, Remark
from jynco.model.states import ClipStatus, GenerationState, Lane
from tests.contract.databases import LEASE, PROJECT, Subject, document, motion, pending, shot

GATE = Gate("camera", "default", "ab12")
ONE = Limits(concurrent=1)
FREE = Limits()
ANY = Rules()
TWO = Rules(limits={"camera": Limits(concurrent=2)}, accounts={"camera": GATE.account})
BREAKER = Breaker(failures=3, pause=10, longest=40)


def queued(
    subject: Subject,
    project: str,
    *names: str,
    lane: Lane = Lane.NORMAL,
    tenant: str = "local",
    rules: Rules = ANY,
) -> list[Job]:
    """Motion jobs of a project, each for a clip of its own."""
    project_id = ProjectId(f"proj_{project}")
    database = subject.database.of(tenant)
    if database.projects.find(project_id) is None:
        database.projects.create(project_id, document(projectId=project_id))
    made = [
        replace(
            motion(f"{project}_{name}", None),
            project_id=project_id,
            lane=lane,
            shot=shot(f"{project} {name}"),
        )
        for name in names
    ]
    places = [place for job in made if (place := rules.place(job)) is not None]
    subject.database.jobs.accept(made, [pending(job) for job in made], places)
    return made


def asking(job: Job, limits: Limits = ONE, gate: Gate = GATE, model: Limits = FREE) -> Ask:
    assert job.shot is not None
    return Ask(gate, job.shot.key, job, limits, model, LEASE, 120.0)


def ask(subject: Subject, job: Job, limits: Limits = ONE) -> Verdict:
    return subject.database.admission.ask(asking(job, limits))


def begin(subject: Subject, job: Job) -> Generation:
    """The attempt that an admitted job begins."""
    assert job.shot is not None
    row = subject.database.ledger.take(job.shot.key, job, "w1", LEASE)
    assert row is not None
    return row


def end(subject: Subject, row: Generation) -> None:
    subject.database.ledger.advance(row, GenerationState.FAILED, failure=Failure("x", "It is over."))


def served(subject: Subject, jobs: Sequence[Job]) -> list[str]:
    """Who is let in, one after the other, when all of them keep asking and one place is there."""
    order: list[str] = []
    left = list(jobs)
    for job in left:
        ask(subject, job, Limits(concurrent=0))  # everybody stands in line before anybody may go
    while left:
        for job in list(left):
            if ask(subject, job).why is Why.ADMITTED:
                end(subject, begin(subject, job))
                order.append(str(job.clip_id).removeprefix("clip_"))
                left.remove(job)
                break
        else:
            raise AssertionError(f"nobody is let in; {order} were")
    return order


# --- limits -------------------------------------------------------------------------------------------


def test_a_place_is_taken_from_the_admission_until_the_attempt_ends(subject: Subject) -> None:
    first, second = queued(subject, "a", "1", "2")
    assert ask(subject, first).why is Why.ADMITTED
    assert ask(subject, second).why is Why.FULL
    row = begin(subject, first)
    assert ask(subject, second).why is Why.FULL
    row = subject.database.ledger.advance(row, GenerationState.SUBMITTED)
    assert ask(subject, second).why is Why.FULL
    end(subject, row)
    assert ask(subject, second).why is Why.ADMITTED


def test_who_waits_hears_how_quickly_the_line_moves(subject: Subject) -> None:
    first, second, third = queued(subject, "a", "1", "2", "3")
    assert ask(subject, first, Limits(concurrent=0)).rate == 0
    ask(subject, first), ask(subject, second, Limits(concurrent=2))
    assert 0 < ask(subject, third).rate <= 2, "two were let in since the first of them, a second at least"
    subject.wait(61)
    assert ask(subject, third, Limits(concurrent=0)).rate == 0, "only the last minute counts"


def test_a_worker_that_dies_takes_no_place_with_it(subject: Subject) -> None:
    """Let in and never begun: the place is kept for its lease, for whoever goes on with the job, and then free."""
    first, second = queued(subject, "a", "1", "2")
    assert ask(subject, first).why is Why.ADMITTED
    assert ask(subject, first).why is Why.ADMITTED, "whoever goes on with it need not wait again"
    assert ask(subject, second).why is Why.FULL
    subject.wait(LEASE + 1)
    assert ask(subject, second).why is Why.ADMITTED


def test_an_attempt_that_was_begun_keeps_its_place_however_long_it_takes(subject: Subject) -> None:
    first, second = queued(subject, "a", "1", "2")
    ask(subject, first)
    begin(subject, first)
    subject.wait(10 * LEASE)
    assert ask(subject, second).why is Why.FULL


def test_attempts_from_before_there_was_a_limit_count(subject: Subject) -> None:
    first, second = queued(subject, "a", "1", "2")
    assert ask(subject, first, FREE).why is Why.ADMITTED
    begin(subject, first)
    assert ask(subject, second).why is Why.FULL


def test_what_runs_already_is_not_begun_again(subject: Subject) -> None:
    first, twin = queued(subject, "a", "1", "2")
    twin = replace(twin, shot=first.shot)
    assert ask(subject, first).why is Why.ADMITTED
    assert ask(subject, twin).why is Why.FULL
    begin(subject, first)
    assert ask(subject, twin).why is Why.RUNNING
    assert subject.database.admission.report()[0].waiting == 0, (
        "who waits for another's attempt is in no line"
    )


def test_a_rate_lets_so_many_begin_in_a_minute(subject: Subject) -> None:
    jobs = queued(subject, "a", "1", "2", "3")
    rate = Limits(per_minute=2)
    assert [ask(subject, job, rate).why for job in jobs] == [Why.ADMITTED, Why.ADMITTED, Why.FULL]
    for job in jobs[:2]:
        end(subject, begin(subject, job))
    held = ask(subject, jobs[2], rate)
    assert held.why is Why.FULL
    assert 50 < held.seconds <= 60
    subject.wait(61)
    assert ask(subject, jobs[2], rate).why is Why.ADMITTED


def test_a_day_holds_so_many(subject: Subject) -> None:
    jobs = queued(subject, "a", "1", "2")
    day = Limits(per_day=1)
    ask(subject, jobs[0], day)
    end(subject, begin(subject, jobs[0]))
    subject.wait(80_000)
    held = ask(subject, jobs[1], day)
    assert (held.why, 6000 < held.seconds < 6500) == (Why.FULL, True)
    subject.wait(6500)
    assert ask(subject, jobs[1], day).why is Why.ADMITTED


def test_a_model_has_limits_of_its_own_within_its_provider(subject: Subject) -> None:
    one, two, three = queued(subject, "a", "1", "2", "3")
    other = replace(GATE, model="grand")
    two, three = (replace(job, shot=replace(job.shot, model="grand")) for job in (two, three) if job.shot)
    admission = subject.database.admission
    whole = Limits(concurrent=2)
    assert admission.ask(asking(one, whole)).why is Why.ADMITTED
    assert admission.ask(asking(two, whole, other, ONE)).why is Why.ADMITTED
    begin(subject, one), begin(subject, two)
    assert admission.ask(asking(three, Limits(concurrent=9), other, ONE)).why is Why.FULL
    assert admission.ask(asking(three, whole, other)).why is Why.FULL
    assert admission.ask(asking(three, Limits(concurrent=3), other)).why is Why.ADMITTED


def test_another_key_has_limits_of_its_own(subject: Subject) -> None:
    first, second = queued(subject, "a", "1", "2")
    assert ask(subject, first).why is Why.ADMITTED
    begin(subject, first)
    other = replace(GATE, account="cd34")
    assert subject.database.admission.ask(asking(second, ONE, other)).why is Why.ADMITTED


def test_twenty_workers_at_once_never_exceed_a_limit(subject: Subject) -> None:
    jobs = queued(subject, "a", *map(str, range(20)))
    cap = Limits(concurrent=3, per_minute=50)

    def work(job: Job) -> bool:
        admitted = ask(subject, job, cap).why is Why.ADMITTED
        if admitted:
            begin(subject, job)
        return admitted

    with ThreadPoolExecutor(20) as workers:
        for _ in range(3):
            list(workers.map(work, jobs))
            live = subject.database.admission.running([job.shot.key for job in jobs if job.shot])
            assert len(live) == 3


# --- the line -----------------------------------------------------------------------------------------


def test_high_goes_before_normal_before_low(subject: Subject) -> None:
    low = queued(subject, "a", "low1", "low2", lane=Lane.LOW)
    normal = queued(subject, "a", "normal", lane=Lane.NORMAL)
    high = queued(subject, "a", "high", lane=Lane.HIGH)
    assert served(subject, [*low, *normal, *high]) == ["a_high", "a_normal", "a_low1", "a_low2"]


def test_projects_take_turns_however_many_clips_each_has(subject: Subject) -> None:
    many = queued(subject, "many", *"12345")
    few = queued(subject, "few", "1", "2")
    order = served(subject, [*many, *few])
    assert order == ["many_1", "few_1", "many_2", "few_2", "many_3", "many_4", "many_5"]


def test_tenants_take_turns_however_many_projects_each_has(subject: Subject) -> None:
    jobs = [job for name in "abc" for job in queued(subject, name, "1", "2", tenant="rich")]
    jobs += queued(subject, "z", "1", "2", tenant="poor")
    order = [name[0] for name in served(subject, jobs)]
    assert [name == "z" for name in order[:4]] == [False, True, False, True]
    assert Counter(order) == Counter("aabbcczz")


def test_who_is_cancelled_or_does_not_come_back_keeps_nobody_waiting(subject: Subject) -> None:
    first, second, third = queued(subject, "a", "1", "2", "3")
    for job in (first, second, third):
        ask(subject, job, Limits(concurrent=0))
    assert ask(subject, third).why is Why.FULL
    subject.database.jobs.cancel(first.job_id)
    assert (ask(subject, third).why, ask(subject, third).place) == (Why.FULL, 0)
    subject.wait(121)
    assert ask(subject, third).why is Why.ADMITTED


def accepted(
    subject: Subject, project: str, many: int, lane: Lane = Lane.NORMAL, tenant: str = "local"
) -> list[Job]:
    """Jobs that stand in the line from the moment they are accepted, as the architect has them."""
    return queued(subject, project, *map(str, range(many)), lane=lane, tenant=tenant, rules=TWO)


def heard(subject: Subject, jobs: Sequence[Job], rounds: int) -> list[str]:
    """Who is made, as workers hear of the jobs in the order of their messages; two at a time, and each is made soon."""
    messages, inside, order = deque(jobs), deque[Generation](), list[str]()
    for job in (messages.popleft() for _ in range(rounds) if messages):
        if subject.database.admission.ask(asking(job, TWO.limits["camera"])).why is Why.ADMITTED:
            inside.append(begin(subject, job))
            order.append(str(job.clip_id).removeprefix("clip_"))
        else:
            messages.append(job)
        if len(inside) == 2 or not messages:
            end(subject, inside.popleft())
    for row in inside:
        end(subject, row)
    return order


@pytest.mark.parametrize("tenant", ["local", "other"])
def test_two_clips_behind_many_are_made_after_a_few_of_them(subject: Subject, tenant: str) -> None:
    """Their messages lie behind all others, and yet nobody is let in before them for long."""
    many = accepted(subject, "many", 60)
    assert heard(subject, many[:3], 3) == ["many_0", "many_1", "many_2"]
    few = accepted(subject, "few", 2, tenant=tenant)
    order = heard(subject, [*many[3:], *few], 150)
    assert [name for name in order if name.startswith("few")] == ["few_0", "few_1"]
    assert order.index("few_1") <= 3, "one of many goes before each of them at most"


def test_what_is_urgent_goes_first_before_anybody_has_heard_of_it(subject: Subject) -> None:
    low, normal, high = (accepted(subject, lane, 3, lane) for lane in (Lane.LOW, Lane.NORMAL, Lane.HIGH))
    order = heard(subject, [*low, *normal, *high], 40)
    assert [name.partition("_")[0] for name in order] == 3 * ["high"] + 3 * ["normal"] + 3 * ["low"]


def test_who_has_not_been_heard_keeps_nobody_waiting_for_ever(subject: Subject) -> None:
    accepted(subject, "few", 2)
    (late,) = queued(subject, "late", "1")
    cap = TWO.limits["camera"]
    assert subject.database.admission.ask(asking(late, cap)).why is Why.ADMITTED, "there is room for one more"
    (later,) = queued(subject, "late", "2")
    assert subject.database.admission.ask(asking(later, cap)).why is Why.FULL
    subject.wait(121)
    assert subject.database.admission.ask(asking(later, cap)).why is Why.ADMITTED


def test_a_lane_that_people_hold_back_keeps_nobody_waiting(subject: Subject) -> None:
    accepted(subject, "few", 2, Lane.HIGH)
    (other,) = queued(subject, "other", "1")
    assert ask(subject, other).why is Why.FULL
    subject.database.admission.pause("motion.high")
    assert ask(subject, other).why is Why.ADMITTED


def test_who_goes_to_another_vendor_keeps_nobody_waiting(subject: Subject) -> None:
    (first,) = accepted(subject, "few", 1)
    (other,) = queued(subject, "other", "1")
    assert ask(subject, other).why is Why.FULL
    claim = subject.database.jobs.claim(first.job_id, "w1", LEASE)
    assert claim is not None
    assert first.shot is not None
    subject.database.jobs.recast(claim, replace(first.shot, provider="mock"))
    assert ask(subject, other).why is Why.ADMITTED


def test_those_who_have_ended_unheard_are_not_told_to_wait(subject: Subject) -> None:
    jobs = accepted(subject, "few", 2)
    assert [row.waiting for row in subject.database.admission.report()] == [2]
    subject.database.jobs.cancel(jobs[0].job_id)
    assert [row.waiting for row in subject.database.admission.report()] == [1]


# --- breakers -----------------------------------------------------------------------------------------


def fail(subject: Subject, times: int) -> None:
    for _ in range(times):
        subject.database.admission.heard(GATE, "HTTP 503", BREAKER)


@pytest.mark.parametrize("limits", [FREE, ONE], ids=["unlimited", "limited"])
def test_who_keeps_failing_is_paused_and_then_tried_by_one(subject: Subject, limits: Limits) -> None:
    first, second = queued(subject, "a", "1", "2")
    fail(subject, 2)
    assert ask(subject, first, limits).why is Why.ADMITTED, "not yet"
    subject.wait(LEASE + 1)
    fail(subject, 1)
    held = ask(subject, first, limits)
    assert held.why is Why.FAILING
    assert 5 < held.seconds <= 10
    assert "HTTP 503" in held.reason
    subject.wait(11)
    assert ask(subject, first, limits).why is Why.ADMITTED
    assert ask(subject, second, limits).why is Why.PROBED
    assert ask(subject, first, limits).why is Why.ADMITTED, (
        "the one that tries may go on after its worker died"
    )
    subject.database.admission.heard(GATE, None, BREAKER)
    end(subject, begin(subject, first))
    assert ask(subject, second, limits).why is Why.ADMITTED
    assert [row.failures for row in subject.database.admission.report()] == []


def test_each_pause_is_longer_up_to_the_longest(subject: Subject) -> None:
    (job,) = queued(subject, "a", "1")
    fail(subject, 3)
    seen = []
    for _ in range(4):
        seen.append(ask(subject, job).seconds)
        subject.wait(seen[-1] + 1)
        fail(subject, 1)
    assert [round(seconds, -1) for seconds in seen] == [10, 20, 40, 40]


def test_orders_that_were_under_way_do_not_lengthen_the_pause(subject: Subject) -> None:
    (job,) = queued(subject, "a", "1")
    fail(subject, 10)
    assert ask(subject, job).seconds <= 10
    (row,) = subject.database.admission.report()
    assert (row.provider, row.model, row.failures, row.reason) == ("camera", "default", 10, "HTTP 503")
    assert row.open_until is not None


def test_a_probe_whose_worker_died_is_made_by_another(subject: Subject) -> None:
    first, second = queued(subject, "a", "1", "2")
    fail(subject, 3)
    subject.wait(11)
    assert ask(subject, first, FREE).why is Why.ADMITTED
    subject.wait(LEASE + 1)
    assert ask(subject, second, FREE).why is Why.ADMITTED


def test_a_breaker_holds_nobody_elses_gate(subject: Subject) -> None:
    (job,) = queued(subject, "a", "1")
    fail(subject, 5)
    other = replace(GATE, model="grand")
    assert subject.database.admission.ask(asking(job, ONE, other)).why is Why.ADMITTED


# --- pauses by people ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["provider:camera", "provider:camera:default", "motion.normal"])
def test_what_people_hold_back_begins_nothing_until_it_is_resumed(subject: Subject, name: str) -> None:
    (job,) = queued(subject, "a", "1")
    admission = subject.database.admission
    admission.pause(name)
    admission.pause(name)
    assert list(admission.paused()) == [name]
    held = ask(subject, job)
    assert (held.why, held.reason) == (Why.HELD, name)
    admission.resume(name)
    admission.resume(name)
    assert (dict(admission.paused()), ask(subject, job).why) == ({}, Why.ADMITTED)


@pytest.mark.parametrize("name", ["provider:cam", "provider:camera:grand", "motion.low", "render.normal"])
def test_what_is_held_back_elsewhere_does_not_matter(subject: Subject, name: str) -> None:
    (job,) = queued(subject, "a", "1")
    subject.database.admission.pause(name)
    assert ask(subject, job).why is Why.ADMITTED


def test_a_job_of_a_paused_queue_is_not_begun_and_not_missed(subject: Subject) -> None:
    first, second = queued(subject, "a", "1", "2")
    jobs = subject.database.jobs
    claim = subject.claim(first)
    jobs.park(claim, 0)
    subject.database.admission.pause("motion.normal")
    assert not jobs.held_back(first.job_id, 20), "what has begun goes on"
    assert jobs.held_back(second.job_id, 20)
    subject.wait(10)
    assert second.job_id not in {job.job_id for job in jobs.stranded(5, 10)}
    subject.database.admission.resume("motion.normal")
    assert not jobs.held_back(second.job_id, 20)
    assert not jobs.held_back(JobId("job_motion_none"), 20)


# --- another of the lineup ----------------------------------------------------------------------------


def cast(subject: Subject) -> tuple[Claim, Job]:
    subject.database.projects.create(PROJECT, document())
    job = replace(motion("lake", None), lineup=(shot("lake"), shot("plan b")))
    subject.database.jobs.accept([job], [pending(job)])
    claim = subject.claim(job)
    assert claim.job.lineup == job.lineup
    return claim, job


def test_job_and_clip_are_recast_together(subject: Subject) -> None:
    claim, job = cast(subject)
    remark = Remark("camera", "default", "not_accepted", "It was busy\0.", 0)
    subject.database.jobs.recast(claim, job.lineup[1], remark)
    kept = subject.database.jobs.get(job.job_id)
    assert (kept.shot, kept.said) == (job.lineup[1], (replace(remark, message="It was busy\ufffd."),))
    assert subject.clip("lake").cache_key == job.lineup[1].key
    subject.database.jobs.park(claim, 0, refused=True)
    assert subject.database.jobs.get(job.job_id).refusals == 1


def test_a_clip_that_people_have_changed_keeps_its_new_key(subject: Subject) -> None:
    claim, job = cast(subject)
    edited = replace(pending(job), cache_key=shot("new words").key, job_id=None, status=ClipStatus.PENDING)
    subject.database.jobs.accept([], [edited])
    subject.database.jobs.recast(claim, job.lineup[1])
    assert subject.clip("lake").cache_key == shot("new words").key


def test_old_admissions_are_forgotten(subject: Subject) -> None:
    (job,) = queued(subject, "a", "1")
    ask(subject, job)
    assert subject.database.admission.sweep() == 0
    subject.wait(2 * 86400)
    assert subject.database.admission.sweep() == 1
