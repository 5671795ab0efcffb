"""MoviePy beside us: its environment, made on demand, and its order for the same film with the same encoder."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from bench.meter import metered
from bench.reference import Reference
from bench.room import Sample
from jynco.compose.encoder import Container, sound_options, video_options
from jynco.compose.timeline import Timeline, lay_out
from jynco.compose.typography import FOLDER
from jynco.model.storyboard import TextLayer

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements-bench.txt"
HOME = ROOT / ".venv-bench"
SCRIPT = Path(__file__).with_name("moviepy_film.py")
INSTALLING = 600  # seconds
BITRATE = (
    "160k"  # of sound, which MoviePy keeps to; ours has a constant quality, which comes out at about as much
)


class Absent(Exception):
    """MoviePy cannot be had here; the sentence says why."""


def interpreter() -> Path:
    """The Python of MoviePy's environment, which is made from the hashed lock if it is not there. Absent."""
    python, stamp = HOME / "bin" / "python", HOME / ".lock"
    wanted = sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        _installed(python)
        stamp.write_text(wanted)
    return python


def _installed(python: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    try:
        _run([str(uv), "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, str(HOME)])
        _run([str(uv), "pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(LOCK)])
    except (OSError, subprocess.SubprocessError) as fault:
        said = getattr(fault, "stderr", None) or str(fault)
        raise Absent(f"it cannot be installed ({said.strip().splitlines()[-1]})") from fault


def _run(line: list[str]) -> None:
    subprocess.run(line, check=True, capture_output=True, text=True, timeout=INSTALLING)


def moviepy(what: Reference, work: Path, cores: int) -> Sample:
    """The film by MoviePy, once; starting its interpreter is not counted. Absent."""
    python, order = interpreter(), work / "order.json"
    order.write_text(json.dumps(_order(what, work / "moviepy.mp4", cores)))
    with metered() as cost:
        done = subprocess.run(
            [python, "-P", SCRIPT, order], capture_output=True, text=True, cwd=work, check=False
        )
    if done.returncode:
        raise Absent(f"it failed ({done.stderr.strip().splitlines()[-1]})")
    return Sample(replace(cost, **json.loads(done.stdout.splitlines()[-1])))


def _order(what: Reference, target: Path, cores: int) -> dict[str, object]:
    timeline, output = lay_out(what.board, {}), what.board.output
    bed = what.board.audio[0]
    return {
        "width": output.width,
        "height": output.height,
        "seconds": float(timeline.rate.seconds(timeline.frames)),
        "clips": [_clip(what, timeline, position) for position in range(len(timeline.clips))],
        "words": [_words(layer, output.height) for layer in what.board.text],
        "sound": {"path": str(what.sound.path), "volume": bed.volume},
        "target": str(target),
        "encoder": _encoder(what, timeline, cores),
    }


def _clip(what: Reference, timeline: Timeline, position: int) -> dict[str, object]:
    clip, looks = timeline.clips[position], what.board.clips[position].effects.filters
    enter = next((str(seam.kind) for seam in timeline.seams if seam.right == position), "none")
    return {
        "path": str(what.sources[position].path),
        "start": float(timeline.rate.seconds(clip.start)),
        "seconds": float(timeline.rate.seconds(clip.frames)),
        "enter": enter,
        "crossing": float(timeline.rate.seconds(timeline.head(position))),
        "looks": [{"kind": str(look.kind), "intensity": look.intensity} for look in looks],
    }


def _words(layer: TextLayer, height: int) -> dict[str, object]:
    return {
        "content": layer.content,
        "font": str(next(FOLDER.glob("Lato-Regular.ttf"))),
        "size": round(height / 12),
        "start": float(layer.start_time),
        "seconds": float(layer.duration or 0),
        "y": layer.y,
    }


def _encoder(what: Reference, timeline: Timeline, cores: int) -> dict[str, object]:
    """Our encoder's settings in MoviePy's words."""
    settings = video_options(what.board.output, Container.MP4, cores)
    sound = sound_options(Container.MP4)
    own = {"c:v", "preset", "threads", "pix_fmt"}
    rest = [word for name, value in settings.items() if name not in own for word in (f"-{name}", value)]
    return {
        "fps": float(timeline.rate.fraction),
        "codec": settings["c:v"],
        "preset": settings["preset"],
        "threads": int(settings["threads"]),
        "pixel_format": settings["pix_fmt"],
        "audio_codec": sound["c:a"],
        "audio_bitrate": sound.get("b:a", BITRATE),
        "audio_fps": int(sound["ar"]),
        "ffmpeg_params": rest,
    }
