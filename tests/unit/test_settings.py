"""Settings: typed, named when wrong, and Heroku's spellings understood."""

from pathlib import Path

import pytest

from config.settings import read
from jynco.errors import UsageWrong


def test_defaults_use_the_embedded_servers(tmp_path: Path) -> None:
    settings = read({"JYNCO_DATA": str(tmp_path)})
    assert settings.embedded
    assert settings.providers == ("camera",)
    assert settings.data == tmp_path


def test_heroku_urls_are_understood() -> None:
    settings = read({"DATABASE_URL": "postgres://u:p@h/d", "REDIS_URL": "rediss://h:6379"})
    assert settings.servers() == ("postgresql://u:p@h/d", "rediss://h:6379")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JYNCO_POLL_SECONDS", "soon"),
        ("JYNCO_LEASE_SECONDS", "0"),
        ("JYNCO_SWEEP_SECONDS", "nan"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "-1"),
        ("JYNCO_AUTH", "maybe"),
        ("DATABASE_URL", "postgresql://only/one"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(UsageWrong, match=name):
        read({name: value})


def test_a_list_of_providers_is_the_order_of_failover() -> None:
    assert read({"JYNCO_PROVIDER": "runway:gen4_turbo, camera"}).providers == ("runway:gen4_turbo", "camera")
