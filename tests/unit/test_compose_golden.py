"""The argument lists of whole films, kept as files: a change in any of them is seen, and meant.

After a change that is meant: ``JYNCO_GOLDEN=write .venv/bin/python -m pytest tests/unit/test_compose_golden.py``,
then read the difference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from jynco.compose.audio import tracks
from jynco.compose.command import film
from jynco.compose.sources import Held, Material, Slate, Source
from jynco.compose.timeline import lay_out
from jynco.compose.typography import FOLDER
from jynco.errors import AssetRefused
from jynco.model.ids import ClipId
from jynco.model.media import Command, MediaInfo
from jynco.model.storyboard import (
    AudioLayer,
    Clip,
    Codec,
    Effects,
    Filter,
    FilterKind,
    OutputSettings,
    Quality,
    Storyboard,
    TextLayer,
)
from jynco.model.time import Rate
from tests.unit.test_compose_timeline import board, clip

GOLDEN = Path(__file__).with_name("golden")
PLAIN = MediaInfo("mov", Fraction(5), 1920, 1080, Rate(30).fraction, 150, "h264", "aac")
HDR = replace(
    PLAIN, color={"space": "bt2020nc", "transfer": "smpte2084", "primaries": "bt2020", "range": "tv"}
)
ALPHA = replace(PLAIN, format="matroska", video_codec="vp9", color={"alpha": "straight"})


def source(name: str, info: MediaInfo = PLAIN, *, sound: bool = False) -> Source:
    return Source(Path(f"/scratch/{name}"), info, sound)


def dressed(clip: Clip, *looks: FilterKind) -> Clip:
    filters = tuple(Filter(kind, 0.75) for kind in looks)
    return replace(clip, effects=Effects(clip.effects.enter, clip.effects.leave, filters))


def everything(codec: Codec, quality: Quality, bitrate: str | None) -> Storyboard:
    clips = (
        dressed(clip("a", 4, enter="fade", leave="dissolve"), FilterKind.CONTRAST, FilterKind.SATURATION),
        dressed(clip("b", 3), FilterKind.BLUR, FilterKind.SHARPEN, FilterKind.BRIGHTNESS),
        clip("c", 2, enter="wipe", leave="wipe"),
        clip("d", 2, start=11, enter="dissolve"),
        clip("e", 1, leave="fade"),
    )
    words = TextLayer("layer_t", "/layers/text/0", "50% off: it's [a];b", Fraction(3), Fraction(2), 0.08, 0.8)
    title = replace(
        words, content="Title", start_time=Fraction(0), x=None, y=None, color="gold", font_size=120.0
    )
    bed = AudioLayer("layer_m", "/layers/audio/0", "audio/bed.m4a", Fraction(1, 2), None, 0.8)
    output = OutputSettings(1920, 1080, Rate(30), codec, bitrate, quality)
    return replace(board(*clips), output=output, text=(words, title), audio=(bed,), title="First; light")


MATERIALS: dict[ClipId, Material] = {
    ClipId("clip_a"): source("a.mp4", sound=True),
    ClipId("clip_b"): source("b.mp4", HDR),
    ClipId("clip_c"): source("c.webm", ALPHA),
    ClipId("clip_d"): Held(ClipId("clip_b")),
    ClipId("clip_e"): Slate(ClipId("clip_e"), "the provider refused the picture"),
}
FILMS = {
    "h264-standard": everything(Codec.H264, Quality.STANDARD, None),
    "h265-bitrate": everything(Codec.H265, Quality.STANDARD, "8M"),
    "vp9-draft": everything(Codec.VP9, Quality.DRAFT, None),
    "av1-high": everything(Codec.AV1, Quality.HIGH, None),
    "one-clip-silent": board(clip("b", 1)),
}


def compiled(storyboard: Storyboard, materials: Mapping[ClipId, Material] | None = None) -> Command:
    timeline = lay_out(storyboard, {})
    sounds = {"audio/bed.m4a": source("bed.m4a", MediaInfo("mov", Fraction(60), audio_codec="aac"))}
    kind = "webm" if storyboard.output.codec is Codec.VP9 else "mp4"
    return film(
        storyboard,
        timeline,
        materials or MATERIALS,
        sounds,
        work=Path("/work"),
        target=Path(f"/out/film.{kind}"),
        document='{"version": "1.2"}',
    )


def written(command: Command) -> str:
    """One argument a line, then the files that it reads. Fonts are named without this machine's folder."""
    files = [f"\n--- {path}\n{text}" for path, text in command.files.items()]
    text = "\n".join([*command.arguments, *files, f"\n{command.frames} frames\n"])
    text = text.replace(str(FOLDER), "{fonts}")
    return re.sub(
        r"graph-[0-9a-f]{12}", "graph", text
    )  # its name is made of its text, fonts' folder included


@pytest.mark.parametrize("name", FILMS)
def test_the_argument_list_is_the_one_kept(name: str) -> None:
    text, path = written(compiled(FILMS[name])), GOLDEN / f"{name}.txt"
    if os.environ.get("JYNCO_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_a_source_without_what_it_is_for_is_refused_by_name() -> None:
    mute = replace(PLAIN, audio_codec=None)
    storyboard = FILMS["h264-standard"]
    with pytest.raises(AssetRefused, match=r"bed\.m4a.*layer_m"):
        tracks(storyboard, lay_out(storyboard, {}), MATERIALS, {"audio/bed.m4a": source("bed.m4a", mute)})
    blind = {ClipId("clip_b"): source("sound.wav", replace(PLAIN, width=0, height=0))}
    with pytest.raises(AssetRefused, match=r"sound\.wav"):
        compiled(FILMS["one-clip-silent"], blind)


def test_the_same_film_has_the_same_arguments() -> None:
    storyboard = FILMS["h264-standard"]
    assert compiled(storyboard) == compiled(storyboard)
