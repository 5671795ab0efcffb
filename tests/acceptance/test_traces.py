"""A film is one trace, from the request over HTTP to its last FFmpeg, whoever dies in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.collector import Collector, Told, collecting
from tests.acceptance.conftest import House
from tests.acceptance.kit import QUICK, board, clip, held, pid_of, wait
from tests.integration.api.process import web

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]
PROCESSES = ("worker_motion", "worker_render", "beat")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture(scope="module")
def heard(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Servers and workers that tell what they do."""
    data = tmp_path_factory.mktemp("heard") / "data"
    with held(data, PROCESSES, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as servers:
        yield House(servers, data)


@pytest.fixture(scope="module")
def api(
    heard: House, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    log = tmp_path_factory.mktemp("web") / "log"
    settings = {**QUICK, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SERVICE_NAME": "jynco-web"}
    with log.open("w") as told, web(heard.servers, heard.data, told, **settings) as (client, _):
        yield client


@pytest.fixture(scope="module")
def trace(heard: House, api: httpx.Client, collector: Collector) -> list[Told]:
    """All that was told of a film of two clips, whose motion worker died while the vendor worked."""
    document = board("traced", clip("a", providerOptions={"latency": 3}), clip("b"))
    assert api.post("/v1/projects", json=document).status_code == 201
    caller = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
    job = api.post("/v1/projects/proj_traced/jobs", json={"kind": "final"}, headers=caller).headers[
        "Location"
    ]
    wait(lambda: bool(collector.named("provider.submit", TRACE)), "the order is told of")
    os.kill(pid_of(heard.data, "worker_motion"), signal.SIGKILL)
    wait(lambda: api.get(job).json()["state"] in {"completed", "failed"}, "the film has ended")
    assert api.get(job).json()["state"] == "completed", api.get(job).text
    wait(lambda: bool(collector.named("render.film", TRACE)), "the film is told of")
    return [each for each in collector.spans if each.trace == TRACE]


def only(trace: list[Told], name: str) -> list[Told]:
    found = [each for each in trace if each.name == name]
    assert found, (name, sorted({each.name for each in trace}))
    return found


def test_every_stretch_of_the_film_is_in_the_callers_trace(trace: list[Told]) -> None:
    request = only(trace, "POST /v1/projects/<project:project_id>/jobs")[0]
    assert (request.parent, request.facts["jynco.status"]) == (CALLER, 202)
    start = only(trace, "architect.start")[0]
    assert start.parent == request.span
    for name in ("chord.send", "motion.step", "render.film"):
        assert {each.parent for each in only(trace, name)} <= {start.span, request.span}
    assert only(trace, "storyboard.publish"), "the mirror follows in the same trace"
    steps = {each.span for each in only(trace, "motion.step")}
    render = {each.span for each in only(trace, "render.film")}
    died = only(trace, "provider.submit")[0].process  # its last step was never told to the end
    for name in ("provider.poll", "provider.collect", "ffmpeg"):
        assert {each.parent for each in only(trace, name) if each.process != died} <= steps | render
    encoding = [each for each in only(trace, "ffmpeg") if each.parent in render]
    assert encoding, "the film's own passes, though they run in threads of their own"


def test_several_processes_tell_of_one_film(trace: list[Told]) -> None:
    assert len({each.process for each in trace}) >= 3
    steps = [each for each in trace if each.facts.get("jynco.clip_id") == "clip_a"]
    told = {
        each.facts["jynco.outcome"] for each in steps if "jynco.outcome" in each.facts
    }  # the dead tell none
    assert "completed" in told
    assert told <= {"waiting", "completed"}


def test_wait_cache_and_money_are_told(trace: list[Told]) -> None:
    ended = [each for each in only(trace, "motion.step") if each.facts.get("jynco.outcome") == "completed"]
    assert {each.facts["jynco.clip_id"] for each in ended} == {"clip_a", "clip_b"}
    for each in ended:
        assert each.facts["jynco.cache"] == "miss"
        assert each.facts["jynco.cost_usd"] >= 0
        assert each.facts["jynco.queue_wait_s"] >= 0
    film = only(trace, "render.film")[-1]
    assert (film.facts["jynco.frames"], film.facts["jynco.complete"]) == (10, True)
    assert not any(each.failed for each in trace)


def test_another_film_of_the_same_clips_finds_them_in_the_cache(
    trace: list[Told], heard: House, api: httpx.Client, collector: Collector
) -> None:
    project = "/v1/projects/proj_traced"
    again = api.post(f"{project}/jobs", json={"kind": "clips", "clips": ["clip_a"]})
    job = again.headers["Location"].rpartition("/")[2]

    def told() -> list[Told]:
        steps = collector.named("motion.step")
        return [each for each in steps if each.facts["jynco.job_id"] == job and "jynco.cache" in each.facts]

    wait(lambda: bool(told()), "the step is told of")
    assert told()[0].facts["jynco.cache"] == "hit"
    assert told()[0].trace != TRACE


def test_nothing_that_people_wrote_is_told(trace: list[Told], collector: Collector) -> None:
    assert "shows a" not in str(collector.spans)


def test_without_a_collector_nothing_of_it_is_loaded(heard: House, tmp_path: Path) -> None:

    words = (
        "import sys, workers.house as h; from config.settings import Settings;"
        "from pathlib import Path;"
        f"h.use(Settings(data=Path({str(tmp_path)!r}), database_url={heard.servers.database_url!r},"
        f" redis_url={heard.servers.redis_url!r})); h.house();"
        "print(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
