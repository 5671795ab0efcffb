"""Requests made up from the OpenAPI document, good and bad, alone and in chains: every check, and nothing is found."""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]

# A storyboard may fit its schema and mean nothing (two clips of one name), what is to be made may lack its picture, a
# span may end before it begins, a key may stand for another request: these are 422 with the place, where the tool would
# have 400 or 404 alone. And an If-Match that names no version is a 412, whatever else is wrong.
MEANING = """
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "406", "409", "412", "413", "415", "422", "428", "429"]
[[operations]]
include-path-regex = "^/v1/(projects(/.+)?|webhooks(/.+/rotate)?|costs(/wasted)?)$"
checks.positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "412", "422", "428", "429"]
"""
CONFIG = f"""
seed = 20261122
{MEANING}
[generation]
max-examples = 2
deterministic = true
database = "none"
"""
ENDLESS = "/events$"  # a stream of events ends with who listens


def test_nothing_is_found(app: Flask) -> None:
    config = SchemathesisConfig.from_str(CONFIG)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config).exclude(path_regex=ENDLESS)
    cases, phases, found = 0, set(), []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            cases += len(event.recorder.cases)
            phases.add(event.phase.name)
            found += failures(event)
        assert not isinstance(event, events.FatalError), event
    assert found == []
    assert cases >= 1_000
    assert {"COVERAGE", "FUZZING", "STATEFUL_TESTING"} <= phases


def failures(event: events.ScenarioFinished) -> list[tuple[str, str, str]]:
    """The check that failed, what it says, and how to see it again."""
    return [
        (each.name, each.failure_info.failure.message, each.failure_info.code_sample)
        for checks in event.recorder.checks.values()
        for each in checks
        if each.failure_info is not None
    ]
