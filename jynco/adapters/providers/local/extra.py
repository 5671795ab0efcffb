"""Whether the optional libraries are here, in which versions, and what they will run on; without importing any."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from jynco.errors import RequestRejected

_LIBRARIES: Final = ("torch", "diffusers", "transformers")
_CARD: Final = Path("/dev/nvidiactl")  # there where a driver is


@dataclass(frozen=True, slots=True)
class Extra:
    """What models run with. It changes pixels, so it belongs in the key of every clip."""

    device: str  # cpu, cuda
    libraries: tuple[str, ...]

    @property
    def dtype(self) -> str:
        """The kind of numbers: graphics cards have halves that reach as far as whole ones; processors are exact."""
        return "bfloat16" if self.device == "cuda" else "float32"


def extra(device: str | None) -> Extra:
    """``device`` None: the graphics card where there is one. RequestRejected tells how to install the libraries."""
    try:
        versions = {name: version(name) for name in _LIBRARIES}
    except PackageNotFoundError as error:
        raise RequestRejected(
            "Local models need their libraries, which are not installed: run 'make local', or choose another provider."
        ) from error
    has_card = _CARD.exists() and "+cpu" not in versions["torch"]
    return Extra(
        device or ("cuda" if has_card else "cpu"),
        tuple(f"{name} {number}" for name, number in versions.items()),
    )
