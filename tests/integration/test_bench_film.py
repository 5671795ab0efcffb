"""``jynco bench`` itself, on the smallest film: exact, in a table, as JSON and as a picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from jynco.cli.main import main


@pytest.mark.long
def test_the_cut_is_exact_and_its_costs_are_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small = ["--size", "128x72", "--clips", "4", "--seconds", "2", "--seed", "7"]
    code = main(["bench", "film", "--quick", *small, "--out", str(tmp_path / "out"), "--json"])
    said = json.loads(capfd.readouterr().out)
    assert code == 0
    exact = said["film"]["exact"]
    assert exact["equal"] == exact["frames"] == exact["packets"] == exact["due"] == 210
    assert exact["ssim"] >= 0.99
    rows = {row["name"]: row for row in said["film"]["rows"]}
    assert rows["one expert command"]["wall"] == 1
    assert {
        name: rows[name]["encoded"] for name in ("nothing changed", "a volume", "a transition's kind")
    } == {
        "nothing changed": 0,
        "a volume": 0,
        "a transition's kind": 1,
    }
    assert all(row["cost"]["wall"] > 0 for row in rows.values())
    assert rows["preview, first second"]["cost"]["wall"] <= rows["preview, cold"]["cost"]["wall"]
    kept = json.loads((tmp_path / "out" / "film.json").read_bytes())
    assert kept["machine"]["cores"] >= 1
    assert kept["rows"] == said["film"]["rows"]
    with Image.open(tmp_path / "out" / "film.png") as picture:
        assert picture.width > 500
