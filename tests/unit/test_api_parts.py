"""The small parts of the HTTP door: cursors, tags, types, names."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from api import cursors, etag, installation, media
from api.errors import PreconditionMissing
from api.schemas.asked import JobAsked, WishesAsked
from config.guard import is_loopback
from config.settings import Settings
from jynco.errors import NotFound, ServiceAway, StaleRevision
from jynco.model.ids import ProjectId, is_job_id, is_project_id
from jynco.model.jobs import Project
from jynco.model.media import MediaInfo
from jynco.model.plan import Wishes
from jynco.model.states import Lane, OnMissing, Purpose

BORN = datetime(2026, 1, 2, tzinfo=UTC)
PROJECT = Project(
    ProjectId("proj_a"), {}, revision=3, changes=9, mirrored=9, created_at=BORN, updated_at=BORN
)


@given(st.from_regex(r"\Aproj_[A-Za-z0-9_-]+\Z"))
def test_a_cursor_leads_back(name: str) -> None:
    assert cursors.decode(cursors.encode(name), is_project_id) == name


@given(st.text())
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises(NotFound):
        cursors.decode(text, is_job_id)


def test_the_last_page_has_no_cursor() -> None:
    assert cursors.behind(["a", "b"], 2, str) is None
    assert cursors.behind(["a", "b", "c"], 2, str) == cursors.encode("b")


def compared(project: Project, header: str | None) -> int:
    headers = {} if header is None else {"If-Match": header}
    with Flask("test").test_request_context(headers=headers):
        return etag.expected(project)


def test_a_tag_fits_as_long_as_people_changed_nothing() -> None:
    tag = etag.tag(PROJECT, b"bytes")
    assert compared(replace(PROJECT, changes=99), f'"{tag}"') == 3
    assert compared(PROJECT, f'"other", "{tag}"') == 3
    assert compared(PROJECT, "*") == 3
    assert etag.tag(PROJECT, b"other bytes") != tag


@pytest.mark.parametrize(
    "changed", [replace(PROJECT, revision=4), replace(PROJECT, created_at=BORN + timedelta(microseconds=1))]
)
def test_a_tag_of_another_version_does_not_fit(changed: Project) -> None:
    with pytest.raises(StaleRevision):
        compared(changed, f'"{etag.tag(PROJECT, b"bytes")}"')


def test_a_weak_tag_and_no_tag_do_not_fit() -> None:
    with pytest.raises(StaleRevision):
        compared(PROJECT, f'W/"{etag.tag(PROJECT, b"bytes")}"')
    with pytest.raises(PreconditionMissing):
        compared(PROJECT, None)


def test_wishes_have_the_defaults_of_their_kind() -> None:
    preview: Wishes = WishesAsked().load({"kind": "preview"})
    final: Wishes = JobAsked().load({})
    assert (preview.lane, preview.on_missing) == (Lane.HIGH, OnMissing.SLATE)
    assert (final.purpose, final.lane, final.on_missing) == (Purpose.FINAL, Lane.NORMAL, OnMissing.BLOCK)
    said: Wishes = JobAsked().load({"kind": "preview", "priority": "low", "onMissing": "skip"})
    assert (said.lane, said.on_missing) == (Lane.LOW, OnMissing.SKIP)


@pytest.mark.parametrize(
    ("given_", "money"),
    [(1, "1"), (0.1, "0.1"), ("0.10", "0.10"), (1e-6, "1E-6"), ("999999.999999", "999999.999999")],
)
def test_money_is_exact(given_: object, money: str) -> None:
    wishes: Wishes = JobAsked().load({"budgetUsd": given_})
    assert wishes.budget_usd == Decimal(money)


@pytest.mark.parametrize(
    "bad", [True, "", " 1", "1.", ".5", "+1", "1_0", "\u0661", "1000001", 10**40, float("inf")]
)
def test_what_is_no_money(bad: object) -> None:
    with pytest.raises(ValidationError):
        JobAsked().load({"budgetUsd": bad})


@pytest.mark.parametrize(
    ("info", "kind"),
    [
        (MediaInfo("mov", Fraction(1), video_codec="h264"), "video/mp4"),
        (MediaInfo("mov", Fraction(1), audio_codec="aac"), "audio/mp4"),
        (MediaInfo("matroska", Fraction(1), video_codec="vp9", audio_codec="opus"), "video/webm"),
        (MediaInfo("matroska", Fraction(1), video_codec="h264"), "video/x-matroska"),
        (MediaInfo("png_pipe", Fraction(0), video_codec="png"), None),
    ],
)
def test_a_film_is_called_what_it_is(info: MediaInfo, kind: str | None) -> None:
    assert media.film_type(info) == kind
    assert kind is None or kind in media.SUFFIXES


def test_every_type_we_give_has_a_suffix() -> None:
    given_ = {kind for pair in media.CONTAINERS.values() for kind in pair} | {"video/webm", "audio/webm"}
    assert given_ <= set(media.SUFFIXES)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"<svg", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_how_it_begins(tmp_path: Path, head: bytes, kind: str | None) -> None:
    path = tmp_path / "file"
    path.write_bytes(head)
    assert media.still_type(path) == kind


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("192.168.0.1", False), ("example.org", False), ("localhost.example.org", False)],
)  # fmt: skip
def test_who_is_alone_on_this_machine(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


def test_what_signs_is_everybodys_and_made_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: installation.signature(settings, "a", "bc"), range(32)))
    assert len(made) == 1
    assert [path.name for path in settings.data.iterdir()] == ["signing.key"]
    assert installation.signed(settings, *made, "a", "bc")
    for words in (("ab", "c"), ("abc",), ("a", "bc", ""), ("a", "bd")):
        assert not installation.signed(settings, *made, *words)
    assert not installation.signed(settings, "\xe9", "a", "bc")
    assert not installation.signed(Settings(data=tmp_path / "other"), *made, "a", "bc")
    said = replace(settings, secret_key="a word of somebody's")
    assert not installation.signed(said, *made, "a", "bc")


def test_what_signs_must_be_kept_somewhere(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ServiceAway, match="JYNCO_SECRET_KEY"):
        installation.signature(Settings(data=tmp_path / "file"), "a")
