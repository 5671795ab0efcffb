"""What OpenAPI has to say that no field says by itself: what a field asks of another, and whole requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jynco.model.storyboard import Json

# Of two fields, where one decides what the other may be. Whoever reads the document alone must know it as well.
CONDITIONS: Final[dict[str, dict[str, Json]]] = {
    "JobAsked": {
        "if": {"required": ["kind"], "properties": {"kind": {"const": "clips"}}},
        "else": {"properties": {"clips": {"maxItems": 0}}},
    },
    "FoundAsked": {
        "if": {"required": ["billed"], "properties": {"billed": {"const": False}}},
        "then": {"properties": {"usd": {"type": "null"}}},
    },
}
STORYBOARD: Final[dict[str, Json]] = {
    "version": "1.2",
    "projectId": "proj_dawn",
    "outputSettings": {"resolution": {"width": 320, "height": 180}, "fps": 24, "codec": "h264"},
    "timeline": [
        {
            "clipId": "clip_001",
            "status": "pending",
            "motionPrompt": "pan left, slowly",
            "provider": "mock",
            "duration": 1,
        }
    ],
}
# By operationId, in the order in which somebody would send them. A test sends them all.
EXAMPLES: Final[dict[str, Json]] = {
    "createProject": STORYBOARD,
    "putStoryboard": STORYBOARD,
    "patchStoryboard": {"metadata": {"title": "Dawn"}},
    "setOwnBudget": {"usd": "100.00", "allowUnpriced": True},
    "setBudget": {"usd": "25.00"},
    "beginUpload": {"filename": "dawn.jpg", "mediaType": "image/jpeg", "size": 31337},
    "startJob": {"kind": "preview", "onMissing": "slate"},
    "editClip": {"motionPrompt": "tilt up, then hold"},
    "retryClip": {"priority": "high"},
    "makeTake": {"priority": "high"},
    "createWebhook": {"url": "https://hooks.example.com/jynco", "events": ["job.completed"]},
}


def add(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with conditions and examples in it."""
    for name, condition in CONDITIONS.items():
        spec["components"]["schemas"][name].update(condition)
    for operation in _operations(spec):
        if operation["operationId"] in EXAMPLES:
            for media in operation["requestBody"]["content"].values():
                media["example"] = EXAMPLES[operation["operationId"]]
    return spec


def _operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in spec["paths"].values():
        yield from (each for method, each in path.items() if method != "parameters")
