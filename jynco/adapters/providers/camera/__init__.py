"""The free provider: a camera that moves over the still as the prompt says. No key, no GPU, no network."""

from __future__ import annotations

from jynco.adapters.providers.camera.provider import Camera

__all__ = ["Camera"]
