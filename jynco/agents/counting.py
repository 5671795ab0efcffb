"""What an agent fails at, counted where no row tells of it. Counting never keeps anybody from working."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from jynco.errors import JyncoError
from jynco.model.metrics import AGENT_RUNS, Tally
from jynco.model.states import JobState
from jynco.ports import Metrics

log: Final = logging.getLogger("jynco.metrics")


def counted(metrics: Metrics, *tallies: Tally) -> None:
    """Count these if that can be done now."""
    try:
        metrics.count(*tallies)
    except JyncoError as fault:
        log.warning("something was not counted: %s", fault.message)


@contextmanager
def failures(metrics: Metrics, agent: str) -> Iterator[None]:
    """Count what ends the block as this agent's failure, by its code."""
    try:
        yield
    except JyncoError as error:
        counted(metrics, AGENT_RUNS.tally(agent, JobState.FAILED, error.code))
        raise
