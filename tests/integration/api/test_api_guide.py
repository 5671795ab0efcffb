"""docs/http.md, run as it stands."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from config.settings import Settings
from jynco.embedded import Servers
from tests.integration.api.process import ROOT, web
from tests.integration.api.test_api_film import workers

__all__ = ["workers"]
GUIDE = ROOT / "docs/http.md"


@pytest.mark.need("curl")
@pytest.mark.usefixtures("workers", "quiet")
def test_the_guide_makes_a_film(servers: Servers, settings: Settings, tmp_path: Path) -> None:
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with web(servers, settings.data) as (client, _):
        env = {**os.environ, "JYNCO": str(client.base_url).rstrip("/")}
        script = ["sh", "-euc", commands]
        ran = subprocess.run(
            script, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100, check=False
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "dawn.mp4").read_bytes()[4:8] == b"ftyp"
