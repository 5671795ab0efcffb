"""Light as a camera takes it: colours in linear light, glow, the film's curve, grain."""

import cv2
import numpy as np
from numpy.typing import NDArray

from .noise import Field, single

Picture = NDArray[np.float32 | np.float64]
"""Height x width x 3, red first, linear light, 1.0 is white paper in the sun."""
Pixels = NDArray[np.uint8]


def colour(code: str) -> Picture:
    """Linear light of a web colour such as "f3b27a"; shape (3,)."""
    values = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255
    return single(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4))


def gradient(position: Field, stops: "list[tuple[float, str]]") -> Picture:
    """Colours along `position` between (position, web colour) stops, mixed in linear light."""
    places = [place for place, _ in stops]
    tones = np.stack([colour(code) for _, code in stops])
    bands = [np.interp(position, places, tones[:, channel]) for channel in range(3)]
    return single(np.stack(bands, axis=-1))


def mix(below: Picture, above: Picture, amount: Field) -> Picture:
    """`above` laid over `below`, amount 0..1 per pixel."""
    return single(below + (above - below) * amount[..., None])


def canvas(width: int, height: int) -> tuple[Field, Field]:
    """x and y of every pixel's centre, y 0..1 from the top, x in the same unit with 0 in the middle."""
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / height
    y = (np.arange(height, dtype=np.float32) + 0.5) / height
    across, down = np.meshgrid(x, y)
    return across, down


def blur(image: Field, radius: float) -> Field:
    """Gaussian blur, radius in pixels; wide ones are done small, where nobody sees the difference."""
    if radius < 0.3:
        return image
    if radius <= 8:
        return single(cv2.GaussianBlur(image, (0, 0), radius))
    height, width = image.shape[:2]
    shrink = radius / 4
    size = (max(2, round(width / shrink)), max(2, round(height / shrink)))
    small = cv2.GaussianBlur(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (0, 0), 4)
    return single(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def glow(picture: Picture, strength: float, threshold: float = 0.7) -> Picture:
    """Light that spills from bright places, as in a lens: three widths, the widest the faintest."""
    height = picture.shape[0]
    bright = np.maximum(picture - np.float32(threshold), 0)
    spill = sum(
        blur(bright, height * width) * np.float32(share)
        for width, share in ((0.006, 0.5), (0.025, 0.3), (0.09, 0.2))
    )
    return single(picture + np.float32(strength) * np.maximum(spill, 0))


def film(picture: Picture, exposure: float = 1.0) -> Picture:
    """Linear light to display values 0..1: a shoulder that keeps suns and lamps from burning out."""
    light = np.maximum(picture, 0) * np.float32(exposure)
    shoulder = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    value = np.clip(shoulder, 0, 1)
    return single(np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055))


def vignette(picture: Picture, strength: float) -> Picture:
    """Corners darkened as a lens does, strength the part of the light they lose."""
    height, width = picture.shape[:2]
    x, y = canvas(width, height)
    reach = (x / x.max()) ** 2 + ((y - 0.5) * 2) ** 2
    kept = 1 - np.float32(strength) * np.clip(reach / 2, 0, 1) ** 1.5
    return single(picture * kept[..., None])


def develop(picture: Picture, seed: int, exposure: float, grain: float) -> Pixels:
    """The finished photograph, 8 bits, red first; the grain also keeps long gradients from banding."""
    display = film(vignette(picture, 0.22), exposure)
    noise = np.random.default_rng(seed).normal(0, grain, display.shape[:2]).astype(np.float32)
    return np.asarray(np.clip((display + noise[..., None]) * 255 + 0.5, 0, 255), np.uint8)
