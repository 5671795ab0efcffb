"""Clocks the editor in a real Chromium, before a Jynco that runs: ``python -m bench.pages http://127.0.0.1:8000 100``.

Tells, in milliseconds: until the page of a storyboard is there, until it listens, until the price stands; what
blocks the page (over 50 ms at a time) while it loads, is scrolled, is dragged and while clips come in; and how long
after it was committed a change stands on the page. Its project is made anew and deleted afterwards.
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

PROJECT = "proj_bench_pages"
WATCH = """() => {
  window.long = [];
  new PerformanceObserver(list => list.getEntries().forEach(e => window.long.push(Math.round(e.duration))))
    .observe({type: "longtask", buffered: true});
}"""
SEEN = """() => {
  window.seen = {};
  const states = ["generating", "completed", "failed"];
  const state = card => states.find(each => card.classList.contains(each));
  const look = card => (window.seen[`${card.dataset.clip} ${state(card)}`] ??= Date.now());
  new MutationObserver(list => list.forEach(({target}) => target.matches(".card") && look(target)))
    .observe(document.getElementById("cards"), {subtree: true, attributes: true, attributeFilter: ["class"]});
}"""
READY = """() => {
  const [nav] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {answered: nav.responseEnd, painted: paint?.startTime, interactive: nav.domContentLoadedEventEnd};
}"""


def storyboard(clips: int, picture: str) -> dict[str, Any]:
    """So many clips of a second each."""
    return {
        "version": "1.2",
        "projectId": PROJECT,
        "outputSettings": {"resolution": {"width": 160, "height": 90}, "fps": 12, "codec": "h264"},
        "timeline": [
            {
                "clipId": f"clip_{number}",
                "status": "pending",
                "motionPrompt": f"pan left over {random.random()}",
                "sourceImage": picture,
                "duration": 1,
            }
            for number in range(1, clips + 1)
        ],
    }


@contextmanager
def project(api: httpx.Client, clips: int) -> Iterator[None]:
    """A project to look at."""
    api.delete(f"/v1/projects/{PROJECT}")
    api.post("/v1/projects", json=storyboard(1, "assets/none.png")).raise_for_status()
    out = io.BytesIO()
    Image.effect_noise((960, 540), 60).convert("RGB").save(out, "JPEG")
    asset = api.post(f"/v1/projects/{PROJECT}/assets", files={"file": ("noise.jpg", out.getvalue())})
    wanted = storyboard(clips, asset.raise_for_status().json()["path"])
    api.put(f"/v1/projects/{PROJECT}/storyboard", json=wanted, headers={"If-Match": "*"}).raise_for_status()
    try:
        yield
    finally:
        api.delete(f"/v1/projects/{PROJECT}")


def blocked(page: Page) -> str:
    """Long tasks (over 50 ms) since the last look."""
    tasks: list[int] = page.evaluate("() => window.long.splice(0)")
    return f"{len(tasks)} long tasks, {sum(tasks)} ms, the longest {max(tasks, default=0)} ms"


def load(page: Page) -> None:
    """Until everything stands."""
    began = time.perf_counter()
    page.goto(f"/projects/{PROJECT}")
    page.wait_for_function("() => document.querySelector('.make')")
    priced = 1000 * (time.perf_counter() - began)
    told = {name: round(value) for name, value in page.evaluate(READY).items()}
    say("load", {**told, "priced": round(priced), "blocked": blocked(page)})


def scroll(page: Page) -> None:
    """Through all cards, by the wheel."""
    page.mouse.move(640, 500)
    for _ in range(40):
        page.mouse.wheel(0, 250)
        page.wait_for_timeout(30)
    page.wait_for_timeout(500)
    say("scroll", {"blocked": blocked(page)})


def drag(page: Page) -> None:
    """A card over some others, and back where it was."""
    page.evaluate("scrollTo(0, 0); document.querySelector('#cards').scrollIntoView()")
    page.wait_for_timeout(300)
    box = page.locator(".card .prompt").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 20, box["y"] + 5
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(x + 20 * step, y + 6 * step)
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
    page.wait_for_timeout(600)
    say("drag", {"blocked": blocked(page)})


def change(page: Page, api: httpx.Client) -> None:
    """From the answer to somebody else's edit until it stands on the page."""
    waits = []
    for number in range(8):
        told = {"metadata": {"title": f"Title {number}"}}
        api.patch(
            f"/v1/projects/{PROJECT}/storyboard", json=told, headers={"If-Match": "*"}
        ).raise_for_status()
        began = time.perf_counter()
        page.wait_for_function(f"() => document.title.startsWith('Title {number}')", polling=20)
        waits.append(round(1000 * (time.perf_counter() - began)))
    say("somebody else's edit", {"ms": sorted(waits), "blocked": blocked(page)})


def make(page: Page, api: httpx.Client, clips: int) -> None:
    """While all clips are made: what is asked of the server, and how long after its row each card said so."""
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url.rpartition("/")[2]))
    page.evaluate(f"({SEEN})()")
    began = time.perf_counter()
    api.post(f"/v1/projects/{PROJECT}/jobs", json={"kind": "clips"}).raise_for_status()
    rows = dict(changes(api, clips))
    took = time.perf_counter() - began
    page.wait_for_function("n => document.querySelectorAll('.card.completed').length >= n", arg=clips)
    seen: dict[str, float] = page.evaluate("() => window.seen")
    late = sorted(round(seen[name] - at) for name, at in rows.items() if name in seen)
    say(
        "making",
        {
            "clips": clips,
            "seconds": round(took),
            "boards": asked.count("board"),
            "plans": asked.count("plan"),
            "late": {"half": late[len(late) // 2], "95 %": late[len(late) * 19 // 20], "most": late[-1]},
            "of": f"{len(late)} of {len(rows)} changes",
            "blocked": blocked(page),
        },
    )


def changes(api: httpx.Client, clips: int) -> Iterator[tuple[str, float]]:
    """Each change of a clip, and when its row was written (milliseconds since 1970), until all are made."""
    made, kind = 0, ""
    with api.stream("GET", f"/v1/projects/{PROJECT}/events", params={"after": 0}) as stream:
        for line in stream.iter_lines():
            field, _, value = line.partition(": ")
            kind = value if field == "event" else kind
            if field != "data" or kind != "clip":
                continue
            clip = json.loads(value)
            yield f"{clip['clipId']} {clip['status']}", 1000 * datetime.fromisoformat(clip["at"]).timestamp()
            made += clip["status"] == "completed"
            if made >= clips:
                return


def say(what: str, told: dict[str, Any]) -> None:
    """One line of JSON."""
    print(json.dumps({"what": what, **told}), flush=True)


def main(url: str, clips: int) -> None:
    """The whole journey."""
    with httpx.Client(base_url=url, timeout=60) as api, project(api, clips), sync_playwright() as playwright:
        program = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = program.new_page(base_url=url, viewport={"width": 1280, "height": 860})
        page.add_init_script(f"({WATCH})()")
        load(page)
        load(page)
        scroll(page)
        drag(page)
        change(page, api)
        make(page, api, clips)
        program.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100)
