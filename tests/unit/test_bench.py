"""The benchmarks' own sums: medians, ratios, memory, and the checksums that stand in for encoders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import beside, scale
from bench.boards import document
from bench.exact import Exactness, unencoded
from bench.meter import Cost, metered
from bench.reference import reference
from bench.room import Sample
from bench.rows import Aim, rows, table
from jynco.cli.main import main
from jynco.document.checks import validate
from jynco.document.checks.limits import Limits


def sample(wall: float, cpu: float = 1.0, memory: float = 1.0) -> Sample:
    return Sample(Cost(wall, cpu, memory), 2, 5)


ROUNDS = [
    {"one": sample(10), "cold": sample(11), "edit": sample(1)},
    {"one": sample(30), "cold": sample(31.5), "edit": sample(5)},  # a slow minute, for all of them
    {"one": sample(10), "cold": sample(12), "edit": sample(0.5)},
]
AIMS = {"one": Aim("one"), "cold": Aim("one", goal=1.05), "edit": Aim("one", True, 7), "absent": Aim("one")}


def test_ratios_are_of_what_ran_side_by_side() -> None:
    one, cold, edit = rows(ROUNDS, AIMS)
    assert one.wall == 1
    assert cold.wall == pytest.approx(1.1)  # the median of 1.1, 1.05 and 1.2
    assert edit.wall == pytest.approx(10)  # times faster: the median of 10, 6 and 20
    assert cold.cost.wall == 12
    assert (edit.encoded, edit.segments) == (2, 5)


def test_the_table_says_what_a_ratio_is_of() -> None:
    lines = table(rows(ROUNDS, AIMS)).splitlines()
    assert lines[1].endswith(" 1")
    assert "1.10x wall (goal <= 1.05: FAIL)" in lines[2]
    assert "10.0x faster (goal >= 7: pass)" in lines[3]
    assert all("against one" in line for line in lines[2:])


def test_memory_is_that_of_all_who_descend_from_us() -> None:
    grandchild = "import time; held = bytearray(60_000_000); time.sleep(0.5)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    with metered() as cost:
        subprocess.run([sys.executable, "-c", child], check=True)
    assert cost.memory > 60
    assert cost.wall >= 0.5


def test_checksums_take_the_place_of_every_encoder() -> None:
    line = "-i a.mp4 -/filter_complex graph.txt -map [v] -map [s] -c:v libx264 -crf 20 file:/w/film.mp4"
    line += " -map [w] -c:v libx264 file:/w/part.mp4"
    arguments, targets = unencoded(line.split())
    assert targets == [Path("/w/film.framemd5"), Path("/w/part.framemd5")]
    assert "libx264" not in arguments
    assert arguments[:4] == ("-i", "a.mp4", "-/filter_complex", "graph.txt")
    sums = "-map [v] -fps_mode passthrough -f framemd5 file:/w/film.framemd5 -map [s] -f null -"
    assert sums in " ".join(arguments)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Exactness(100, 100, 100, 0.999, 0.97, 100), ""),
        (Exactness(99, 100, 99, 0.999, 0.97, 99), "99 frames and 99 packets where 100 are due"),
        (Exactness(100, 100, 99, 0.999, 0.97, 100), "only 99 of 100 frames"),
        (Exactness(100, 100, 100, 0.98, 0.97, 100), "0.9800 alike, under 0.99"),
    ],
)
def test_what_is_not_exact_is_said(found: Exactness, says: str) -> None:
    assert says in " ".join(found.faults)
    assert bool(found.faults) == bool(says)


def test_the_reference_comes_from_its_seed(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "again", "other")]
    for folder in folders:
        folder.mkdir()
    one, again, other = (
        reference(folder, (96, 54), 1, 1, seed) for folder, seed in zip(folders, (1, 1, 2), strict=True)
    )
    assert [each.sha256 for each in one.sources] == [each.sha256 for each in again.sources]
    assert one.sources[0].sha256 != other.sources[0].sha256


def test_moviepy_is_ordered_the_same_film_with_the_same_encoder(tmp_path: Path) -> None:
    order = json.loads(
        json.dumps(beside._order(reference(tmp_path, (96, 54), 2, 1, 1), tmp_path / "a.mp4", 2))
    )
    assert (len(order["clips"]), order["seconds"]) == (2, 1.5)  # half a second of each is shared
    encoder = order["encoder"]
    assert (encoder["codec"], encoder["audio_codec"], encoder["audio_bitrate"]) == ("libx264", "aac", "160k")
    assert encoder["ffmpeg_params"].count("-crf") == 1


def test_many_clips_are_spread_over_storyboards_that_are_valid() -> None:
    sizes = [*scale._boards(10_000)]
    assert sum(sizes) == 10_000
    assert max(sizes) <= Limits().clips
    validate(document("proj_x", 10))


def test_a_curve_says_how_far_it_is_from_flat() -> None:
    curve = scale.Curve(
        (10, 100, 1_000), {"plan": (3.0, 1.0, 2.5)}, {"plan": (1.0, 1.0, 1.0)}, (1.0, 2.0, 3.0)
    )
    assert "2.50x from the second to the last" in curve.text
    assert "1.00x from the second to the last" in curve.text
    assert curve.points == {"plan": [(10.0, 3.0), (100.0, 1.0), (1000.0, 2.5)]}


@pytest.mark.parametrize("size", ["1920", "0x0", "95x54", "wide"])
def test_a_size_that_is_none_is_refused(size: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--size", size]) == 2
    assert "--size must be two even numbers" in capfd.readouterr().err
