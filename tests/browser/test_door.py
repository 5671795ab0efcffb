"""Where names are asked for: signing in, going on after the session is over without losing a word, and out again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from jynco.embedded import session
from tests.browser.conftest import ROOT, Complaints, Create, Jynco, Keep, Open
from tests.browser.test_eyes import looked_at
from tests.integration.api.process import web

WORDS = "API key or token"


@pytest.fixture
def door(jynco: Jynco) -> Iterator[httpx.Client]:
    """Another web process of the same Jynco, that asks everybody who they are."""
    with (
        session(jynco.data, root=ROOT, procfile=ROOT / "Procfile", environment=dict(os.environ)) as servers,
        (jynco.data / "door.log").open("w") as log,
        web(servers, jynco.data, log=log, JYNCO_AUTH="required") as (client, _),
    ):
        yield client


def key(jynco: Jynco) -> str:
    command = [
        sys.executable,
        "-m",
        "jynco",
        "keys",
        "create",
        "browser",
        "--data",
        str(jynco.data),
        "--json",
    ]
    made: dict[str, Any] = json.loads(
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    )
    return str(made["key"])


def sign_in(page: Page, words: str) -> None:
    page.get_by_label(WORDS).fill(words)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.long
def test_in_over_and_out_again(
    visit: Open, jynco: Jynco, create: Create, door: httpx.Client, complaints: Complaints, keep: Keep
) -> None:
    project, words = create(clips=1), key(jynco)
    page = visit(f"{door.base_url}/projects/{project}")
    sign_in(page, "jk_wrong")
    expect(page.get_by_role("alert")).to_contain_text("unknown or was revoked")
    looked_at(page, "sign-in", keep)
    sign_in(page, words)
    expect(page.locator("#plan")).to_contain_text("1 clip to make")
    looked_at(page, "signed-in", keep)
    assert page.url.endswith(f"/projects/{project}")

    page.click("#open-clip_1")
    page.get_by_label("How the picture moves").fill("typed before the session was over")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save", exact=True).click()
    again = page.get_by_role("dialog", name="Sign in again")
    expect(again).to_be_visible()
    keep(page, "sign-in-again")
    again.get_by_label(WORDS).fill(words)
    again.get_by_role("button", name="Sign in").click()
    expect(page.locator("#card-clip_1 .prompt")).to_have_text("typed before the session was over")

    elsewhere = page.context.new_page()  # signs in anew, which gives the first page's changes another number
    elsewhere.request.post(f"{door.base_url}/sign-in", form={"key": words}, max_redirects=0)
    page.locator("#undo").click()
    expect(page.locator("#card-clip_1 .prompt")).to_have_text("pan left 1")

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto(f"{door.base_url}/operations")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    complaints.forgive(401)
    complaints.forgive(403)
