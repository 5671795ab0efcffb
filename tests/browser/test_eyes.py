"""Every page on a phone and on a desk, by day and by night: nothing sticks out, all can be read and named."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.audit import faults
from tests.browser.conftest import NARROW, WIDE, Complaints, Create, Jynco, Keep, Open

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
UNFOLD: Final = "document.querySelectorAll('details').forEach(each => each.open = true)"


def seen(page: Page) -> Iterator[str]:
    """The page in every size and light, one after the other."""
    for (width, height), scheme in itertools.product((WIDE, NARROW), SCHEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        yield f"{width}-{scheme}"


def looked_at(page: Page, name: str, keep: Keep) -> None:
    for look in seen(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"), look
        assert not faults(page), f"{name} at {look}"
        keep(page, f"{name}-{look}")


@pytest.mark.long
def test_every_page_is_fit_for_every_eye(
    visit: Open, jynco: Jynco, create: Create, keep: Keep, complaints: Complaints
) -> None:
    project = create(clips=5, provider="mock", providerOptions={"fail": "generation"})
    jynco.api.post(f"/v1/projects/{project}/jobs", json={"kind": "clips"}).raise_for_status()
    page = visit(f"/projects/{project}")
    expect(page.locator(".card.failed")).to_have_count(5)
    expect(page.locator("#make-preview")).to_be_visible()
    looked_at(page, "storyboard", keep)
    for part, field in (
        ("clips/clip_5", "How the picture moves"),
        ("layers", "Add a title"),
        ("film", "Title"),
    ):
        page.locator(f"[data-open='{part}']").first.click()
        expect(page.locator(".sheet").get_by_text(field).first).to_be_visible()
        page.evaluate(UNFOLD)
        looked_at(page, part.partition("/")[0], keep)
        assert page.evaluate("document.querySelector('.sheet .body').scrollWidth") <= NARROW[0]
        page.keyboard.press("Escape")
    for path, name in (
        ("/", "films"),
        (f"/projects/{project}/versions", "past"),
        ("/operations", "operations"),
    ):
        page.goto(path)
        looked_at(page, name, keep)
    page.goto("/projects/proj_never_was")
    looked_at(page, "sorry", keep)
    complaints.forgive(404)


def test_what_nobody_could_read_or_name_is_found(visit: Open) -> None:
    page = visit("/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    page.evaluate("document.querySelector('h1').style.color = 'color-mix(in srgb, var(--ground) 80%, gray)'")
    page.evaluate("document.querySelector('h2').id = 'main'")
    found = faults(page)
    assert "a button without a name" in found
    assert "two of #main" in found
    assert any(each.endswith(": Films") for each in found)
