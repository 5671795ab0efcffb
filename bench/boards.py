"""Storyboards as documents, of any number of clips: tiny frames by the mock, which needs no picture."""

from __future__ import annotations

from jynco.model.storyboard import Document, Json

SIZE, RATE = (96, 54), 10
CLIP_SECONDS = 0.1


def document(project_id: str, clips: int, *, seed: int = 1, latency: float = 0.0) -> Document:
    """``clips`` clips of one frame; ``seed`` makes them nobody else's, ``latency`` (seconds) makes them late."""
    timeline: list[Json] = [_clip(number, seed, latency) for number in range(clips)]
    settings: Json = {
        "resolution": {"width": SIZE[0], "height": SIZE[1]},
        "fps": RATE,
        "codec": "h264",
        "quality": "draft",
    }
    return {"version": "1.2", "projectId": project_id, "outputSettings": settings, "timeline": timeline}


def _clip(number: int, seed: int, latency: float) -> Json:
    return {
        "clipId": f"clip_{number}",
        "status": "pending",
        "provider": "mock",
        "motionPrompt": f"shows {number}",
        "duration": CLIP_SECONDS,
        "seed": seed,
        "providerOptions": {"latency": latency},
    }
