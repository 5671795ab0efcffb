"""Paint the example landscapes: `python examples/paint.py` writes examples/images/."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
from painting.gallery import SCENES, Scene, painted

HERE = Path(__file__).resolve().parent
QUALITY = 88


def write(scene: Scene, folder: Path, shrink: float) -> Path:
    """Paint one scene into `folder` as a JPEG; `shrink` 0.25 is a quick sketch of a quarter of the width."""
    path = folder / f"{scene.name}.jpg"
    settings = [
        cv2.IMWRITE_JPEG_QUALITY,
        QUALITY,
        cv2.IMWRITE_JPEG_OPTIMIZE,
        1,
        cv2.IMWRITE_JPEG_PROGRESSIVE,
        1,
    ]
    pixels = painted(scene, shrink)
    if not cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), settings):
        raise SystemExit(f"{path} could not be written: make its folder writable.")
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Paint all scenes, or the named ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"of {', '.join(SCENES)}; all without")
    parser.add_argument("--out", type=Path, default=HERE / "images", help="the folder to write into")
    parser.add_argument("--shrink", type=float, default=1.0, help="part of the full size, for a sketch")
    options = parser.parse_args(arguments)
    unknown = set(options.scenes) - set(SCENES)
    if unknown:
        parser.error(f"no scene is called {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.scenes or SCENES:
        print(write(SCENES[name], options.out, options.shrink))


if __name__ == "__main__":
    main()
