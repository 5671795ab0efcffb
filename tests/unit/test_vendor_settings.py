"""Keys are held and never shown; addresses that a key is sent to are encrypted or on this machine."""

from __future__ import annotations

import logging
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from config.prices import prices
from config.settings import VENDORS, read
from jynco.bootstrap import workshop
from jynco.errors import UsageWrong
from jynco.model.ids import ClipId
from jynco.model.storyboard import Clip


def test_keys_come_by_the_vendors_own_names() -> None:
    settings = read({"RUNWAYML_API_SECRET": "key_1", "RUNWAYML_BASE_URL": "http://127.0.0.1:80/"})
    assert settings.vendors["runway"].key == "key_1"
    assert settings.vendors["runway"].base_url == "http://127.0.0.1:80"
    assert read({}).vendors["runway"].key is None


def test_no_secret_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    secrets = {variables[0]: f"secret-{name}" for name, variables in VENDORS.items()}
    secrets |= {"JYNCO_SECRET_KEY": "secret-0", "JYNCO_BROKER_URL": "amqp://u:secret-1@h"}
    secrets |= {"DATABASE_URL": "postgres://u:secret-2@h/d", "REDIS_URL": "rediss://:secret-3@h"}
    settings = read(secrets)
    logging.getLogger("jynco").warning("%r %s", settings, settings)
    assert "secret" not in repr(settings) + caplog.text.replace("test_vendor_settings", "")


@pytest.mark.parametrize(
    "address",
    ["http://example.com", "ftp://127.0.0.1", "127.0.0.1:80", "https://", "http://127.0.0.1.nip.io", "x["],
)
def test_a_key_goes_nowhere_unencrypted(address: str) -> None:
    with pytest.raises(UsageWrong, match="RUNWAYML_BASE_URL must be an https:// address"):
        read({"RUNWAYML_BASE_URL": address})


@pytest.mark.parametrize("address", ["https://api.example.com", "http://localhost:1", "http://[::1]:1"])
def test_an_encrypted_address_or_one_here_is_taken(address: str) -> None:
    assert read({"RUNWAYML_BASE_URL": address}).vendors["runway"].base_url == address


def test_prices_are_dated_and_say_where_they_come_from() -> None:
    assert prices()
    for name, listed in prices().items():
        assert name in VENDORS
        assert listed.read.year >= 2026
        assert listed.source
        assert all(Decimal(0) < rate < 10 for rate in listed.usd_per_second.values())


@pytest.mark.parametrize("name", VENDORS)
def test_every_vendor_is_there_without_a_key(name: str, tmp_path: Path) -> None:
    """It plans, with a price where one is known, and says what is missing when it is asked for a clip."""
    _, casting = workshop(read({"JYNCO_DATA": str(tmp_path), "JYNCO_PROVIDER": name}))
    role = casting.role(Clip(ClipId("clip_a"), "/timeline/0", "waves"))
    assert role.capabilities.provider == name
    listed = prices()[name].usd_per_second if name in prices() else {}
    assert role.capabilities.usd_per_second == listed.get(role.capabilities.model)
    for model, price in listed.items():
        other = casting.role(Clip(ClipId("clip_a"), "/timeline/0", provider=f"{name}:{model}"))
        assert other.capabilities.usd_per_second == price


def test_no_sdk_is_loaded_before_it_is_needed(tmp_path: Path) -> None:
    """They are large, and most processes never speak to a vendor."""
    script = (
        "import sys; from config.settings import read; from jynco.bootstrap import workshop; "
        f"workshop(read({{'JYNCO_DATA': {str(tmp_path)!r}}})); "
        "print([name for name in ('runwayml', 'replicate', 'luma_agents', 'google.genai', 'requests') "
        "if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_page_names_every_variable_and_price() -> None:
    page = (Path(__file__).parents[2] / "docs" / "providers.md").read_text(encoding="utf-8")
    for name, variables in VENDORS.items():
        assert f"`{name}`" in page
        assert all(f"`{variable}`" in page for variable in variables)
    for listed in prices().values():
        assert listed.read.isoformat() in page
        for model, price in listed.usd_per_second.items():
            assert f"| `{model}` | {price} |" in page
