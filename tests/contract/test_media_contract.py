"""What every ports.Media promises: facts of good files, one sentence about bad ones, nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.errors import AssetRefused, Cancelled, JyncoError, MediaFailed, MediaTimeout, StorageFull
from jynco.model.media import Command
from jynco.ports import Media
from tests.integration.film_kit import Quiet, ffmpeg, numbered

ENDLESS = ("-f", "lavfi", "-re", "-i", "color=s=64x64:r=10", "-f", "null", "-")


@pytest.fixture
def media() -> Media:
    return FFmpeg()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered(tmp_path_factory.mktemp("good") / "good.mp4", 1, 30)


class Ending(Quiet):
    """A watch that ends things at its second look."""

    looks = 0

    def check(self) -> None:
        self.looks += 1
        if self.looks > 1:
            raise Cancelled("enough")


def processes() -> dict[int, tuple[int, str]]:
    """What runs now: parent and command line by process number. Empty where there is no /proc."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            found[int(folder.name)] = int(parent), (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it ended while we looked
            continue
    return found


def children() -> set[int]:
    """The processes this one has started."""
    return {number for number, (parent, _) in processes().items() if parent == os.getpid()}


def test_the_facts_of_a_film(media: Media, good: Path) -> None:
    facts = media.probe(good)
    assert (facts.format, facts.video_codec, facts.audio_codec) == ("mov", "h264", None)
    assert (facts.width, facts.height, facts.rate, facts.frames) == (160, 90, Fraction(10), 30)
    assert facts.duration == 3


def test_the_facts_of_a_sound_and_a_picture(media: Media, tmp_path: Path) -> None:
    sound, picture = tmp_path / "sound.flac", tmp_path / "picture.png"
    ffmpeg("-f", "lavfi", "-i", "sine=d=1.5", sound)
    ffmpeg("-f", "lavfi", "-i", "color=s=40x30", "-frames:v", "1", picture)
    heard, seen = media.probe(sound), media.probe(picture)
    assert (heard.format, heard.audio_codec, heard.duration, heard.width) == (
        "flac",
        "flac",
        Fraction(3, 2),
        0,
    )
    assert (seen.width, seen.height, seen.duration) == (40, 30, Fraction(0))


@pytest.mark.parametrize("kind", ["webm", "mkv", "ts"])
def test_the_length_is_the_pictures_own(kind: str, media: Media, good: Path, tmp_path: Path) -> None:
    path = tmp_path / f"film.{kind}"
    codec = ["-c:v", "libvpx-vp9"] if kind == "webm" else ["-c:v", "libx264"]
    ffmpeg("-i", good, "-f", "lavfi", "-i", "sine=d=3.3", *codec, path)
    assert abs(media.probe(path).duration - 3) < Fraction(1, 20)


MANIFEST = """<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
mediaPresentationDuration="PT3S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">
<BaseURL>good.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mp4", b""),
        ("text.mp4", b"Once upon a time there was a film.\n" * 50),
        ("page.mp4", b"<!doctype html><title>no film</title>" * 50),
        ("list.mp4", b"ffconcat version 1.0\nfile good.mp4\n"),
        ("playlist.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\ngood.mp4\n#EXT-X-ENDLIST\n"),
        ("manifest.mp4", MANIFEST.encode()),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"),
    ],
)
def test_what_is_no_film_is_refused_by_name(
    name: str, content: bytes, media: Media, good: Path, tmp_path: Path
) -> None:
    shutil.copy(good, tmp_path / "good.mp4")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AssetRefused, match=name):
        media.probe(tmp_path / name)


def test_a_missing_file_and_half_a_file_are_refused(media: Media, good: Path, tmp_path: Path) -> None:
    (tmp_path / "half.mp4").write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    for name in ("gone.mp4", "half.mp4"):
        with pytest.raises(AssetRefused, match=name):
            media.probe(tmp_path / name)


def test_verify_counts_every_frame(media: Media, good: Path) -> None:
    assert media.verify(good).frames == 30


def test_verify_finds_a_frame_that_cannot_be_decoded(media: Media, good: Path, tmp_path: Path) -> None:
    data = bytearray(good.read_bytes())
    start = data.index(b"mdat") + 4
    middle = start + (len(data) - start) // 2
    data[middle : middle + 4000] = b"\xff" * 4000
    (tmp_path / "spoilt.mp4").write_bytes(data)
    with pytest.raises((MediaFailed, AssetRefused), match=r"spoilt\.mp4"):
        media.verify(tmp_path / "spoilt.mp4")


def test_a_run_writes_its_files_and_tells_its_progress(media: Media, good: Path, tmp_path: Path) -> None:
    watch, graph, target = Quiet(), tmp_path / "deep" / "graph.txt", tmp_path / "out.mp4"
    line = ("-i", f"file:{good}", "-/filter_complex", str(graph), "-map", "[o]", f"file:{target}")
    media.run(Command(line, {graph: "[0:v]hflip[o]"}, 30), watch, timeout=60)
    assert media.verify(target).frames == 30
    assert watch.seen[-1] == 1
    assert watch.seen == sorted(watch.seen)


def test_a_file_that_a_neighbour_is_reading_stays_whole(media: Media, good: Path, tmp_path: Path) -> None:
    """Commands side by side share equal files; the second to start must not empty what the first reads."""
    shared, output = tmp_path / "graph.txt", tmp_path / "out.mp4"
    arguments = (
        "-y",
        "-i",
        str(good),
        "-filter_complex_threads",
        "1",
        "-/filter_complex",
        str(shared),
        "-map",
        "[v]",
    )
    command = Command((*arguments, str(output)), {shared: "[0:v]null[v]"}, 1)
    media.run(command, Quiet(), timeout=60)
    with shared.open(encoding="utf-8") as reading:
        media.run(command, Quiet(), timeout=60)
        assert os.fstat(reading.fileno()).st_nlink == 0  # another file has its name now
        assert reading.read() == "[0:v]null[v]"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["graph.txt", "out.mp4"]


def test_a_run_ends_when_the_watch_says_so(media: Media) -> None:
    before = children()
    with pytest.raises(Cancelled):
        media.run(Command(ENDLESS), Ending(), timeout=60)
    assert children() == before


def test_a_run_ends_at_its_deadline(media: Media) -> None:
    before = children()
    with pytest.raises(MediaTimeout):
        media.run(Command(ENDLESS), Quiet(), timeout=0.6)
    assert children() == before


def failure(media: Media, *arguments: str) -> JyncoError:
    before = children()
    with pytest.raises((MediaFailed, StorageFull)) as failed:
        media.run(Command(arguments), Quiet(), timeout=60)
    assert children() == before
    return failed.value


def test_a_failed_run_names_the_file_and_none_of_ffmpegs_words(
    media: Media, good: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no film at all" * 100)
    line = (
        "-f",
        "mov",
        "-i",
        f"file:{good}",
        "-f",
        "mov",
        "-i",
        f"file:{bad}",
        "-map",
        "1:v",
        "-f",
        "null",
        "-",
    )
    error = failure(media, *line)
    assert "bad.mp4" in error.message
    assert "moov" not in error.message
    assert str(tmp_path) not in error.message
    assert "\n" not in error.message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_called_by_its_name(media: Media, good: Path) -> None:
    error = failure(media, "-i", f"file:{good}", "-f", "nut", "file:/dev/full")
    assert isinstance(error, StorageFull)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_ffmpeg_dies_with_a_killed_parent(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark.nut")
    program = (
        "from jynco.adapters.media.process import run; from jynco.model.media import Command\n"
        "from imageio_ffmpeg import get_ffmpeg_exe\n"
        f"command = Command({(*ENDLESS[:-3], '-f', 'nut', f'file:{mark}')!r})\n"
        "run(get_ffmpeg_exe(), command, lambda n: print(n, flush=True), timeout=60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout is not None
    try:
        assert parent.stdout.readline()
        assert running(mark)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
    deadline = time.monotonic() + 20
    while running(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(mark)


def running(mark: str) -> bool:
    return any(mark in line and "import sys" not in line for _, line in processes().values())


def test_the_build_has_a_name(media: Media) -> None:
    assert media.build() == FFmpeg().build()
    assert media.build().startswith("ffmpeg ")
