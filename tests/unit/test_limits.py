from __future__ import annotations

import pytest

from config.limits import limits, parse
from config.settings import read
from jynco.bootstrap import rules
from jynco.errors import UsageWrong
from jynco.model.admission import Limits


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("runway=5/min", {"runway": Limits(per_minute=5)}),
        ("runway=5/min,concurrent=3", {"runway": Limits(3, 5)}),
        (" runway = 5/min , 50/day; concurrent = 3 ;", {"runway": Limits(3, 5, 50)}),
        ("runway=concurrent=3,luma=2/min", {"runway": Limits(3), "luma": Limits(per_minute=2)}),
        ("runway:gen4.5=1/day", {"runway:gen4.5": Limits(per_day=1)}),
        ("fal:fal-ai/x/y=concurrent=2", {"fal:fal-ai/x/y": Limits(2)}),
        ("replicate=none", {"replicate": Limits()}),
    ],
)
def test_limits_are_read(text: str, found: dict[str, Limits]) -> None:
    assert parse(text) == found


@pytest.mark.parametrize(
    "text",
    ["5/min", "runway", "runway=", "runway=5", "runway=-1/min", "runway=5/hour", "concurrent=3", "=5/min"],
)
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(UsageWrong, match="JYNCO_LIMITS"):
        read({"JYNCO_LIMITS": text})


def test_the_operators_words_replace_the_published_ones() -> None:
    assert limits()["replicate"] == Limits(per_minute=600)
    known = ("replicate", "runway")
    assert rules(read({}), known).limits == limits()
    own = read({"JYNCO_LIMITS": "replicate=concurrent=2;runway:gen4.5=1/min"})
    assert rules(own, known).limits == {"replicate": Limits(2), "runway:gen4.5": Limits(per_minute=1)}


def test_limits_of_nobody_are_refused() -> None:
    with pytest.raises(UsageWrong, match="names 'runaway'"):
        rules(read({"JYNCO_LIMITS": "runaway=1/min"}), ("runway",))


def test_accounts_are_told_apart_without_their_keys() -> None:
    one, two = (rules(read({"FAL_KEY": key}), ("fal",)).accounts["fal"] for key in ("key-1", "key-2"))
    assert one != two
    assert "key" not in one
