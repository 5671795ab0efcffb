"""Whatever a client sends: a problem, never a 5xx, and nothing changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.api.conftest import Caller, Projects, storyboard

JSON = "application/json"
DEEP = '{"a":' * 5000 + "1" + "}" * 5000
VALID = json.dumps(storyboard("proj_never-kept"))

BODIES: dict[str, tuple[bytes | str, str, int]] = {
    "nothing": ("", JSON, 400),
    "words": ("make me a film", JSON, 400),
    "half an object": ('{"version": "1.2"', JSON, 400),
    "two objects": ("{}{}", JSON, 400),
    "single quotes": ("{'version': '1.2'}", JSON, 400),
    "a trailing comma": ('{"version": "1.2",}', JSON, 400),
    "a comment": ('{"version": "1.2"} // mine', JSON, 400),
    "bytes that are no UTF-8": (b'{"version": "\xff\xfe"}', JSON, 400),
    "UTF-16": (VALID.encode("utf-16"), JSON, 400),
    "NUL bytes": (b"\0\0\0\0", JSON, 400),
    "a list": ("[]", JSON, 422),
    "a number": ("12", JSON, 422),
    "null": ("null", JSON, 422),
    "a string": ('"storyboard"', JSON, 422),
    "an empty object": ("{}", JSON, 422),
    "too deep": (DEEP, JSON, 422),
    "a number too large for a float": (VALID.replace('"fps": 24', '"fps": 1e400'), JSON, 422),
    "NaN": (VALID.replace('"fps": 24', '"fps": NaN'), JSON, 422),
    "Infinity": (VALID.replace('"duration": 1', '"duration": Infinity'), JSON, 422),
    "half a character": (VALID.replace("pan left", "\\\\ud800"), JSON, 201),
    "half a character, really": (VALID.replace("pan left", "\\ud800"), JSON, 422),
    "a name twice": ('{"version": "1.2", "version": "1.2"}', JSON, 422),
    "a newline in the id": (VALID.replace("proj_never-kept", "proj_never\\n"), JSON, 422),
    "a NUL in the id": (VALID.replace("proj_never-kept", "proj_a\\u0000"), JSON, 422),
    "a path as the id": (VALID.replace("proj_never-kept", "proj_/../../etc"), JSON, 422),
    "an id without its beginning": (VALID.replace("proj_never-kept", "never"), JSON, 422),
    "an id of 200 characters": (VALID.replace("never-kept", "n" * 200), JSON, 422),
    "an id of 100,000 characters": (VALID.replace("never-kept", "n" * 100_000), JSON, 422),
    "letters from elsewhere in the id": (VALID.replace("never-kept", "ñandú"), JSON, 422),
    "an unknown version": (VALID.replace('"1.2"', '"9.9"'), JSON, 422),
    "a film a million pixels wide": (VALID.replace("64", "1000000000"), JSON, 422),
    "a picture outside": (VALID.replace("assets/missing.png", "../../../etc/passwd"), JSON, 422),
    "a picture of the machine": (VALID.replace("assets/missing.png", "/etc/passwd"), JSON, 422),
    "a picture with a NUL": (VALID.replace("assets/missing.png", "a\\u0000.png"), JSON, 422),
    "an address as a picture": (VALID.replace("assets/missing.png", "http://169.254.169.254/"), JSON, 422),
    "an integer of 5,000 digits": (VALID.replace('"fps": 24', f'"fps": {"9" * 5000}'), JSON, 422),
    "a form": ("version=1.2", "application/x-www-form-urlencoded", 415),
    "plain text": (VALID, "text/plain", 415),
    "XML": ("<storyboard/>", "application/xml", 415),
    "no media type": (VALID, "", 415),
    "a broken media type": (VALID, ";;;", 415),
    "more than is taken": (b" " * (17 * 1024 * 1024), JSON, 413),
}


@pytest.mark.parametrize(("body", "kind", "status"), BODIES.values(), ids=BODIES.keys())
def test_a_storyboard_that_is_none(ask: Caller, body: bytes | str, kind: str, status: int) -> None:
    answer = ask.post("/v1/projects", data=body, content_type=kind)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert ask("DELETE", answer.headers["Location"]).status_code == 204


JOBS: dict[str, tuple[Any, int]] = {
    "a list": ([], 422),
    "null": (None, 422),
    "an unknown kind": ({"kind": "sequel"}, 422),
    "a kind that is a number": ({"kind": 1}, 422),
    "an unknown priority": ({"priority": "urgent"}, 422),
    "an unknown policy": ({"onMissing": "pray"}, 422),
    "an unknown field": ({"kind": "final", "rm": "-rf"}, 422),
    "a budget below nothing": ({"budgetUsd": -1}, 422),
    "a budget in words": ({"budgetUsd": "a lot"}, 422),
    "a budget that is true": ({"budgetUsd": True}, 422),
    "a budget with an exponent": ({"budgetUsd": "1e5"}, 422),
    "a budget beyond money": ({"budgetUsd": 1e300}, 422),
    "consent in words": ({"payAgain": "yes"}, 422),
    "consent as a number": ({"payAgain": 1}, 422),
    "clips that are words": ({"kind": "clips", "clips": "clip_1"}, 422),
    "clips that are numbers": ({"kind": "clips", "clips": [1]}, 422),
    "clips with bad ids": ({"kind": "clips", "clips": ["../clip_1"]}, 422),
    "clips with a newline": ({"kind": "clips", "clips": ["clip_1\n"]}, 422),
    "clips that are not there": ({"kind": "clips", "clips": ["clip_404"]}, 404),
    "clips of a film": ({"kind": "final", "clips": ["clip_1"]}, 422),
    "too many clips": ({"kind": "clips", "clips": ["clip_1"] * 2001}, 422),
    "no provider's name": ({"provider": ""}, 422),
    "a provider that is not there": ({"provider": "nobody"}, 422),
    "a provider's name of 10,000 characters": ({"provider": "x" * 10_000}, 422),
    "a provider with a NUL": ({"provider": "a\0b"}, 422),
}


@pytest.mark.parametrize(("wish", "status"), JOBS.values(), ids=JOBS.keys())
def test_a_job_that_cannot_be(ask: Caller, project: Projects, wish: Any, status: int) -> None:
    name = project()
    answer = ask.post(f"/v1/projects/{name}/jobs", data=json.dumps(wish), content_type=JSON)
    assert answer.status_code == status, answer.text
    assert ask.get(f"/v1/jobs?projectId={name}").get_json()["items"] == []


CALLS: dict[str, tuple[str, str, int]] = {
    "an id with a newline": ("GET", "/v1/projects/proj_a%0a", 404),
    "an id with a NUL": ("GET", "/v1/projects/proj_%00", 404),
    "an id with bytes of no text": ("GET", "/v1/projects/proj_%ff%fe", 404),
    "an id that climbs": ("GET", "/v1/projects/..%2f..%2fetc%2fpasswd", 404),
    "an id with dots": ("GET", "/v1/projects/proj_a/../../etc", 404),
    "an id without its beginning": ("GET", "/v1/projects/a", 404),
    "a long id": ("GET", "/v1/projects/proj_" + "a" * 5000, 404),
    "a job of no kind": ("GET", "/v1/jobs/job_audio_1", 404),
    "a job that is not there": ("GET", "/v1/jobs/job_render_404", 404),
    "the output of nothing": ("GET", "/v1/jobs/job_motion_404/output", 404),
    "the end of nothing": ("DELETE", "/v1/jobs/job_render_404", 404),
    "a clip with a slash": ("GET", "/v1/projects/proj_a/clips/clip_a%2fb/video", 404),
    "a limit of nothing": ("GET", "/v1/jobs?limit=0", 422),
    "a limit too high": ("GET", "/v1/projects?limit=101", 422),
    "a limit below nothing": ("GET", "/v1/projects?limit=-1", 422),
    "a limit in words": ("GET", "/v1/projects?limit=all", 422),
    "a limit in other digits": ("GET", "/v1/projects?limit=%EF%BC%91", 422),
    "a limit with an underscore": ("GET", "/v1/projects?limit=1_0", 422),
    "a limit of 5,000 digits": ("GET", "/v1/projects?limit=" + "9" * 5000, 422),
    "an empty limit": ("GET", "/v1/projects?limit=", 422),
    "a name twice": ("GET", "/v1/projects?limit=1&limit=2", 422),
    "an unknown name": ("GET", "/v1/jobs?projctId=proj_a", 422),
    "a state that is none": ("GET", "/v1/jobs?state=sleeping", 422),
    "a project that is none": ("GET", "/v1/jobs?projectId=a", 422),
    "a project with a NUL": ("GET", "/v1/jobs?projectId=proj_%00", 422),
    "a cursor of words": ("GET", "/v1/jobs?cursor=hello", 404),
    "a cursor of another list": ("GET", "/v1/jobs?cursor=cHJval9h", 404),
    "a cursor of no text": ("GET", "/v1/projects?cursor=_____w", 404),
    "an empty cursor": ("GET", "/v1/projects?cursor=", 422),
    "a plan of no kind": ("GET", "/v1/projects/proj_a/plan?kind=sequel", 422),
    "a plan of nothing": ("GET", "/v1/projects/proj_nobody/plan", 404),
    "a method that is not there": ("POST", "/v1/jobs", 405),
    "a method that nobody knows": ("BREW", "/v1/jobs", 405),
    "an address that is not there": ("GET", "/v1/films", 404),
    "a slash too many": ("GET", "/v1/projects//storyboard", 404),
    "a file of ours": ("GET", "/static/../config/settings.py", 404),
    "a file of the machine": ("GET", "/static/%2e%2e/%2e%2e/etc/passwd", 404),
}


@pytest.mark.parametrize(("method", "path", "status"), CALLS.values(), ids=CALLS.keys())
def test_an_address_that_leads_nowhere(ask: Caller, method: str, path: str, status: int) -> None:
    answer = ask(method, path)
    assert answer.status_code == status, answer.text


HEADERS: dict[str, tuple[dict[str, str], int]] = {
    "a packed body": ({"Content-Encoding": "gzip"}, 415),
    "a packing that nobody knows": ({"Content-Encoding": "\x7f"}, 415),
    "a trace that is none": ({"traceparent": "00-zz-zz-zz"}, 422),
    "a trace of zeros": ({"traceparent": f"00-{'0' * 32}-{'1' * 16}-01"}, 422),
}


@pytest.mark.parametrize(("headers", "status"), HEADERS.values(), ids=HEADERS.keys())
def test_headers_of_nonsense(ask: Caller, headers: dict[str, str], status: int) -> None:
    answer = ask.post("/v1/projects", data="{}", content_type=JSON, headers=headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("tag", ["nonsense", '"', "", "W/", '"a", "b"', "\x7f", '"' + "a" * 10_000 + '"'])
def test_tags_of_nonsense(ask: Caller, project_id: str, tag: str) -> None:
    ask.post("/v1/projects", json=storyboard(project_id))
    address = f"/v1/projects/{project_id}/storyboard"
    assert ask("PUT", address, json=storyboard(project_id), headers={"If-Match": tag}).status_code == 412
    assert ask.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_a_refusal_keeps_its_headers(ask: Caller) -> None:
    assert set(ask.post("/v1/jobs").headers["Allow"].split(", ")) >= {"GET", "HEAD"}


def test_a_trace_goes_on(ask: Caller) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = ask.get("/v1/jobs/job_render_404", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.get_json()["traceId"] == trace
