"""These tests need the extra for local models: ``make test-local`` runs them, in an environment of their own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jynco.adapters.providers.local import Local

if find_spec("torch") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two tiny models."""
    from tests.local.tiny import save_ltx, save_wan

    folder = tmp_path_factory.mktemp("models")
    save_ltx(folder / "ltx-tiny")
    save_wan(folder / "wan-tiny")
    return folder


@pytest.fixture(scope="session")
def local(models: Path) -> Local:
    """One process's provider: its models stay loaded from test to test."""
    return Local(models, device="cpu", batch=3)


@pytest.fixture
def still(tmp_path: Path) -> Path:
    noise = np.random.default_rng(3).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((320, 180)).save(tmp_path / "still.png")
    return tmp_path / "still.png"
