"""Answers by Idempotency-Key: given once, and the same again for a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from jynco.adapters.database.desk import Errand, Replies, Reply, Turn, on_errand
from jynco.errors import Busy
from tests.contract.databases import FILM, PROJECT, Subject, document, film, motion

REPLY = Reply(202, {"Location": "/v1/jobs/job_render_a"}, b'{"jobId": "job_render_a"}')
DAY = 24 * 3600.0


@pytest.fixture
def replies(subject: Subject) -> Replies:
    return subject.database.replies


def begin(replies: Replies, owner: str = "web-1", request: str = "hash-1", tenant: str = "local") -> Turn:
    return replies.begin(tenant, "key-1", request, owner, 60.0)


def test_an_answer_is_given_again(replies: Replies) -> None:
    assert begin(replies) == Turn("hash-1", mine=True)
    replies.finish("local", "key-1", "web-1", REPLY)
    assert begin(replies, "web-2") == Turn("hash-1", mine=False, reply=REPLY)


def test_who_comes_meanwhile_is_told_so(replies: Replies) -> None:
    begin(replies)
    assert begin(replies, "web-2") == Turn("hash-1", mine=False)


def test_another_request_is_told_what_the_key_stands_for(replies: Replies) -> None:
    begin(replies)
    assert begin(replies, "web-2", "hash-2") == Turn("hash-1", mine=False)


def test_tenants_do_not_share_keys(replies: Replies) -> None:
    begin(replies)
    assert begin(replies, "web-2", "hash-2", "acme").mine


def test_a_released_key_is_free(replies: Replies) -> None:
    begin(replies)
    replies.release("local", "key-1", "web-1")
    assert begin(replies, "web-2", "hash-2").mine


def test_an_answer_is_not_released(replies: Replies) -> None:
    begin(replies)
    replies.finish("local", "key-1", "web-1", REPLY)
    replies.release("local", "key-1", "web-1")
    assert begin(replies).reply == REPLY


def test_who_died_is_followed_by_the_same_request_only(subject: Subject, replies: Replies) -> None:
    begin(replies)
    subject.wait(61)
    assert not begin(replies, "web-2", "hash-2").mine
    assert begin(replies, "web-2").mine
    replies.finish("local", "key-1", "web-1", REPLY)
    assert begin(replies, "web-3") == Turn("hash-1", mine=False), "who lost the key answers nothing under it"
    replies.release("local", "key-1", "web-1")
    assert not begin(replies, "web-3").mine


def test_what_was_made_on_an_errand_is_known_to_who_follows(subject: Subject, replies: Replies) -> None:
    """The reply is lost, the change is not: whoever asks again is told what there is, and makes nothing twice."""
    begin(replies)
    with on_errand(Errand("local", "key-1", "web-1")):
        subject.database.projects.create(PROJECT, document())
    replies.release("local", "key-1", "web-1")
    assert begin(replies, "web-2") == Turn("hash-1", mine=True, made=(PROJECT,))
    with on_errand(Errand("local", "key-1", "web-2")):
        subject.database.jobs.accept([film(), motion("a")], [])
    subject.wait(61)
    assert begin(replies, "web-3").made == (FILM, motion("a").job_id), "as well when nobody could release it"
    replies.finish("local", "key-1", "web-3", REPLY)
    assert begin(replies, "web-4") == Turn("hash-1", mine=False, reply=REPLY)


def test_who_was_overtaken_makes_nothing(subject: Subject, replies: Replies) -> None:
    begin(replies)
    subject.wait(61)
    begin(replies, "web-2")
    with on_errand(Errand("local", "key-1", "web-1")), pytest.raises(Busy):
        subject.database.projects.create(PROJECT, document())
    assert subject.database.projects.find(PROJECT) is None
    subject.database.projects.create(PROJECT, document())
    with on_errand(Errand("local", "key-1", "web-1")), pytest.raises(Busy):
        subject.database.jobs.accept([film()], [])
    assert subject.database.jobs.active(PROJECT) == []


def test_after_a_day_a_key_is_new(subject: Subject, replies: Replies) -> None:
    begin(replies)
    replies.finish("local", "key-1", "web-1", REPLY)
    subject.wait(DAY - 60)
    assert replies.sweep() == 0
    assert begin(replies).reply == REPLY
    subject.wait(120)
    assert begin(replies, "web-2", "hash-2").mine
    subject.wait(DAY + 60)
    assert replies.sweep() == 1
    assert begin(replies, "web-3", "hash-3").mine


def test_of_many_at_once_one_has_the_turn(replies: Replies) -> None:
    line = Barrier(8)

    def ask(number: int) -> bool:
        line.wait()
        return begin(replies, f"web-{number}").mine

    with ThreadPoolExecutor(8) as askers:
        assert sum(askers.map(ask, range(8))) == 1
