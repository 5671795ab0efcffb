"""Webhooks: owed with the change they tell of, once; claimed by lease; a receiver's trouble is its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jynco.errors import Conflict, LeaseLost, NotFound
from jynco.model.jobs import ClipRow, Failure
from jynco.model.states import ClipStatus
from jynco.model.webhooks import MOST, Attempt, DeliveryState, Load, Parcel, Settlement, Topic, Webhook
from jynco.ports import Webhooks
from tests.contract.databases import PROJECT, Subject, broken, document, film, made, motion, pending

AT = datetime(2026, 11, 22, tzinfo=UTC)
TRIED = Attempt(AT, 500, "HTTP 500", 12)
WELL = Attempt(AT, 200, None, 5)
PUT_OFF = Settlement(DeliveryState.PENDING, wait=60)
DONE = Settlement(DeliveryState.DELIVERED)
WIDE = Load(100, 100)


@pytest.fixture
def hooks(subject: Subject) -> Webhooks:
    return subject.database.webhooks


def receiver(name: str = "a", *topics: Topic) -> Webhook:
    return Webhook(f"wh_{name}", f"https://{name}.example.com/", f"whsec_{name}", topics, "mine")


def told(hooks: Webhooks, name: str = "a") -> list[str]:
    """What the receiver was, and is to be, told: topic and the id it is about, in their order."""
    found = reversed(hooks.deliveries(f"wh_{name}", None, 100))
    return [f"{each.topic} {_about(each.payload)}" for each in found]


def _about(payload: object) -> str:
    assert isinstance(payload, dict)
    data = payload["data"]
    assert isinstance(data, dict)
    clip = str(payload["type"]).startswith("clip.")
    return str(data["clipId"] if clip else data["jobId"])


def claim(hooks: Webhooks, owner: str = "w", seconds: float = 30) -> list[Parcel]:
    return list(hooks.claim(owner, seconds, 100, WIDE))


def test_each_end_of_a_clip_and_of_a_film_is_owed_once(subject: Subject, hooks: Webhooks) -> None:
    hooks.add(receiver())
    whole, first, second = subject.begin("a", "b")
    claimed = subject.claim(first)
    subject.database.jobs.finish_motion(claimed, made(first))
    with pytest.raises(LeaseLost):
        subject.database.jobs.finish_motion(claimed, made(first))
    subject.database.jobs.finish_motion(subject.claim(second), broken(second))
    failure = Failure("missing_clips", "One clip is missing.")
    subject.database.jobs.finish_render(subject.claim(whole), output=None, receipt=None, failure=failure)
    assert told(hooks) == ["clip.completed clip_a", "clip.failed clip_b", "job.failed job_render_lake"]
    payload = hooks.deliveries("wh_a", None, 1)[0].payload
    assert payload["timestamp"]
    assert isinstance(payload["data"], dict)
    assert payload["data"]["error"] == {
        "code": "missing_clips",
        "message": "One clip is missing.",
        "retryable": False,
    }


def test_a_clip_asked_for_by_itself_is_a_job_too(subject: Subject, hooks: Webhooks) -> None:
    hooks.add(receiver())
    subject.database.projects.create(PROJECT, document())
    alone = motion("a", parent=None)
    subject.database.jobs.accept([alone], [pending(alone)])
    subject.database.jobs.finish_motion(subject.claim(alone), made(alone))
    assert told(hooks) == ["clip.completed clip_a", "job.completed job_motion_a"]


def test_who_cancels_a_film_hears_of_the_film(subject: Subject, hooks: Webhooks) -> None:
    hooks.add(receiver())
    whole, *_ = subject.begin("a", "b")
    subject.database.jobs.cancel(whole.job_id)
    subject.database.jobs.cancel(whole.job_id)
    assert told(hooks) == ["job.cancelled job_render_lake"]


def test_clips_that_end_before_anything_begins_are_told_once(subject: Subject, hooks: Webhooks) -> None:
    hooks.add(receiver())
    subject.database.projects.create(PROJECT, document())
    ready = replace(pending(motion("a")), job_id=None, status=ClipStatus.COMPLETED, cache_hit=True)
    subject.database.jobs.accept([film()], [ready])
    subject.database.jobs.accept([film("job_render_again")], [ready])
    assert told(hooks) == ["clip.completed clip_a"]
    impossible = ClipRow(PROJECT, ready.clip_id, ClipStatus.FAILED, error_code="clip_impossible")
    subject.database.jobs.accept([film("job_render_third")], [impossible])
    assert told(hooks) == ["clip.completed clip_a", "clip.failed clip_a"]


def test_only_who_wants_to_hear_of_it_is_told(subject: Subject, hooks: Webhooks) -> None:
    hooks.add(receiver("films", Topic.JOB_CANCELLED))
    hooks.add(receiver("clips", Topic.CLIP_COMPLETED))
    subject.database.of("zoo").webhooks.add(receiver("zoo"))
    whole, *_ = subject.begin("a")
    subject.database.jobs.cancel(whole.job_id)
    assert (told(hooks, "films"), told(hooks, "clips")) == (["job.cancelled job_render_lake"], [])
    assert told(hooks, "zoo") == [], "another tenant's"


def test_a_tenant_sees_its_own_only(subject: Subject, hooks: Webhooks) -> None:
    theirs = subject.database.of("zoo").webhooks
    assert theirs.add(receiver("zoo")).tenant == "zoo"
    mine = subject.database.of("acme").webhooks
    assert list(mine.page(None, 10)) == []
    for ask in (
        lambda: mine.get("wh_zoo"),
        lambda: mine.delete("wh_zoo"),
        lambda: mine.rotate("wh_zoo", "whsec_x", 1),
        lambda: mine.enable("wh_zoo"),
        lambda: mine.deliveries("wh_zoo", None, 1),
        lambda: mine.replay("wh_zoo", "msg_1"),
    ):
        with pytest.raises(NotFound, match="wh_zoo"):
            ask()
    assert [each.webhook_id for each in hooks.page(None, 10)] == ["wh_zoo"]


def test_a_tenant_has_so_many_and_no_more(hooks: Webhooks) -> None:
    for number in range(MOST):
        hooks.add(receiver(f"{number:02}"))
    with pytest.raises(Conflict, match="20 webhooks"):
        hooks.add(receiver("more"))
    assert [each.webhook_id for each in hooks.page("wh_17", 10)] == ["wh_18", "wh_19"]
    hooks.delete("wh_00")
    assert hooks.add(receiver("more")).created_at is not None


def owe(subject: Subject, hooks: Webhooks, *names: str, films: int = 1) -> None:
    for name in names:
        hooks.add(receiver(name))
    if subject.database.projects.find(PROJECT) is None:
        subject.database.projects.create(PROJECT, document())
    for number in range(films):
        job = film(f"job_render_{number}")
        subject.database.jobs.accept([job], [])
        subject.database.jobs.cancel(job.job_id)


def test_a_parcel_is_in_one_pair_of_hands(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a")
    (parcel,) = claim(hooks)
    assert parcel.webhook.secret == "whsec_a"
    assert claim(hooks, "other") == []
    assert 0 < (hooks.next_due() or 0) <= 30
    subject.wait(31)
    assert hooks.next_due() == 0
    (again,) = claim(hooks, "other")
    assert again.delivery.delivery_id == parcel.delivery.delivery_id, "whoever delivers it, the same message"
    assert not hooks.settle(parcel, WELL, DONE)
    assert hooks.settle(again, WELL, DONE)
    assert not hooks.settle(again, WELL, DONE)
    assert claim(hooks) == []
    assert hooks.next_due() is None


def test_what_failed_is_due_again_later(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a")
    (parcel,) = claim(hooks)
    assert hooks.settle(parcel, TRIED, PUT_OFF)
    assert hooks.get("wh_a").failing_since is not None
    assert claim(hooks) == []
    subject.wait(61)
    (again,) = claim(hooks)
    assert (again.delivery.attempts, again.delivery.tries, again.delivery.log) == (1, 1, (TRIED,))
    assert hooks.settle(again, WELL, DONE)
    ended = hooks.deliveries("wh_a", None, 1)[0]
    assert (ended.state, ended.attempts, ended.log) == (DeliveryState.DELIVERED, 2, (TRIED, WELL))
    assert ended.ended_at is not None
    assert hooks.get("wh_a").failing_since is None


def test_a_receiver_and_a_tenant_get_their_share_and_no_more(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a", "b", "c", films=4)
    first = hooks.claim("w", 30, 100, Load(receiver=2, tenant=5))
    by_receiver = sorted(each.webhook.webhook_id for each in first)
    assert len(by_receiver) == 5
    assert all(by_receiver.count(name) <= 2 for name in by_receiver)
    assert hooks.claim("other", 30, 100, Load(receiver=2, tenant=5)) == []
    assert hooks.settle(first[0], WELL, DONE)
    assert len(hooks.claim("other", 30, 100, Load(receiver=2, tenant=5))) == 1
    assert len(hooks.claim("third", 30, 3, WIDE)) == 3, "as many as there are hands"


def test_receivers_that_fail_keep_nobody_waiting(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a", "b", "c", films=6)
    load = Load(receiver=4, tenant=4, failing=1)
    first = hooks.claim("w", 30, 100, load)
    assert {each.webhook.webhook_id for each in first} == {"wh_a", "wh_b", "wh_c"}, "one each before a second"
    for parcel in first:
        well = parcel.webhook.webhook_id == "wh_c"
        assert hooks.settle(parcel, WELL if well else TRIED, DONE if well else PUT_OFF)
    second = sorted(each.webhook.webhook_id for each in hooks.claim("w", 30, 100, load))
    assert second.count("wh_c") == 4, "who hears has the whole room"
    assert len(second) == 5, "and those who do not are tried one by one"


def test_a_replay_is_the_same_message(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a")
    (parcel,) = claim(hooks)
    hooks.settle(parcel, TRIED, Settlement(DeliveryState.FAILED))
    assert claim(hooks) == []
    replayed = hooks.replay("wh_a", parcel.delivery.delivery_id)
    assert (replayed.state, replayed.tries, replayed.attempts) == (DeliveryState.PENDING, 0, 1)
    (again,) = claim(hooks)
    assert (again.delivery.delivery_id, again.delivery.payload) == (
        parcel.delivery.delivery_id,
        parcel.delivery.payload,
    )
    with pytest.raises(NotFound, match="msg_none"):
        hooks.replay("wh_a", "msg_none")


def test_who_is_disabled_is_told_nothing_until_enabled(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a", films=2)
    first, second = claim(hooks)
    gone = Settlement(DeliveryState.FAILED, disable="It answered 410 Gone.")
    assert hooks.settle(first, Attempt(AT, 410, "HTTP 410", 3), gone)
    assert hooks.get("wh_a").disabled_reason == "It answered 410 Gone."
    assert not hooks.settle(second, WELL, DONE), "given up with the rest"
    assert {each.state for each in hooks.deliveries("wh_a", None, 9)} == {DeliveryState.FAILED}
    with pytest.raises(Conflict, match="enable it first"):
        hooks.replay("wh_a", first.delivery.delivery_id)
    whole = film("job_render_while")
    subject.database.jobs.accept([whole], [])
    subject.database.jobs.cancel(whole.job_id)
    assert len(hooks.deliveries("wh_a", None, 9)) == 2
    assert hooks.enable("wh_a").disabled_at is None
    hooks.replay("wh_a", first.delivery.delivery_id)
    assert len(claim(hooks)) == 1


def test_the_old_secret_signs_along_for_a_while(subject: Subject, hooks: Webhooks) -> None:
    hooks.add(receiver())
    rotated = hooks.rotate("wh_a", "whsec_new", 86400)
    assert rotated.secrets(datetime.now(UTC)) == ("whsec_new", "whsec_a")
    assert rotated.old_until is not None
    assert rotated.secrets(rotated.old_until) == ("whsec_new",)


def test_deliveries_come_in_pages_and_are_forgotten_in_the_end(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a", films=3)
    newest = hooks.deliveries("wh_a", None, 2)
    rest = hooks.deliveries("wh_a", newest[-1].ordinal, 2)
    assert [len(newest), len(rest)] == [2, 1]
    hooks.settle(claim(hooks)[0], WELL, DONE)
    assert hooks.sweep() == 0
    subject.wait(31 * 86400)
    assert hooks.sweep() == 1
    assert len(hooks.deliveries("wh_a", None, 9)) == 2


def test_a_receiver_that_is_deleted_takes_its_deliveries_along(subject: Subject, hooks: Webhooks) -> None:
    owe(subject, hooks, "a")
    (parcel,) = claim(hooks)
    hooks.delete("wh_a")
    assert not hooks.settle(parcel, WELL, DONE)
    assert hooks.next_due() is None
    with pytest.raises(NotFound):
        hooks.get("wh_a")
