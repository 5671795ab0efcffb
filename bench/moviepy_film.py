"""The reference film as MoviePy makes it; run by MoviePy's own interpreter, it knows nothing of Jynco.

``python moviepy_film.py ORDER.json``: the order says clips, seams, looks, words, sound and encoder. One JSON line
answers with the seconds of wall clock and of all cores, imports excluded.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from moviepy import AudioFileClip, CompositeVideoClip, TextClip, VideoClip, VideoFileClip, vfx  # type: ignore[import-not-found]
from PIL import Image, ImageFilter

GREY = np.array([0.2126, 0.7152, 0.0722])


def film(order: dict[str, Any]) -> CompositeVideoClip:
    pictures = [placed(clip) for clip in order["clips"]]
    words = [lettered(text, order["height"]) for text in order["words"]]
    size = (order["width"], order["height"])
    whole = CompositeVideoClip([*pictures, *words], size=size).with_duration(order["seconds"])
    sound = AudioFileClip(order["sound"]["path"])
    length = min(sound.duration, order["seconds"])
    return whole.with_audio(sound.subclipped(0, length).with_volume_scaled(order["sound"]["volume"]))


def placed(clip: dict[str, Any]) -> VideoClip:
    """One clip at its time, crossing with the one before it."""
    made = VideoFileClip(clip["path"], audio=False).with_duration(clip["seconds"])
    for look in clip["looks"]:
        made = looked(made, look["kind"], look["intensity"])
    if clip["enter"] == "dissolve":
        made = made.with_effects([vfx.CrossFadeIn(clip["crossing"])])
    if clip["enter"] == "wipe":
        made = made.with_mask(wipe(made, clip["crossing"]))
    return made.with_start(clip["start"])


def wipe(clip: VideoClip, seconds: float) -> VideoClip:
    """A mask that opens from the left."""
    width, height = clip.size
    whole = np.ones((height, width))
    across = np.broadcast_to(np.arange(width) / width, (height, width))

    def mask(moment: float) -> Any:
        return whole if moment >= seconds else (across < moment / seconds).astype(float)

    return VideoClip(mask, is_mask=True, duration=clip.duration)


def looked(clip: VideoClip, kind: str, intensity: float) -> VideoClip:
    if kind == "contrast":
        return clip.with_effects([vfx.LumContrast(contrast=(intensity - 0.5) * 2)])
    if kind == "saturation":
        return clip.image_transform(lambda picture: saturated(picture, intensity * 2))
    return clip.image_transform(lambda picture: sharpened(picture, intensity * 2))


def saturated(picture: Any, factor: float) -> Any:
    grey = (picture @ GREY)[..., None]
    return np.clip(grey + (picture - grey) * factor, 0, 255).astype(np.uint8)


def sharpened(picture: Any, amount: float) -> Any:
    mask = ImageFilter.UnsharpMask(radius=2, percent=round(amount * 100), threshold=0)
    return np.asarray(Image.fromarray(picture).filter(mask))


def lettered(text: dict[str, Any], height: int) -> TextClip:
    made = TextClip(font=text["font"], text=text["content"], font_size=text["size"], color="white")
    y = "center" if text["y"] is None else round(text["y"] * height)
    return made.with_start(text["start"]).with_duration(text["seconds"]).with_position(("center", y))


def spent() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(each.ru_utime + each.ru_stime for each in map(resource.getrusage, who))


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text())
    cpu, start = spent(), time.perf_counter()
    film(order).write_videofile(order["target"], logger=None, **order["encoder"])
    print(json.dumps({"wall": time.perf_counter() - start, "cpu": spent() - cpu}))


if __name__ == "__main__":
    main()
