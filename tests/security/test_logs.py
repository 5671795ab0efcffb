"""Fact 14: secrets stay out of the logs, whoever writes them; what goes wrong is found by its trace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.logging import HIDDEN, redact
from jynco.embedded import Servers
from tests.integration.api.process import GUNICORN, ROOT, environment, free_port
from tests.security.conftest import Web

SECRETS = {
    "postgres://jynco:hunter22@db.example/jynco": "hunter22",
    "rediss://:hunter22@cache.example:6380": "hunter22",
    "GET https://b.s3.example/k?X-Amz-Credential=AKIA22&X-Amz-Signature=hunter22&X-Amz-Expires=9": "hunter22",
    "https://storage.example/f?sig=hunter22#a": "hunter22",
    "https://api.example/v1?key=hunter22": "hunter22",
    "{'Authorization': 'Bearer hunter2222'}": "hunter22",
    "authorization: Key hunter22:more": "hunter22",
    "a token: Bearer hunter2222": "hunter22",
    "jk_abcdefghijkl_hunter22": "hunter22",
    "whsec_aGh1bnRlcjIyaHVudGVy": "aGh1bnRlcjIy",
    "postgresql://user:hunter22/x@db.example": "hunter22",
    "amqp://user:p@hunter22@mq.example//": "hunter22",
    "{'password': 'hunter22'}": "hunter22",
    '{"client_secret":"of hunter22"}': "hunter22",
    "FAL_KEY=hunter22 is set": "hunter22",
    "host=db password=hunter22 dbname=jynco": "hunter22",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.hunter22": "hunter22",
}
PLAIN = (
    "clip_key-1 failed: no key frame",
    "a job's token ran out",
    "https://a.example/x?size=card",
    "bearer of news",
    "cache_key=abc of jynco/cache",
    "mail ann@a.example about https://a.example/x",
)
WRITE = """
import logging
from config.logging import set_up
set_up("INFO")
try:
    raise OSError("cannot reach postgres://jynco:hunter22@db/jynco")
except OSError:
    log = logging.getLogger("jynco.render")
    log.exception("no way", extra={"headers": {"Cookie": "hunter2222"}, "api_key": "hunter2222"})
"""


@pytest.mark.parametrize(("words", "secret"), SECRETS.items())
def test_a_secret_is_not_told(words: str, secret: str) -> None:
    assert secret not in redact(words)
    assert HIDDEN in redact(words)


@pytest.mark.parametrize("words", PLAIN)
def test_what_is_none_is_told_as_it_is(words: str) -> None:
    assert redact(words) == words


def test_neither_a_trace_nor_a_field_tells_one() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WRITE], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    line = json.loads(told.stderr)
    assert "hunter22" not in told.stderr
    assert (line["logger"], line["level"]) == ("jynco.render", "error")
    assert "db/jynco" in line["exception"], "the rest of it is there"


def test_a_request_is_found_by_the_trace_of_its_answer(web: Web) -> None:
    key = "jk_abcdefghijkl_hunter22"
    answer = web.client.get("/v1/jobs/job_render_404", headers={"Authorization": f"Bearer {key}"})
    lines = [json.loads(line) for line in web.log.read_text().splitlines()]
    found = [line for line in lines if line.get("trace_id") == answer.json()["traceId"]]
    assert [(line["path"], line["status"]) for line in found] == [("/v1/jobs/job_render_404", 404)]
    assert "hunter22" not in web.log.read_text()


def test_a_storage_that_cannot_be_is_a_sentence_and_no_trace(servers: Servers, tmp_path: Path) -> None:
    env = environment(servers, tmp_path, free_port(), JYNCO_STORAGE="ftp://elsewhere")
    ended = subprocess.run(
        GUNICORN, cwd=ROOT, env=env, capture_output=True, text=True, timeout=100, check=False
    )
    assert ended.returncode != 0
    assert "JYNCO_STORAGE" in ended.stderr
    assert "Traceback" not in ended.stderr
