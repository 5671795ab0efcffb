"""How fast the camera films, and how steadily: ``.venv/bin/python -m bench.camera [STILL] [--clips 2]``.

Frames a second from a 2560x1600 still to 1080p, whole clips through the provider, with FFmpeg and the reading of the
still counted in. Jitter is the rms distance of each frame's measured shift from the path that was meant.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jynco.adapters.providers.camera import Camera
from jynco.adapters.providers.camera.path import Geometry, matrices, poses
from jynco.adapters.providers.camera.prompt import read
from jynco.model.motion import Shot
from jynco.model.time import Rate

Picture: TypeAlias = NDArray[np.uint8]

PROMPTS = ("pan left", "slow dolly in", "orbit right", "handheld", "sunset over the sea")
STILL_SIZE = (2560, 1600)
WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


class Quiet:
    """A watch with nothing to say."""

    def check(self) -> None: ...
    def progress(self, fraction: float) -> None: ...


def shot(prompt: str, frames: int, seed: int = 5) -> Shot:
    return Shot("camera", "camera", "1", prompt, "", "0" * 64, frames, Rate(30), 1920, 1080, seed)


def cpu_seconds() -> float:
    """Of this process and of the children it has waited for."""
    spent = [resource.getrusage(who) for who in WHO]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def film(prompt: str, frames: int, still: Path, target: Path) -> None:
    camera, what = Camera(), shot(prompt, frames)
    camera.collect(what, still, camera.submit(what, still), target, Quiet())


def speed(prompt: str, frames: int, still: Path, folder: Path, clips: int) -> str:
    cpu, start = cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(clips) as pool:
        list(pool.map(lambda number: film(prompt, frames, still, folder / f"{number}.mp4"), range(clips)))
    wall, spent, made = time.perf_counter() - start, cpu_seconds() - cpu, frames * clips
    size = (folder / "0.mp4").stat().st_size * 8 / (frames / 30) / 1e6
    return f"{made / wall:6.1f} frames/s  {1000 * spent / made:5.1f} ms CPU a frame  {size:5.1f} Mbit/s"


def jitter(still: Path, folder: Path, frames: int = 60) -> float:
    """Rms in pixels of the film, of a slow pan at 1080p."""
    prompt = "pan left slowly"
    film(prompt, frames, still, folder / "pan.mp4")
    width, height = Image.open(still).size
    path = matrices(poses(read(prompt), frames, frames / 30, 1.0, 5), Geometry(1920, 1080, width, height))
    with av.open(folder / "pan.mp4") as container:
        pictures = [
            np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in container.decode(video=0)
        ]
    middle = frames // 2
    meant = (path[middle, 0, 2] - path[:, 0, 2]) / path[middle, 0, 0]
    errors = [offset(pictures[middle], each, shift) for each, shift in zip(pictures, meant, strict=True)]
    return float(np.sqrt((np.array(errors) ** 2).mean(axis=0)).max())


def offset(reference: Picture, picture: Picture, shift: float, margin: int = 200) -> tuple[float, float]:
    """How far ``picture`` is from where it should be, in pixels.

    Whole pixels are taken off first, for phase correlation underestimates long ways: what left the frame on one
    side is missing on the other.
    """
    whole = round(shift)
    here = reference[:, margin:-margin].astype(float)
    there = picture[:, margin + whole : picture.shape[1] - margin + whole].astype(float)
    (x, y), _ = cv2.phaseCorrelate(here, there, cv2.createHanningWindow(here.shape[::-1], cv2.CV_64F))
    return x - (shift - whole), y


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("still", nargs="?", type=Path, default=Path("examples/images/dusk_sea.jpg"))
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--clips", type=int, default=1, help="how many at once, each in its thread")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        still = folder / "still.jpg"
        Image.open(options.still).convert("RGB").resize(STILL_SIZE).save(still, quality=92)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.clips} at once")
        for prompt in PROMPTS:
            print(f"{prompt:22}", speed(prompt, options.frames, still, folder, options.clips))
        ours, theirs = (resource.getrusage(who).ru_maxrss // 1024 for who in WHO)
        print(f"peak memory {ours} MiB, FFmpeg {theirs} MiB")
        print(f"jitter {jitter(still, folder):.3f} px rms")


if __name__ == "__main__":
    main()
