"""Wrong usage: exit code 2 and one sentence, before anything is started."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.kit import Desk, board, clip

pytestmark = pytest.mark.timeout(300)

LINES = {
    "an unknown option": (["render", "board.json", "--fast"], "'--fast'"),
    "an unknown command": (["paint"], "'paint'"),
    "no amount": (["render", "board.json", "--budget", "much"], "--budget"),
    "a negative amount": (["render", "board.json", "--budget", "-1"], "--budget"),
    "an unknown lane": (["render", "board.json", "--priority", "soon"], "'soon'"),
    "an unknown policy": (["render", "board.json", "--on-missing", "cry"], "'cry'"),
    "an unknown provider": (["render", "board.json", "--provider", "nobody"], "nobody"),
    "no such folder": (["render", "board.json", "--out", "no/where/film.mp4"], "There is no folder"),
    "a folder as film": (["render", "board.json", "--out", "."], "--out"),
    "a preview as webm": (["render", "board.json", "--preview", "--out", "a.webm"], "A preview is an mp4"),
    "nobody's job": (["status", "my-film"], "not a job"),
    "nobody's project": (["retry", "my-film", "clip_a"], "not a project"),
    "nobody's clip": (["edit", "proj_a", "one", "--prompt", "x"], "not a clip"),
    "a port beyond all ports": (["up", "--port", "70000"], "70000"),
}


@pytest.mark.parametrize("name", LINES)
def test_wrong_usage_is_told_at_once(lonely: Desk, name: str) -> None:
    arguments, expected = LINES[name]
    one = clip("one", provider=None, sourceImage=lonely.picture("a.jpg"))
    lonely.write(board("usage", one))
    told = lonely.jynco(*arguments)
    assert told.code == 2
    (sentence,) = told.said
    assert sentence.startswith("jynco: ")
    assert expected in sentence
    assert (told.out, lonely.data.exists()) == ("", False)


def test_a_variable_that_is_off_is_named(lonely: Desk) -> None:
    path = lonely.write(board("usage", clip("one")))
    told = lonely.jynco("render", path, JYNCO_POLL_SECONDS="often")
    assert (told.code, "JYNCO_POLL_SECONDS" in told.err) == (2, True)
    told = lonely.jynco("render", path, DATABASE_URL="postgres://localhost/x")
    assert (told.code, "REDIS_URL" in told.err) == (2, True)


def test_help_is_for_people(lonely: Desk) -> None:
    asked = Desk(lonely.folder, Path(), lonely.environment).jynco("--help")
    assert (asked.code, "render" in asked.out, asked.err) == (0, True, "")
    bare = subprocess.run(lonely.line()[:-2], capture_output=True, text=True, env=lonely.environment)
    assert (bare.returncode, bare.stderr.startswith("Usage: jynco"), bare.stdout) == (2, True, "")


def test_a_place_that_cannot_be_written(lonely: Desk) -> None:
    path = lonely.write(board("usage", clip("one")))
    with closed(lonely.folder / "closed") as folder:
        told = lonely.jynco("render", path, "--out", folder / "film.mp4")
    assert told.code == 2
    assert told.said == [f"jynco: Cannot write {folder / 'film.mp4'}: choose another --out."]
    assert not lonely.data.exists()


@contextmanager
def closed(folder: Path) -> Iterator[Path]:
    """A folder that cannot be written: by its mode, or for root, whom no mode stops, by its mount."""
    folder.mkdir()
    folder.chmod(0o555)
    if os.geteuid() != 0:
        yield folder
        return
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], capture_output=True)
    if done.returncode != 0:
        pytest.skip("root may write everywhere here, and may not mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_port_in_use(lonely: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = lonely.jynco("up", "--port", port)
    assert told.code == 2
    assert told.said == [f"jynco: Port {port} is in use: choose another with --port."]
