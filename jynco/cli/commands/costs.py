"""``costs``: what was spent, what bought nothing, and budgets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from config.settings import read
from jynco.adapters.database.desk import TENANT_PATTERN, desk
from jynco.agents import accounts
from jynco.bootstrap import House
from jynco.cli import exits, options, remote
from jynco.cli.home import house
from jynco.cli.speech import Speech
from jynco.client import Client
from jynco.errors import UsageWrong
from jynco.model.ids import ProjectId, is_project_id
from jynco.model.money import Budget, Grain, Span
from jynco.model.storyboard import Json

ALL: Final = 1_000_000  # parts; a terminal has no pages
TENANT: Final = "tenant"  # or tenant:NAME
Report = dict[str, Json]


def _elsewhere(client: Client, speech: Speech, **asked: Any) -> int:
    """The same, from a Jynco elsewhere."""
    if asked["settle"] is not None:
        billed, paid = _finding(asked["billed"], asked["usd"])
        told = client.settle(asked["settle"], billed=billed, usd=None if paid is None else f"{paid:f}")
        return _answer(speech, told, _settled)
    if asked["set_budget"] is not None:
        place, usd = _wish(asked["set_budget"])
        if place not in {None, TENANT} and not is_project_id(str(place)):
            raise UsageWrong("Another tenant's budget is set on its own machine: leave --server away.")
        project = None if place == TENANT else place
        told = client.set_budget(
            project, None if usd is None else f"{usd:f}", allow_unpriced=asked["allow_unpriced"]
        )
        speech.answer(_budgeted(told), told)
        return exits.DONE
    words = {"projectId": asked["project"], "from": asked["since"], "to": asked["until"]}
    wanted = {name: word for name, word in words.items() if word}
    if asked["wasted"]:
        return _answer(speech, client.wasted(**wanted), _losses)
    return _answer(speech, client.costs(**wanted, by=",".join(_grains(asked["by"]))), _table)


@click.command()
@click.option(
    "--by",
    default=",".join(accounts.USUAL),
    show_default=True,
    metavar="WORDS",
    help="Told apart by some of project, clip, provider, model, day, tenant.",
)
@click.option("--project", metavar="PROJECT", help="Of this project only.")
@click.option("--from", "since", metavar="DAY", help="The first day (UTC), as 2026-11-01.")
@click.option("--to", "until", metavar="DAY", help="The last day (UTC).")
@click.option("--wasted", is_flag=True, help="The charges that bought nothing, each with its reason.")
@click.option(
    "--set-budget",
    nargs=2,
    metavar="PROJECT USD",
    help="The most PROJECT may ever cost, or 'tenant' (or tenant:NAME) in each month; 'none' takes it away.",
)
@click.option("--settle", type=click.IntRange(1), metavar="ATTEMPT", help="An unknown outcome was looked up:")
@click.option("--billed/--not-billed", default=None, help="With --settle: what the vendor's own list says.")
@click.option("--usd", metavar="USD", help="With --billed: how much (default: as estimated).")
@click.option("--allow-unpriced", is_flag=True, help="With --set-budget: also order what nobody prices.")
@options.common
@remote.instead(_elsewhere)
def costs(
    by: str,
    project: str | None,
    since: str | None,
    until: str | None,
    wasted: bool,
    set_budget: tuple[str, str] | None,
    settle: int | None,
    billed: bool | None,
    usd: str | None,
    allow_unpriced: bool,
    data: Path | None,
    as_json: bool,
) -> int:
    """What was spent, per project, clip, provider and day; and budgets, which are hard stops."""
    speech, settings = Speech.create(as_json), read(data=data)
    span, grains = _span(project, since, until), _grains(by)
    wish = None if set_budget is None else _wish(set_budget)
    finding = None if settle is None else _finding(billed, usd)
    with house(settings, speech) as home:
        if settle is not None and finding is not None:
            return _answer(speech, _settle(home, settle, *finding), _settled)
        if wish is not None:
            told = _set(home, *wish, allow_unpriced)
            speech.answer(_budgeted(told), told)
            return exits.DONE
        books = home.database.books
        if wasted:
            return _answer(speech, accounts.wasted(books, span, None, ALL), _losses)
        return _answer(speech, accounts.costs(books, grains, span, None, ALL), _table)


def _answer(speech: Speech, report: Report, text: Callable[[Mapping[str, Any]], str]) -> int:
    speech.answer(text(report), report)
    return exits.DONE


def _set(home: House, place: str, usd: Any, allow_unpriced: bool) -> Report:
    tenant = place.partition(":")[2]
    database = desk(home.database).of(tenant) if tenant else home.database
    project = None if place.partition(":")[0] == TENANT else ProjectId(place)
    database.books.set_budget(project, None if usd is None else Budget(usd, allow_unpriced))
    return accounts.budget(database.books, project, home.clock.now())


def _settle(home: House, attempt: int, billed: bool, usd: Decimal | None) -> Report:
    books, now = home.database.books, home.clock.now()
    return accounts.settle(books, attempt, billed=billed, usd=usd, by="This machine", now=now)


def _wish(asked: tuple[str, str]) -> tuple[str, Any]:
    place, usd = asked
    head, _, name = place.partition(":")
    known = head == TENANT and (name == "" or re.match(TENANT_PATTERN, name) is not None)
    if not known and not is_project_id(place):
        raise UsageWrong(f"--set-budget takes a project (proj_...), tenant or tenant:NAME; it is '{place}'.")
    return place, None if usd == "none" else options.dollars(usd, "--set-budget")


def _finding(billed: bool | None, usd: str | None) -> tuple[bool, Decimal | None]:
    """What was found out. UsageWrong where it is not said."""
    if billed is None or (usd is not None and not billed):
        raise UsageWrong("--settle wants --billed (and --usd, where it is known) or --not-billed.")
    return billed, options.dollars(usd, "--usd")


def _span(project: str | None, since: str | None, until: str | None) -> Span:
    if project is not None and not is_project_id(project):
        raise UsageWrong(f"'{project}' is not a project: projects are called proj_....")
    return Span(None if project is None else ProjectId(project), _day("--from", since), _day("--to", until))


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageWrong(f"{option} must be a day such as 2026-11-30; it is '{text}'.") from None


def _grains(text: str) -> tuple[Grain, ...]:
    try:
        return tuple(dict.fromkeys(Grain(word.strip()) for word in text.split(",")))
    except ValueError:
        raise UsageWrong(f"--by takes some of {', '.join(Grain)}, with commas; it is '{text}'.") from None


def _table(report: Mapping[str, Any]) -> str:
    names = [accounts.name(Grain(word)) for word in report["by"]]
    lines = [
        f"{'  '.join(str(part[name]) for name in names)}  {_usd(part['usd'])}" for part in report["items"]
    ]
    lines += [f"{room['of']}: {_usd(room['spentUsd'])} of {_usd(room['usd'])}" for room in report["budgets"]]
    unpriced = (
        f", and {report['unpriced']} attempts whose price nobody has told" if report["unpriced"] else ""
    )
    lines.append(
        f"{_usd(report['usd'])} in {report['attempts']} attempts ({_usd(report['reservedUsd'])} of it reserved, "
        f"{_usd(report['wastedUsd'])} for nothing){unpriced}"
    )
    return "\n".join(lines)


def _losses(report: Mapping[str, Any]) -> str:
    lines = [
        f"{loss['attemptId']}  {loss['createdAt']}  {loss['projectId']}  {loss['clipId']}  "
        f"{loss['provider']}:{loss['model']}  "
        f"{'?' if loss['usd'] is None else _usd(loss['usd'])}  {loss['reason']}  {loss['message'] or ''}".rstrip()
        for loss in report["items"]
    ]
    return "\n".join([*lines, f"{_usd(report['wastedUsd'])} for nothing, in {report['attempts']} attempts"])


def _settled(told: Mapping[str, Any]) -> str:
    return f"{told['clipId']} of {told['projectId']}: {told['message']}"


def _budgeted(told: Mapping[str, Any]) -> str:
    if told["usd"] is None:
        return f"no budget; {_usd(told['spentUsd'])} spent"
    return (
        f"{_usd(told['usd'])}, of which {_usd(told['spentUsd'])} is spent and {_usd(told['leftUsd'])} is left"
    )


def _usd(text: str) -> str:
    """An amount as people write it: in cents at least, and exactly."""
    amount = Decimal(text)
    exact = -int(amount.as_tuple().exponent)
    return f"${amount:.{max(exact, 2)}f}"
