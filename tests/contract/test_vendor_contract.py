"""What every paid vendor promises: one order is one POST and one bill, and each fault is told for what it is.

The vendors' own SDKs run here, against doubles of their protocols that speak over a socket and count.
"""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jynco.adapters.clock import SystemClock
from jynco.adapters.providers.mock import Mock
from jynco.errors import (
    GenerationFailed,
    KeyRefused,
    LeaseLost,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    PollFailed,
    ProviderError,
    RequestRejected,
)
from jynco.model.motion import PollState, Shot, Ticket
from jynco.model.time import Rate
from jynco.ports import Provider
from jynco.ports.brink import at_the_brink
from tests.contract.vendors import CASES, Case, Watching, no_parts, shot_of
from tests.doubles.vendor import KEY, Fault, Reply, Vendor

LOST = ["reset", "reset_after", "silence_after", "garbled_after"]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real film of four seconds."""
    target = tmp_path_factory.mktemp("clip") / "clip.mp4"
    shot = Shot("mock", "mock", "1", "a card", "", None, 96, Rate(24), 320, 180)
    Mock(SystemClock()).collect(shot, None, Ticket("t"), target, Watching())
    return target.read_bytes()


@pytest.fixture(scope="session")
def still(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("still") / "still.png"
    Image.fromarray(np.random.default_rng(5).integers(0, 255, (36, 64, 3), dtype=np.uint8)).save(path)
    return path


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found = request.param
    assert isinstance(found, Case)
    return found


@pytest.fixture
def vendor(case: Case, clip: bytes) -> Iterator[Vendor]:
    with case.double(clip) as vendor:
        yield vendor


def refused(provider: Provider, shot: Shot, still: Path) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        provider.submit(shot, still)
    return caught.value


def in_time(is_so: Callable[[], bool]) -> bool:
    """Whether it comes to be so: a double may still be reading what its client has given up on."""
    for _ in range(200):
        if is_so():
            return True
        time.sleep(0.05)
    return False


def finished(case: Case, vendor: Vendor, still: Path) -> tuple[Provider, Ticket]:
    """An order whose clip is made, as a worker that comes back for it would have it."""
    vendor.life = (case.done,)
    provider = case.at(vendor)
    ticket = provider.submit(shot_of(case), still)
    answer = provider.poll(shot_of(case), ticket)
    assert answer.state is PollState.SUCCEEDED
    return provider, replace(ticket, details={**ticket.details, **answer.details})


# --- an order


def test_an_order_is_one_request_and_one_bill(case: Case, vendor: Vendor, still: Path) -> None:
    ticket = case.at(vendor).submit(shot_of(case), still)
    assert ticket.task_id
    assert vendor.seen["submit"] == 1
    assert list(vendor.bills.values()) == [1]
    ((_, prompt),) = vendor.bills
    assert prompt == "the boat sails on"


def test_what_is_held_back_when_the_line_is_open_is_not_sent(case: Case, vendor: Vendor, still: Path) -> None:
    looks = list[int]()

    def overtaken() -> None:
        looks.append(vendor.seen["submit"])
        raise LeaseLost("Somebody else has it.")

    provider = case.at(vendor)
    with at_the_brink(overtaken), pytest.raises(LeaseLost):
        provider.submit(shot_of(case), still)
    assert (looks, vendor.seen["submit"]) == ([0], 0)
    assert provider.submit(shot_of(case), still).task_id


def test_the_estimate_is_the_vendors_own(case: Case, vendor: Vendor, still: Path) -> None:
    provider = case.at(vendor)
    ordered = provider.capabilities(case.model).ordered(shot_of(case))
    by_list = case.price * ordered.frames / 24
    estimated = provider.submit(shot_of(case), still).estimated_usd
    assert estimated == (Decimal("0.20") if case.estimates else by_list)


def test_an_order_goes_its_way_to_a_file(case: Case, vendor: Vendor, still: Path, tmp_path: Path) -> None:
    vendor.life = (*case.waiting, case.running, case.done)
    provider, shot = case.at(vendor), shot_of(case)
    ticket = provider.submit(shot, still)
    told = [provider.poll(shot, ticket) for _ in range(len(case.waiting) + 2)]
    assert [answer.state for answer in told[:-2]] == [PollState.WAITING] * len(case.waiting)
    assert told[-2].state is PollState.RUNNING
    assert told[-1].state is PollState.SUCCEEDED
    ticket = replace(ticket, details={**ticket.details, **told[-1].details})
    watch = Watching()
    provider.collect(shot, still, ticket, tmp_path / "clip.mp4", watch)
    assert (tmp_path / "clip.mp4").read_bytes() == vendor.clip
    assert watch.told[-1] == 1.0
    assert no_parts(tmp_path)
    assert list(vendor.bills.values()) == [1]


def test_no_key_goes_to_where_the_clip_lies(case: Case, vendor: Vendor, still: Path, tmp_path: Path) -> None:
    provider, ticket = finished(case, vendor, still)
    provider.collect(shot_of(case), still, ticket, tmp_path / "clip.mp4", Watching())
    assert vendor.result_headers
    assert not [value for headers in vendor.result_headers for value in headers.values() if KEY in value]


def test_another_process_goes_on_from_the_row(
    case: Case, vendor: Vendor, still: Path, tmp_path: Path
) -> None:
    """All that is left of the first one is what it wrote down."""
    vendor.life = (case.running, case.done)
    ticket = case.at(vendor).submit(shot_of(case), still)
    row = json.loads(json.dumps({"task": ticket.task_id, "details": dict(ticket.details)}))
    kept = Ticket(row["task"], row["details"])
    other, shot = case.at(vendor), Shot.from_json(json.loads(json.dumps(shot_of(case).to_json())))
    assert other.poll(shot, kept).state is PollState.RUNNING
    case.at(vendor).collect(shot, still, kept, tmp_path / "clip.mp4", Watching())
    assert (tmp_path / "clip.mp4").read_bytes() == vendor.clip
    assert (vendor.seen["submit"], list(vendor.bills.values())) == (1, [1])


def test_a_cancelled_order_is_told_to_the_vendor(case: Case, vendor: Vendor, still: Path) -> None:
    provider = case.at(vendor)
    ticket = provider.submit(shot_of(case), still)
    provider.cancel(ticket)
    assert vendor.cancelled == ([ticket.task_id] if case.cancels else [])


def test_a_wish_to_cancel_that_fails_harms_nothing(case: Case, vendor: Vendor, still: Path) -> None:
    provider = case.at(vendor)
    ticket = provider.submit(shot_of(case), still)
    vendor.refuse("cancel", 500)
    provider.cancel(ticket)
    assert not vendor.cancelled


# --- refused orders


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "request_rejected"),
        (401, "key_refused"),
        (402, "no_credit"),
        (404, "request_rejected"),
        (422, "request_rejected"),
        (429, "not_accepted"),
    ],
)
def test_a_refusal_is_told_for_what_it_is(
    case: Case, vendor: Vendor, still: Path, status: int, code: str
) -> None:
    vendor.refuse("submit", status, {"error": "the vendor's own words"})
    error = refused(case.at(vendor), shot_of(case), still)
    assert error.code == code
    assert vendor.seen["submit"] == 1
    assert not vendor.bills


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Your prompt was blocked by safety filters"),
        (422, "NSFW content detected"),
        (400, "The image has been flagged as sensitive"),
        (422, "prohibited content"),
        (400, "SAFETY.INPUT.TEXT"),
        (403, "content moderated"),
    ],
)
def test_what_safety_refuses_is_no_mere_bad_request(
    case: Case, vendor: Vendor, still: Path, status: int, words: str
) -> None:
    """For those give way, and the prompt would go to the next vendor unasked."""
    vendor.refuse("submit", status, {"error": words})
    assert isinstance(refused(case.at(vendor), shot_of(case), still), Moderated)
    assert not vendor.bills


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (403, "Your account has been blocked", "key_refused"),
        (403, "Access from this country is prohibited", "key_refused"),
        (403, "This API key was flagged and disabled", "key_refused"),
        (400, "Model names are case sensitive", "request_rejected"),
    ],
)
def test_an_account_that_is_shut_out_says_nothing_of_the_prompt(
    case: Case, vendor: Vendor, still: Path, status: int, words: str, code: str
) -> None:
    vendor.refuse("submit", status, {"error": words})
    assert refused(case.at(vendor), shot_of(case), still).code == code


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504])
def test_a_server_error_is_unknown_unless_it_is_documented_as_a_no(
    case: Case, vendor: Vendor, still: Path, status: int
) -> None:
    vendor.refuse("submit", status)
    error = refused(case.at(vendor), shot_of(case), still)
    assert isinstance(error, NotAccepted if status in case.shedding else OutcomeUnknown)
    assert vendor.seen["submit"] == 1


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_never_asked_for_by_ordering_again(
    case: Case, vendor: Vendor, still: Path, kind: str
) -> None:
    vendor.fail("submit", Fault(kind))
    error = refused(case.at(vendor, timeout=0.3 if kind.startswith("silence") else 5), shot_of(case), still)
    assert isinstance(error, OutcomeUnknown)
    assert "--pay-again" in error.message
    bills = 1 if kind.endswith("after") else 0
    assert in_time(lambda: (vendor.seen["submit"], sum(vendor.bills.values())) == (1, bills))


@pytest.mark.parametrize("body", [{}, [], None, "yes", {"id": None}])
def test_a_yes_without_an_id_is_unknown(case: Case, vendor: Vendor, still: Path, body: object) -> None:
    vendor.fail("submit", Fault("reply_after", Reply(200, body)))
    assert isinstance(refused(case.at(vendor), shot_of(case), still), OutcomeUnknown)
    assert vendor.seen["submit"] == 1


def test_a_redirect_is_not_followed_with_an_order(case: Case, vendor: Vendor, still: Path) -> None:
    vendor.refuse("submit", 307, location=f"{vendor.address}/elsewhere")
    assert isinstance(refused(case.at(vendor), shot_of(case), still), OutcomeUnknown)
    assert sum(vendor.seen.values()) == 1


def test_an_unreachable_vendor_has_taken_nothing(case: Case, still: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        provider = case.provider(case.account(f"http://127.0.0.1:{taken.getsockname()[1]}"))
        assert isinstance(refused(provider, shot_of(case), still), NotAccepted)


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0", 0.0),
        ("2.5", 2.5),
        (format_datetime(NOW + timedelta(seconds=40), usegmt=True), 40.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), None),
        (format_datetime(NOW + timedelta(days=1), usegmt=True), 60.0),
        ("-5", None),
        ("3600", 60.0),
        ("99999999999", 60.0),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("Tue, 99 Abc 2026", None),
        ("", None),
    ],
)
def test_the_vendor_says_when_to_come_back(
    case: Case, vendor: Vendor, still: Path, value: str | None, seconds: float | None
) -> None:
    headers = {"date": format_datetime(NOW, usegmt=True)} | ({} if value is None else {"retry_after": value})
    vendor.refuse("submit", 429, **headers)
    error = refused(case.at(vendor), shot_of(case), still)
    assert isinstance(error, NotAccepted)
    assert error.retry_after == seconds
    assert ("of patience" in error.message) == (value == "3600" or seconds == 60.0)


def test_words_of_no_credit_and_moderation_are_understood(case: Case, vendor: Vendor, still: Path) -> None:
    provider = case.at(vendor)
    vendor.refuse("submit", 400, {"error": "You do not have enough credits to run this task."})
    assert refused(provider, shot_of(case), still).code == "no_credit"
    vendor.refuse("submit", 400, {"error": {"message": "Blocked by content moderation."}})
    assert refused(provider, shot_of(case), still).code == "moderated"


def test_a_key_is_never_repeated(
    case: Case, vendor: Vendor, still: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    provider = case.at(vendor)
    for status in (400, 401, 403, 500):
        vendor.refuse("submit", status, {"error": f"Who is {KEY}?"})
        assert KEY not in str(refused(provider, shot_of(case), still))
    provider.cancel(Ticket("nobody"))
    assert KEY not in caplog.text + repr(case.account(None))


# --- orders that are not even sent


def test_without_a_key_it_says_what_it_could_do_and_which_variable_is_missing(
    case: Case, vendor: Vendor, still: Path
) -> None:
    provider = case.provider(case.account(vendor.address, key=None))
    assert provider.capabilities(case.model).usd_per_second == case.price
    error = refused(provider, shot_of(case), still)
    assert isinstance(error, KeyRefused)
    assert f"{case.name.upper()}_KEY is not set" in error.message
    assert not vendor.seen


@pytest.mark.parametrize("key", ["key with spaces", "key\nX-Header: 1", "schlüssel"])
def test_what_cannot_be_a_key_is_not_sent(case: Case, vendor: Vendor, still: Path, key: str) -> None:
    error = refused(case.provider(case.account(vendor.address, key=key)), shot_of(case), still)
    assert isinstance(error, KeyRefused)
    assert key not in error.message
    assert not vendor.seen


def test_a_clip_that_is_too_long_is_refused_with_the_longest(case: Case, vendor: Vendor, still: Path) -> None:
    error = refused(case.at(vendor), shot_of(case, frames=24 * 300), still)
    assert isinstance(error, RequestRejected)
    longest = case.at(vendor).capabilities(case.model).durations[-1]
    assert f"at most {longest} s, not 300 s" in error.message
    assert not vendor.seen


def test_unknown_models_and_options_are_refused(case: Case, vendor: Vendor, still: Path) -> None:
    provider = case.at(vendor)
    with pytest.raises(RequestRejected, match="no-such-model"):
        provider.capabilities("no-such-model")
    with pytest.raises(RequestRejected, match="providerOptions"):
        provider.submit(shot_of(case, options={"sparkle": 1}), still)
    assert not vendor.seen


def test_what_is_no_picture_is_not_sent(case: Case, vendor: Vendor, tmp_path: Path) -> None:
    (tmp_path / "still.png").write_bytes(b"<html>")
    error = refused(case.at(vendor), shot_of(case), tmp_path / "still.png")
    assert isinstance(error, RequestRejected)
    assert not vendor.seen


# --- how an order is doing


@pytest.mark.parametrize("status", [404, 408, 409, 429, 500, 502, 503, 504])
def test_a_poll_that_fails_is_asked_again_later_and_not_at_once(
    case: Case, vendor: Vendor, still: Path, status: int
) -> None:
    provider, shot = case.at(vendor), shot_of(case)
    ticket = provider.submit(shot, still)
    vendor.refuse("poll", status, retry_after="3")
    with pytest.raises(PollFailed) as caught:
        provider.poll(shot, ticket)
    assert caught.value.retry_after == 3.0
    assert vendor.seen["poll"] == 1
    assert provider.poll(shot, ticket).state is PollState.WAITING


@pytest.mark.parametrize(("status", "code"), [(401, "key_refused"), (402, "no_credit")])
def test_a_poll_says_when_the_account_has_to_be_mended(
    case: Case, vendor: Vendor, still: Path, status: int, code: str
) -> None:
    provider, shot = case.at(vendor), shot_of(case)
    ticket = provider.submit(shot, still)
    vendor.refuse("poll", status)
    with pytest.raises(ProviderError) as caught:
        provider.poll(shot, ticket)
    assert caught.value.code == code
    assert provider.poll(shot, ticket).state is PollState.WAITING


@pytest.mark.parametrize("kind", ["reset", "silence", "garbled"])
def test_a_poll_without_an_answer_changes_nothing(case: Case, vendor: Vendor, still: Path, kind: str) -> None:
    provider, shot = case.at(vendor), shot_of(case)
    ticket = provider.submit(shot, still)
    vendor.fail("poll", Fault(kind))
    with pytest.raises(PollFailed):
        (case.at(vendor, timeout=0.3) if kind == "silence" else provider).poll(shot, ticket)
    assert in_time(lambda: vendor.seen["poll"] == 1)
    assert provider.poll(shot, ticket).state is PollState.WAITING
    assert vendor.seen["poll"] == 2


@pytest.mark.parametrize("body", [[], None, "yes", {}, {"status": "DANCING"}])
def test_a_poll_that_makes_no_sense_changes_nothing(
    case: Case, vendor: Vendor, still: Path, body: object
) -> None:
    provider, shot = case.at(vendor), shot_of(case)
    ticket = provider.submit(shot, still)
    vendor.fail("poll", Fault("reply", Reply(200, body)))
    with pytest.raises(PollFailed):
        provider.poll(shot, ticket)


def test_a_generation_that_fails_is_told(case: Case, vendor: Vendor, still: Path) -> None:
    vendor.life = (case.failed,)
    provider = case.at(vendor)
    answer = provider.poll(shot_of(case), provider.submit(shot_of(case), still))
    assert answer.state is PollState.FAILED
    assert isinstance(answer.error, GenerationFailed)


def test_moderation_is_told_apart(case: Case, vendor: Vendor, still: Path) -> None:
    vendor.life = (case.moderated,)
    provider = case.at(vendor)
    answer = provider.poll(shot_of(case), provider.submit(shot_of(case), still))
    assert answer.state is PollState.FAILED
    assert isinstance(answer.error, Moderated)


# --- fetching the clip


def test_half_a_clip_is_no_clip(case: Case, vendor: Vendor, still: Path, tmp_path: Path) -> None:
    provider, ticket = finished(case, vendor, still)
    vendor.cut = len(vendor.clip) // 2
    with pytest.raises(PollFailed):
        provider.collect(shot_of(case), still, ticket, tmp_path / "clip.mp4", Watching())
    assert list(tmp_path.iterdir()) == []
    vendor.cut = None
    provider.collect(shot_of(case), still, ticket, tmp_path / "clip.mp4", Watching())
    assert (tmp_path / "clip.mp4").read_bytes() == vendor.clip


@pytest.mark.parametrize("kind", ["reset", "silence"])
def test_a_download_that_breaks_off_is_tried_again_later(
    case: Case, vendor: Vendor, still: Path, tmp_path: Path, kind: str
) -> None:
    _, ticket = finished(case, vendor, still)
    vendor.fail("result", Fault(kind))
    with pytest.raises(PollFailed):
        case.at(vendor, timeout=0.3).collect(shot_of(case), still, ticket, tmp_path / "clip.mp4", Watching())
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_has_run_out_is_asked_for_anew(
    case: Case, vendor: Vendor, still: Path, tmp_path: Path
) -> None:
    provider, ticket = finished(case, vendor, still)
    vendor.expired = 1
    provider.collect(shot_of(case), still, ticket, tmp_path / "clip.mp4", Watching())
    assert (tmp_path / "clip.mp4").read_bytes() == vendor.clip
    assert list(vendor.bills.values()) == [1]
