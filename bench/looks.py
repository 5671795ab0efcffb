"""The pictures and tables of docs/effects.md, made from the registries: ``python -m bench.looks``."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.compose.command import film
from jynco.compose.effects import EFFECTS
from jynco.compose.effects.reading import pace
from jynco.compose.layers import LAYERS
from jynco.compose.parameters import Choice, File, Number, Parameters
from jynco.compose.sources import Source
from jynco.compose.timeline import lay_out
from jynco.compose.transitions import TRANSITIONS
from jynco.compose.typography import FOLDER
from jynco.model.ids import ClipId, ProjectId
from jynco.model.media import MediaInfo
from jynco.model.storyboard import (
    Clip,
    Effects,
    Filter,
    OutputSettings,
    Overlay,
    Quality,
    Setting,
    Storyboard,
    Transition,
    TransitionKind,
)
from jynco.model.time import Rate

ROOT = Path(__file__).parents[1]
PAGE, PICTURES = ROOT / "docs/effects.md", ROOT / "docs/effects"
STILLS = sorted((ROOT / "examples/images").glob("*.jpg"))
SIZE, RATE = (320, 180), Rate(10)
MEDIA = FFmpeg()
SHOWN: dict[str, dict[str, Setting]] = {  # what each look is shown with, where its defaults show little
    "blur": {"intensity": 0.4},
    "sharpen": {"intensity": 1.0},
    "brightness": {"intensity": 0.65},
    "contrast": {"intensity": 0.75},
    "saturation": {"intensity": 0.1},
    "crop": {"left": 0.3, "top": 0.2, "width": 0.5, "height": 0.5},
    "vignette": {"intensity": 0.8},
    "grain": {"intensity": 0.9},
    "lut": {"file": "warm.cube"},
}


class Calm:
    """A watch that looks at nothing."""

    def check(self) -> None:
        return

    def progress(self, _: float) -> None:
        return


def main() -> None:
    """Writes the pictures, and the tables between the page's marks."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        films = [_moving(work / f"{n}.mp4", still) for n, still in enumerate(STILLS[:2])]
        for look in EFFECTS.names:
            _effect(look, films[0], work)
        _layers(films[0], work)
        _transitions(films, work)
    text = PAGE.read_text("utf-8")
    for mark, table in (("effects", _effects()), ("layers", _layer_tables()), ("transitions", _kinds())):
        before, _, rest = text.partition(f"<!-- {mark} -->\n")
        text = f"{before}<!-- {mark} -->\n{table}{rest[rest.index('<!-- end -->') :]}"
    PAGE.write_text(text, "utf-8")


# --- pictures -------------------------------------------------------------------------------------------------


def _moving(path: Path, still: Path) -> Source:
    """Two seconds of a picture, as a film."""
    import subprocess

    from imageio_ffmpeg import get_ffmpeg_exe

    scaled = f"scale={SIZE[0]}:{SIZE[1]}:force_original_aspect_ratio=increase,crop={SIZE[0]}:{SIZE[1]}"
    source = ["-loop", "1", "-t", "2", "-r", "10", "-i", str(still)]
    encoder = ["-vf", f"{scaled},format=yuv420p", "-c:v", "libx264", "-crf", "4"]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *source, *encoder, str(path)], check=True)
    return Source(path, MEDIA.probe(path))


def _frames(
    board: Storyboard, films: dict[ClipId, Source], files: dict[str, Source], work: Path
) -> list[Image.Image]:
    command = film(board, lay_out(board, {}), films, {}, work=work, target=work / "film.mp4", files=files)
    MEDIA.run(command, Calm(), timeout=120)
    with av.open(str(work / "film.mp4")) as container:
        return [Image.fromarray(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def _clip(name: str, leave: Transition = TransitionKind.NONE, *looks: Filter) -> Clip:
    effects = Effects(TransitionKind.NONE, leave, looks)
    seconds = Fraction(6, 5)
    return Clip(ClipId(name), f"/timeline/{name}", duration=seconds, effects=effects, speed=pace(looks))


def _board(clips: list[Clip], *overlays: Overlay) -> Storyboard:
    output = OutputSettings(*SIZE, RATE, quality=Quality.HIGH)
    return Storyboard(ProjectId("proj_looks"), output, tuple(clips), overlays=overlays)


def _effect(name: str, source: Source, work: Path) -> None:
    """Its left half as it was, its right half with the look."""
    (work / "warm.cube").write_text(
        "LUT_3D_SIZE 2\n"
        + "\n".join(
            f"{0.1 + r * 0.9} {g * 0.85} {0.2 + b * 0.4}" for b in (0, 1) for g in (0, 1) for r in (0, 1)
        )
    )
    files = {"warm.cube": Source(work / "warm.cube", MediaInfo("cube"))}
    look = Filter(name, 0.5, tuple(SHOWN.get(name, {}).items()))
    plain, dressed = (
        _frames(
            _board([_clip("clip_a", TransitionKind.NONE, *looks)]), {ClipId("clip_a"): source}, files, work
        )[6]
        for looks in ((), (look,))
    )
    half = (0, 0, SIZE[0] // 2, SIZE[1])
    if name != "crop":
        dressed.paste(plain.crop(half), half)
    dressed.save(PICTURES / f"{name}.jpg", quality=72)


def _layers(source: Source, work: Path) -> None:
    logo = Image.new("RGBA", (200, 80), (0, 0, 0, 0))
    draw = ImageDraw.Draw(logo)
    draw.rounded_rectangle((0, 0, 199, 79), 20, fill=(255, 217, 160, 255))
    font = ImageFont.truetype(FOLDER / "Lato-Bold.ttf", 44)
    draw.text((34, 12), "Jynco", (28, 33, 40, 255), font=font)
    logo.save(work / "logo.png")
    files = {"logo.png": Source(work / "logo.png", MediaInfo("png_pipe"))}
    place: dict[str, Setting] = {"position.x": 0.68, "position.y": 0.08, "width": 0.28, "opacity": 0.85}
    overlay = Overlay("pictures", "logo", "/layers", settings=(("sourceFile", "logo.png"), *place.items()))
    films = {ClipId("clip_a"): source}
    _frames(_board([_clip("clip_a")], overlay), films, files, work)[6].save(
        PICTURES / "pictures.jpg", quality=72
    )


def _transitions(films: list[Source], work: Path) -> None:
    """The middle of each, on one sheet."""
    names = [name for name in TRANSITIONS.names if TRANSITIONS.origin(name) == "jynco"]
    kinds: list[Transition] = [TransitionKind(n) if n in set(TransitionKind) else n for n in names]
    crossing = [
        replace(_clip(f"clip_{n}", kind), transition_duration=Fraction(1, 2)) for n, kind in enumerate(kinds)
    ]
    board = _board([*crossing, _clip(f"clip_{len(kinds)}")])
    sources = {clip.clip_id: films[n % 2] for n, clip in enumerate(board.clips)}
    frames, timeline = _frames(board, sources, {}, work), lay_out(board, {})
    middles = [timeline.clips[n + 1].start + (2 if kind != "fade" else -3) for n, kind in enumerate(kinds)]
    _sheet(names, [frames[middle] for middle in middles]).save(PICTURES / "transitions.jpg", quality=70)


def _sheet(names: list[str], frames: list[Image.Image], across: int = 6) -> Image.Image:
    width, height, line = 160, 90, 18
    sheet = Image.new("RGB", (across * (width + 4), -(-len(names) // across) * (height + line)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(FOLDER / "Lato-Regular.ttf", 12)
    for number, (name, frame) in enumerate(zip(names, frames, strict=True)):
        x, y = number % across * (width + 4), number // across * (height + line)
        sheet.paste(frame.resize((width, height)), (x, y))
        draw.text((x + 2, y + height + 1), name, "black", font=font)
    return sheet


# --- tables ---------------------------------------------------------------------------------------------------


def _effects() -> str:
    rows = "".join(
        f"| `{each.name}` | ![{each.name}](effects/{each.name}.jpg) | {each.description} | {_said(each.parameters)} |\n"
        for each in EFFECTS.things
        if EFFECTS.origin(each.name) == "jynco"
    )
    return f"| `type` | right half | does | takes |\n|---|---|---|---|\n{rows}"


def _layer_tables() -> str:
    rows = "".join(
        f"| `{each.name}` | ![{each.name}](effects/{each.name}.jpg) | {each.description} | {_said(each.parameters)} |\n"
        for each in LAYERS.things
        if LAYERS.origin(each.name) == "jynco"
    )
    return f"| layer | looks like | does | takes |\n|---|---|---|---|\n{rows}"


def _kinds() -> str:
    rows = "".join(
        f"| `{each.name}` | {each.description} |\n"
        for each in TRANSITIONS.things
        if TRANSITIONS.origin(each.name) == "jynco"
    )
    return f"| kind | does |\n|---|---|\n{rows}"


def _said(parameters: Parameters) -> str:
    return "; ".join(_parameter(name, each) for name, each in parameters.items())


def _parameter(name: str, each: Number | Choice | File) -> str:
    if isinstance(each, File):
        return f"`{name}` ({', '.join(each.suffixes)}): {each.description}"
    if isinstance(each, Choice):
        return f"`{name}`: {', '.join(each.options)}; {each.default} without it"
    moves = ", may move" if each.moves else ""
    return f"`{name}` {each.minimum:g} to {each.maximum:g}, {each.default:g} without it{moves}: {each.description}"


if __name__ == "__main__":
    main()
