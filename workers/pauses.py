"""What waits, and what people may hold back: a queue's new jobs, or a provider's new orders.

What is held back is a row, so it survives restarts.
"""

from __future__ import annotations

from datetime import datetime

from jynco.agents.report import moment
from jynco.bootstrap import House
from jynco.errors import Conflict, NotFound, RequestRejected
from jynco.model.admission import PROVIDER, GateReport, Limits
from jynco.model.census import Line
from jynco.model.storyboard import Json
from workers import queues


def pause(house: House, name: str) -> dict[str, Json]:
    """Hold it back. NotFound, Conflict."""
    house.database.admission.pause(_known(house, name))
    return told(house, name)


def resume(house: House, name: str) -> dict[str, Json]:
    """Let it go on, if it was held back. NotFound, Conflict."""
    house.database.admission.resume(_known(house, name))
    return told(house, name)


def told(house: House, name: str) -> dict[str, Json]:
    """Whether it is held back, and since when."""
    return _told(name, house.database.admission.paused().get(name))


def lanes(house: House) -> list[dict[str, Json]]:
    """Every queue, in the order workers serve them: what waits there, since when, and whether it is held back.

    A lane's ``depth`` is its jobs that have not begun, by the rows; None for queues that are no lanes.
    """
    since, now = house.database.admission.paused(), house.clock.now()
    lines = {queues.name(line.kind, line.lane): line for line in house.database.jobs.census().lines}
    return [{**_told(name, since.get(name)), **_line(name, lines.get(name), now)} for name in queues.NAMES]


def providers(house: House) -> list[Json]:
    """How the providers are doing at which something runs, waits or fails, or that have limits or are held back."""
    since, limits = house.database.admission.paused(), house.ground.rules.limits
    reports = {f"{one.provider}:{one.model}": one for one in house.database.admission.report()}
    held = {name.removeprefix(PROVIDER) for name in since if name.startswith(PROVIDER)}
    return [
        {**_gate(reports.get(name), limits.get(name, Limits())), **_told(name, since.get(PROVIDER + name))}
        for name in sorted({*reports, *held, *limits})
    ]


def _known(house: House, name: str) -> str:
    if name in queues.PAUSABLE:
        return name
    if name in queues.NAMES:
        raise Conflict(
            f"{name} cannot be held back: what has begun goes on. Hold a lane, such as motion.low."
        )
    provider, _, model = name.removeprefix(PROVIDER).partition(":")
    if name.startswith(PROVIDER) and provider in house.ground.providers:
        try:
            house.ground.providers[provider].capabilities(model or None)
        except RequestRejected as error:
            raise NotFound(error.message) from None
        return name
    raise NotFound(
        f"There is no queue '{name}': choose one of {', '.join(queues.PAUSABLE)}, or {PROVIDER} and one of "
        f"{', '.join(sorted(house.ground.providers))}."
    )


def _told(name: str, since: datetime | None) -> dict[str, Json]:
    return {"name": name, "paused": since is not None, "pausedSince": moment(since)}


def _line(name: str, line: Line | None, now: datetime) -> dict[str, Json]:
    kind, _, lane = name.partition(".") if name in queues.PAUSABLE else (None, "", None)
    return {
        "kind": kind,
        "priority": lane,
        "depth": (line.waiting if line else 0) if kind else None,
        "oldestAt": moment(line.since if line else None),
        "ageSeconds": max(0.0, (now - line.since).total_seconds()) if line else 0.0,
    }


def _gate(report: GateReport | None, limits: Limits) -> dict[str, Json]:
    known = report or GateReport("", "")
    return {
        "running": known.running,
        "waiting": known.waiting,
        "failures": known.failures,
        "lastFailure": known.reason,
        "failingUntil": moment(known.open_until),
        "limits": {
            "concurrent": limits.concurrent,
            "perMinute": limits.per_minute,
            "perDay": limits.per_day,
        },
    }
