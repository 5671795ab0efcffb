"""Whatever is sent to the real web process: refused, in time, with nothing told that is ours and nothing changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from jynco.embedded import Servers
from tests.security.bad_calls import calls
from tests.security.bad_documents import GOOD, documents
from tests.security.bad_wire import wire
from tests.security.conftest import Web
from tests.security.wire import THERE, Bad, Heard, said

SECRETS = (
    b"Traceback",
    b"site-packages",
    b"psycopg",
    b"sqlalchemy",
    b"postgres",
    b"SELECT ",
    b"root:",
)
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"


def rows(servers: Servers) -> dict[str, int]:
    """How many rows every table has. Answers kept for an Idempotency-Key, and what was counted, are no effect."""
    with psycopg.connect(servers.database_url) as connection:
        names = [str(name) for (name,) in connection.execute(TABLES)]
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() for name in names}
    return {name: count[0] for name, count in counts.items() if count and name not in {"replies", "tallies"}}


def heard(web: Web, inputs: Iterator[Bad]) -> list[tuple[Bad, Heard]]:
    """What came back to each. TimeoutError where one hangs."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda one: (one, said(web.port, one.data)), inputs))


def leaks(web: Web, answer: bytes) -> bool:
    return any(secret in answer for secret in (*SECRETS, str(web.data).encode()))


@pytest.mark.parametrize(("inputs", "least"), [(documents, 800), (calls, 1100), (wire, 60)])
def test_nothing_bad_is_taken_or_told_or_done(
    web: Web, servers: Servers, inputs: Callable[[], Iterator[Bad]], least: int
) -> None:
    before = web.client.get(f"/v1/projects/{THERE}/storyboard").content, web.files(), rows(servers)
    answers = heard(web, inputs())
    wrong = [
        (one.name, answer.status)
        for one, answer in answers
        if not (answer.status == 0 or 400 <= answer.status < 500)
    ]
    assert wrong == []
    assert [one.name for one, answer in answers if leaks(web, answer.data)] == []
    assert [one.name for one, answer in answers if answer.answers > 1] == [], "a second request was heard"
    after = web.client.get(f"/v1/projects/{THERE}/storyboard").content, web.files(), rows(servers)
    assert after == before
    assert len(answers) >= least
    assert web.told("error") == []


def test_silence_is_only_for_what_never_began(web: Web) -> None:
    """Closed without a word: a line that broke off before its request was there, or spoke another language."""
    silent = [one.name for one, answer in heard(web, wire()) if answer.status == 0]
    assert sorted(silent) == ["wire, TLS", "wire, half a line", "wire, no end"]


def test_inputs_are_many_and_differ() -> None:
    every = [one.data for inputs in (documents, calls, wire) for one in inputs()]
    assert len(every) >= 1_900
    assert Counter(every).most_common(1)[0][1] <= 3


def test_good_ones_are_taken_in_the_midst_of_them(web: Web) -> None:
    """The storyboard that every bad one was made from, and others that look odd and are not."""
    odd: list[dict[str, Any]] = [
        {}, {"layers": {}}, {"metadata": {}}, {"layers": {"audio": [], "text": []}}, {"mine": {"deep": [1, None]}},
        {"metadata": {"title": "日本 \U0001f3ac"}}, {"metadata": {"title": "' OR 1=1 --"}},
        {"metadata": {"title": "<script>"}},
        {"customEffects": {}}, {"metadata": {"createdAt": "2026-01-01T00:00:00.5+02:00"}},
    ]  # fmt: skip
    for number, changes in enumerate(odd):
        document = {**GOOD, "projectId": f"proj_good-{number}", **changes}
        answer = web.client.post("/v1/projects", json=document)
        assert answer.status_code == 201, answer.text
        assert web.client.delete(answer.headers["Location"]).status_code == 204
