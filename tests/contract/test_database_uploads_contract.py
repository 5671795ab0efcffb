"""Files that people send: expected for a while, kept once, and counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jynco.errors import NotFound
from jynco.model.ids import ProjectId
from jynco.model.uploads import Asset, Upload, Usage
from tests.contract.databases import PROJECT, Subject, document

SEA = "5ea" * 21 + "0"
ASSET = Asset(PROJECT, SEA, f"assets/{SEA[:32]}.png", "image/png", 1000, 96, 54)
UPLOAD = Upload("up_sea", PROJECT, "sea \x00.png", 1000, SEA, "image/png")


@pytest.fixture
def uploads(subject: Subject) -> Subject:
    """A project that expects a file for a minute."""
    subject.database.projects.create(PROJECT, document())
    begun = subject.database.uploads.begin(UPLOAD, 60)
    assert begun.expires_at is not None
    assert begun == subject.database.uploads.get("up_sea")
    return subject


def test_what_came_is_told_again_for_a_day(uploads: Subject) -> None:
    database = uploads.database
    assert database.uploads.get("up_sea").asset is None
    for _ in range(2):
        database.uploads.finish("up_sea", ASSET)
        assert database.uploads.get("up_sea").asset == ASSET
    uploads.wait(3600)
    assert database.uploads.get("up_sea").asset == ASSET
    assert not database.uploads.overdue(10)
    uploads.wait(90_000)
    assert [each.upload_id for each in database.uploads.overdue(10)] == ["up_sea"]


def test_what_does_not_come_in_time_is_not_expected_any_more(uploads: Subject) -> None:
    database = uploads.database
    uploads.wait(61)
    with pytest.raises(NotFound, match="begin another"):
        database.uploads.get("up_sea")
    (late,) = database.uploads.overdue(10)
    assert (late.upload_id, late.project_id) == ("up_sea", PROJECT)
    database.uploads.forget("up_sea")
    database.uploads.forget("up_sea")
    assert not database.uploads.overdue(10)


def test_the_same_content_is_counted_once(uploads: Subject) -> None:
    database = uploads.database
    assert database.uploads.usage() == Usage(projects=1, jobs=0, stored=1000), "what may come counts"
    database.uploads.keep(ASSET)
    database.uploads.keep(replace(ASSET, path="assets/other.png"))
    assert database.uploads.asset(PROJECT, SEA) == ASSET
    database.uploads.finish("up_sea", ASSET)
    assert database.uploads.usage().stored == 1000
    database.uploads.begin(replace(UPLOAD, upload_id="up_late", size=7), 60)
    assert database.uploads.usage().stored == 1007
    uploads.wait(61)
    assert database.uploads.usage().stored == 1000
    uploads.begin("a", "b")
    assert database.uploads.usage().jobs == 3


def test_a_project_takes_its_files_along(uploads: Subject) -> None:
    database = uploads.database
    database.uploads.keep(ASSET)
    database.projects.delete(PROJECT)
    assert database.uploads.usage() == Usage(0, 0, 0)
    for ask in (lambda: database.uploads.get("up_sea"), lambda: database.uploads.finish("up_sea", ASSET)):
        with pytest.raises(NotFound):
            ask()
    for refused in (lambda: database.uploads.begin(UPLOAD, 60), lambda: database.uploads.keep(ASSET)):
        with pytest.raises(NotFound):
            refused()


def test_files_are_their_tenants_own(uploads: Subject) -> None:
    other = uploads.database.of("zoo")
    other.projects.create(ProjectId("proj_zoo"), document())
    for ask in (
        lambda: other.uploads.get("up_sea"),
        lambda: other.uploads.finish("up_sea", ASSET),
        lambda: other.uploads.keep(ASSET),
        lambda: other.uploads.asset(PROJECT, SEA),
        lambda: other.uploads.begin(replace(UPLOAD, upload_id="up_b"), 60),
    ):
        with pytest.raises(NotFound):
            ask()
    assert other.uploads.usage() == Usage(1, 0, 0)
    assert uploads.database.of("local").uploads.usage() == Usage(1, 0, 1000)
