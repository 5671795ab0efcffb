"""Signing in with a browser: a cookie that is as good as the key, on our own pages, until it is over."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from api.editor.door import MOST, asker
from api.sessions import LIFE, Session, Sessions
from api.tries import Tries
from config.settings import Settings
from jynco.adapters.database import secret
from jynco.adapters.database.desk import Scope, desk
from tests.integration.api.conftest import Caller, project_id, storyboard
from tests.integration.api.test_api_callers import Key, guarded, key, signed
from workers.house import house

__all__ = ["guarded", "key", "project_id"]
PAGE = {"Accept": "text/html", "Sec-Fetch-Dest": "document"}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def browser(guarded: Caller) -> FlaskClient:
    """Keeps its cookies."""
    return guarded.app.test_client()


def words(headers: dict[str, str]) -> str:
    return headers["Authorization"].split()[1]


def enter(browser: FlaskClient, given: str, **more: str) -> TestResponse:
    return browser.post("/sign-in", data={"key": given, **more})


def proof(browser: FlaskClient) -> dict[str, str]:
    """What our pages send with every change."""
    found = re.search(r'name="csrf" content="([^"]+)"', browser.get("/", headers=PAGE).text)
    assert found is not None
    return {"X-CSRF-Token": found[1]}


def test_who_opens_a_page_is_led_to_the_door_and_back(browser: FlaskClient, key: Key) -> None:
    away = browser.get("/projects/proj_a?x=1", headers=PAGE)
    assert (away.status_code, away.location) == (303, "/sign-in?next=/projects/proj_a?x%3D1")
    door = browser.get(away.location, headers=PAGE)
    assert door.status_code == 200
    assert 'value="/projects/proj_a?x=1"' in door.text
    inside = enter(browser, words(key()), next="/projects/proj_a?x=1")
    assert (inside.status_code, inside.location) == (303, "/projects/proj_a?x=1")
    assert browser.get("/", headers=PAGE).status_code == 200
    assert browser.get("/sign-in", headers=PAGE).status_code == 302  # is in already


def test_programs_are_told_401_as_ever(browser: FlaskClient) -> None:
    assert browser.get("/", headers={"Accept": "*/*"}).status_code == 401
    assert (
        browser.get("/operations/now", headers={"Accept": "text/html", "Sec-Fetch-Dest": "empty"}).status_code
        == 401
    )


def test_the_cookie_is_for_us_alone(browser: FlaskClient, key: Key) -> None:
    given = words(key())
    for more, safe in (({}, False), ({"X-Forwarded-Proto": "https"}, True)):
        answer = browser.post("/sign-in", data={"key": given}, headers=more)
        (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], bool(cookie["secure"])) == ("Strict", "/", safe)
        assert int(cookie["max-age"]) == LIFE
        assert given not in cookie.value


def test_the_cookie_does_what_the_key_may(browser: FlaskClient, key: Key, project_id: str) -> None:
    enter(browser, words(key(Scope.SUBMIT)))
    sent = proof(browser)
    assert browser.post("/v1/projects", json=storyboard(project_id), headers=sent).status_code == 201
    assert browser.get(f"/v1/projects/{project_id}").status_code == 200
    assert browser.get(f"/projects/{project_id}", headers=PAGE).status_code == 200
    refused = browser.delete(f"/v1/projects/{project_id}", headers=sent)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "sent", [{}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "guessed"}, {"X-CSRF-Token": "é"}]
)
def test_no_change_without_what_our_pages_know(
    browser: FlaskClient, key: Key, project_id: str, sent: dict[str, str]
) -> None:
    enter(browser, words(key()))
    for method, path in (
        ("POST", "/v1/projects"),
        ("DELETE", "/v1/projects/proj_a"),
        ("POST", "/projects/proj_a/duplicate"),
        ("POST", "/sign-out"),
    ):
        refused = browser.open(path, method=method, json=storyboard(project_id), headers={**SCRIPT, **sent})
        assert (refused.status_code, refused.get_json()["code"]) == (403, "page_unproven"), path
    assert browser.get(f"/v1/projects/{project_id}").status_code == 404


def test_a_header_goes_before_the_cookie(browser: FlaskClient, key: Key, project_id: str) -> None:
    enter(browser, words(key()))
    made = browser.post("/v1/projects", json=storyboard(project_id), headers=key(Scope.SUBMIT))
    assert made.status_code == 201  # whoever can send the header needs no proof
    assert browser.get("/v1/projects", headers={"Authorization": "Bearer jk_x"}).status_code == 401


def test_signing_out_and_a_revoked_key_end_it(browser: FlaskClient, key: Key) -> None:
    given = words(key())
    enter(browser, given)
    assert browser.post("/sign-out", headers=proof(browser)).status_code == 200
    assert browser.get("/v1/projects").status_code == 401
    enter(browser, given)
    assert browser.get("/sign-in/state").get_json()["signedIn"]
    found = desk(house().database).keys.find(secret.hashed(given))
    assert found is not None
    desk(house().database).keys.revoke(found.key_id)
    assert browser.get("/v1/projects").status_code == 401
    assert browser.get("/sign-in/state").get_json() == {"signedIn": False, "csrf": None}


def test_a_copy_of_the_cookie_ends_with_the_session(browser: FlaskClient, guarded: Caller, key: Key) -> None:
    given = words(key())
    enter(browser, given)
    cookie = browser.get_cookie("jynco_session")
    assert cookie is not None
    thief = guarded.app.test_client()
    thief.set_cookie("jynco_session", cookie.value)
    assert thief.get("/v1/projects").status_code == 200
    browser.post("/sign-out", headers=proof(browser))
    assert thief.get("/v1/projects").status_code == 401
    assert thief.get("/sign-in/state").get_json()["signedIn"] is False
    enter(browser, given)  # other sessions of the same key go on
    assert browser.get("/v1/projects").status_code == 200


def test_who_carries_a_token_may_sign_in_with_it(browser: FlaskClient) -> None:
    assert enter(browser, words(signed())).status_code == 303
    assert browser.get("/v1/projects").status_code == 200
    assert enter(browser, words(signed(exp=int(time.time()) - 60))).status_code == 401
    assert "too long" in enter(browser, words(signed(more="x" * 3000))).text


def test_another_tenants_films_are_not_there(browser: FlaskClient, key: Key, project_id: str) -> None:
    enter(browser, words(key(tenant="acme")))
    assert (
        browser.post("/v1/projects", json=storyboard(project_id), headers=proof(browser)).status_code == 201
    )
    enter(browser, words(key(tenant="globex")))
    assert project_id not in browser.get("/", headers=PAGE).text
    assert browser.get(f"/projects/{project_id}", headers=PAGE).status_code == 404


def test_what_is_no_cookie_of_ours_opens_nothing(browser: FlaskClient, guarded: Caller, key: Key) -> None:
    enter(browser, words(key()))
    cookie = browser.get_cookie("jynco_session")
    assert cookie is not None
    told = {"key": secret.hashed(words(key())), "token": None, "csrf": "x"}
    forged = URLSafeTimedSerializer("another secret", salt="jynco.session").dumps(told)
    for value in (forged, cookie.value[:-3] + "abc", "", "{}", "." * 3000):
        browser.set_cookie("jynco_session", value)
        assert browser.get("/v1/projects").status_code == 401, value[:40]


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:1",
        "/sign-in",
        "",
        "x",
        "//[",
    ],
)
def test_the_way_on_stays_in_the_house(browser: FlaskClient, key: Key, wanted: str) -> None:
    assert enter(browser, words(key()), next=wanted).location == "/"


def test_wrong_keys_are_told_of_and_soon_not_even_looked_at(
    guarded: Caller, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 60.0 * int(time.time())  # a minute that does not end meanwhile
    monkeypatch.setitem(guarded.app.extensions, "jynco.tries", Tries(None, MOST, lambda: moment))
    browser = guarded.app.test_client()
    browser.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    wrong = enter(browser, f"jk_{'a' * 43}")
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    assert "unknown or was revoked" in wrong.text
    statuses = [enter(browser, "jk_wrong").status_code for _ in range(10)]
    assert statuses == [401] * 9 + [429]
    late = browser.post("/sign-in", data={"key": words(key())}, headers=SCRIPT)
    assert (late.status_code, late.get_json()["code"]) == (429, "too_many_tries")
    assert 0 < int(late.headers["Retry-After"]) <= 60
    assert enter(guarded.app.test_client(), words(key())).status_code == 303  # from elsewhere


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "invented, 203.0.113.9", "203.0.113.9"),
        (2, "invented, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "", "10.0.0.1"),
        (1, " , ,", "10.0.0.1"),
    ],
)
def test_who_asks_is_whom_our_outermost_proxy_heard(proxies: int, forwarded: str, address: str) -> None:
    assert asker(forwarded, "10.0.0.1", proxies) == address


def test_tries_are_counted_by_all_processes_and_forgotten_in_time(settings: Settings) -> None:
    now = [120.0 + 600 * int(time.time())]  # nobody else's minute
    one, other = (Tries(settings.redis_url, 2, lambda: now[0]) for _ in range(2))
    one.wrong("a")
    now[0] += 10.0
    other.wrong("a")
    assert (one.wait("a"), other.wait("a"), one.wait("b")) == (50.0, 50.0, 0.0)
    now[0] += 51.0
    assert one.wait("a") == 0.0


def test_without_valkey_each_process_counts_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    alone = Tries("redis://127.0.0.1:1", 1)
    alone.wrong("a")
    assert alone.wait("a") > 0
    assert "each process for itself" in caplog.text


def test_processes_that_share_a_folder_share_the_secret(app: Flask, settings: Settings) -> None:
    with app.test_request_context("/"):
        answer, here = app.response_class(), replace(settings, secret_key=None)
        given = Session("a", None)
        Sessions(here).give(answer, given)
    (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    with app.test_request_context("/", headers={"Cookie": f"jynco_session={cookie.value}"}):
        assert Sessions(here).current() == given
        assert Sessions(replace(here, secret_key="another one")).current() is None
    assert (here.data / "signing.key").stat().st_mode & 0o077 == 0
