"""The files a command has to do with: its inputs, what its graph names, and the folders of what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from jynco.compose.graph import Output, command_line, opened
from jynco.compose.reach import reach
from jynco.compose.typography import FOLDER
from jynco.model.media import Command

AWKWARD = ("/looks/warm.cube", "/a b/it's: x, [1];\\y.cube", "/100%/=.cube", "/日本/x.cube")


@pytest.mark.parametrize("table", AWKWARD)
def test_a_table_is_in_reach_whatever_its_name(table: str) -> None:
    graded = opened(Path("/films/a.mp4"), {}).part("V:0").filter("lut3d", file=table, interp="tetrahedral")
    found = reach(Command(tuple(command_line(Output([graded], Path("/out/b.mp4"), {})))))
    assert set(found.reads) == {"/films/a.mp4", table, str(FOLDER)}
    assert found.writes == ("/out",)


@pytest.mark.parametrize("options", [{"psfile": 0}, {"fontfile": 0}, {"filename": 0}])
@pytest.mark.parametrize("name", ["grade.acv", "it's: x, [1];\\y.acv"])
def test_a_packages_file_is_in_reach_whatever_its_filter_calls_it(
    options: dict[str, int], name: str, tmp_path: Path
) -> None:
    (tmp_path / name).touch()
    named = dict.fromkeys(options, f"{tmp_path / name}")
    graded = opened(Path("/films/a.mp4"), {}).part("V:0").filter("curves", preset="none", **named)
    found = reach(Command(tuple(command_line(Output([graded], Path("/out/b.mp4"), {})))))
    assert set(found.reads) == {"/films/a.mp4", f"{tmp_path / name}", str(FOLDER)}


def test_a_file_by_its_place_alone_and_in_a_drawn_input_is_in_reach(tmp_path: Path) -> None:
    words, moving, folder = (tmp_path / name for name in ("words.srt", "moving.mp4", "fonts"))
    for each in (words, moving):
        each.touch()
    folder.mkdir()
    line = ("-f", "lavfi", "-i", f"movie='{moving}',null", "-vf", f"subtitles={words}:fontsdir={folder}")
    assert set(reach(Command(line)).reads) == {f"{words}", f"{moving}", f"{folder}", str(FOLDER)}


@pytest.mark.parametrize("value", ["/", "//", "/..", "/not/there", "1/2", "iw/2"])
def test_what_is_no_file_is_not(value: str) -> None:
    assert reach(Command(("-vf", f"scale={value}:w={value}"))).reads == (str(FOLDER),)


def test_the_graph_in_a_file_is_read_as_well() -> None:
    graph, text = Path("/work/graph.txt"), Path("/work/text.txt")
    files = {graph: "[0]drawtext=expansion=none:textfile=/work/text.txt[a]", text: "hello"}
    found = reach(Command(("-i", "file:/a.mp4", "-/filter_complex", str(graph), "file:/out/b.mp4"), files))
    assert set(found.reads) == {"/a.mp4", str(graph), str(text), str(FOLDER)}


def test_what_people_write_puts_nothing_into_reach() -> None:
    words = "lut3d=file=/etc/passwd"
    files = {Path("/work/text.txt"): words, Path("/work/metadata.txt"): f"title={words}"}
    arguments = ("-i", "file:/a.mp4", "-metadata", f"title={words}", "-vf", "null", "file:/out/b.mp4")
    assert "/etc/passwd" not in reach(Command(arguments, files)).reads
