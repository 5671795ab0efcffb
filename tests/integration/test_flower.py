"""Flower lets in whom it knows; what queues are counted by survives it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from config.settings import Settings, read
from jynco.embedded import Servers, session
from jynco.embedded.locks import until
from jynco.errors import UsageWrong
from tests.integration.api.process import ROOT, environment, free_port
from workers.watching import watch

FLOWER = [sys.executable, "-m", "workers", "flower"]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    data = tmp_path_factory.mktemp("data")
    with session(data, root=ROOT, procfile=ROOT / "Procfile", environment={"PATH": "/usr/bin:/bin"}) as up:
        yield up


@contextmanager
def flower(servers: Servers, data: Path, **more: str) -> Iterator[str]:
    port = free_port()
    env = environment(servers, data, port, **more)
    with (
        (data / "flower.log").open("w") as log,
        subprocess.Popen(FLOWER, cwd=ROOT, env=env, stderr=log) as ran,
    ):
        try:
            url = f"http://127.0.0.1:{port}/"
            assert until(lambda: _answers(url), 60, 0.1), (data / "flower.log").read_text()
            yield url
        finally:
            ran.terminate()
            ran.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code > 0
    except httpx.TransportError:
        return False


def test_only_those_with_a_password_come_in(servers: Servers, tmp_path: Path) -> None:
    with flower(servers, tmp_path, JYNCO_FLOWER_AUTH="ann:secret,bob:other") as url:
        for path in ("", "workers", "tasks", "api/workers", "metrics"):
            assert httpx.get(url + path, timeout=10).status_code == 401, path
        assert httpx.get(f"{url}workers", auth=("ann", "wrong"), timeout=10).status_code == 401
        for path in ("workers", "metrics"):
            assert httpx.get(url + path, auth=("bob", "other"), timeout=10).status_code == 200, path
        assert httpx.get(f"{url}healthcheck", timeout=10).text == "OK"


def test_on_a_platform_it_does_not_start_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert watch(Settings(host="0.0.0.0")) == 2
    assert "JYNCO_FLOWER_AUTH" in capsys.readouterr().err


@pytest.mark.parametrize("login", ["secret", ":secret", "ann:", "ann:secret,", ","])
def test_half_a_login_is_refused(login: str) -> None:
    with pytest.raises(UsageWrong, match="JYNCO_FLOWER_AUTH"):
        read({"JYNCO_FLOWER_AUTH": login})


def test_the_password_is_not_shown() -> None:
    settings = read({"FLOWER_BASIC_AUTH": "ann:secret"})
    assert settings.flower_auth == "ann:secret"
    assert "secret" not in repr(settings)
