"""Settings: typed, named when wrong, and Heroku's spellings understood."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.quotas import quotas_of, rates_of
from config.settings import read
from jynco.adapters.lock.file import FileLocks
from jynco.adapters.lock.postgres import PostgresLocks
from jynco.bootstrap.ground import make_locks, make_storage
from jynco.errors import UsageWrong
from jynco.model.quotas import BUSY, ROOMY, Quotas, Rates


def test_defaults_use_the_embedded_servers(tmp_path: Path) -> None:
    settings = read({"JYNCO_DATA": str(tmp_path)})
    assert settings.embedded
    assert settings.providers == ("camera",)
    assert settings.data == tmp_path


def test_heroku_urls_are_understood() -> None:
    settings = read({"DATABASE_URL": "postgres://u:p@h/d", "REDIS_URL": "rediss://h:6379"})
    assert settings.servers() == ("postgresql://u:p@h/d", "rediss://h:6379")


def test_a_broker_in_this_process_needs_no_redis() -> None:
    settings = read({"DATABASE_URL": "postgresql://h/d", "JYNCO_BROKER_URL": "memory://"})
    assert settings.in_one_process
    assert settings.servers() == ("postgresql://h/d", None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JYNCO_POLL_SECONDS", "soon"),
        ("JYNCO_LEASE_SECONDS", "0"),
        ("JYNCO_SWEEP_SECONDS", "nan"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "-1"),
        ("JYNCO_PROXIES", "-1"),
        ("JYNCO_PROXIES", "1.7"),
        ("JYNCO_AUTH", "maybe"),
        ("JYNCO_NEARBY_GB", "0"),
        ("JYNCO_KEEP_EXPORTS_DAYS", "-1"),
        ("JYNCO_KEEP_CLIPS_DAYS", "nan"),
        ("JYNCO_CACHE_MAX_GB", "much"),
        ("DATABASE_URL", "postgresql://only/one"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(UsageWrong, match=name):
        read({name: value})


def test_a_list_of_providers_is_the_order_of_failover() -> None:
    assert read({"JYNCO_PROVIDER": "runway:gen4_turbo, camera"}).providers == ("runway:gen4_turbo", "camera")


@pytest.mark.parametrize("address", ["s3://", "s3://B/x", "s3://a", "ftp://host/x", "file:", "films"])
def test_a_storage_that_is_no_place_is_refused(address: str) -> None:
    with pytest.raises(UsageWrong, match="s3://bucket/prefix"):
        make_storage(read({"JYNCO_STORAGE": address}))


def test_files_in_a_bucket_bring_locks_that_reach_as_far(tmp_path: Path) -> None:
    socket = {
        "DATABASE_URL": "postgresql://jynco@/jynco?host=/tmp",
        "REDIS_URL": "unix:///x",
        "JYNCO_DATA": str(tmp_path),
    }
    assert isinstance(make_locks(read(socket)), FileLocks)
    assert isinstance(make_locks(read({**socket, "JYNCO_STORAGE": "s3://films/x"})), PostgresLocks)


def test_rates_and_quotas_are_generous_only_where_names_are_asked_for() -> None:
    assert rates_of(read({})) == Rates()
    assert quotas_of(read({})) == Quotas()
    assert rates_of(read({"JYNCO_AUTH": "required"})) == BUSY
    assert quotas_of(read({"JYNCO_AUTH": "required"})) == ROOMY


def test_rates_and_quotas_are_read_by_name() -> None:
    settings = read({"JYNCO_RATE_LIMITS": "read=60", "JYNCO_QUOTAS": "jobs=5, projects=none"})
    assert rates_of(settings) == replace(BUSY, read=60)
    assert quotas_of(settings) == replace(ROOMY, jobs=5, projects=None)
    assert rates_of(read({"JYNCO_AUTH": "required", "JYNCO_RATE_LIMITS": "none"})) == Rates()


@pytest.mark.parametrize(
    "text", ["read", "read=", "read=-1", "speed=5", "read=1.5", "read=5;write=5", "jobs=1"]
)
def test_rates_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(UsageWrong, match="JYNCO_RATE_LIMITS"):
        read({"JYNCO_RATE_LIMITS": text})


def test_only_what_can_be_made_again_leaves_unless_people_say_so() -> None:
    usual = read({}).keeping
    assert (usual.exports, usual.clips, usual.cache_bytes) == (None, None, None)
    assert usual.segments == timedelta(days=30)
    said = read(
        {"JYNCO_KEEP_SEGMENTS_DAYS": "ever", "JYNCO_KEEP_CLIPS_DAYS": "0", "JYNCO_CACHE_MAX_GB": "1.5"}
    )
    assert (said.keeping.segments, said.keeping.clips) == (None, timedelta(0))
    assert said.keeping.cache_bytes == 1_500_000_000
