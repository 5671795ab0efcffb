"""Options that many commands take, and what they become."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from jynco.errors import NotFound, UsageWrong
from jynco.model.ids import ProjectId, is_project_id
from jynco.model.states import Lane, OnMissing

Command = TypeVar("Command", bound=Callable[..., Any])


def common(command: Command) -> Command:
    """``--data`` and ``--json``."""
    command = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="The data folder (default: JYNCO_DATA, or .jynco here).",
    )(command)
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(
        command
    )


def making(command: Command) -> Command:
    """How a film or clip is to be made."""
    command = click.option("--provider", help="Provider, or provider:model, for clips that name none.")(
        command
    )
    return click.option(
        "--priority",
        type=click.Choice([str(lane) for lane in Lane]),
        help="The lane (default: normal; previews: high).",
    )(command)


def policy(command: Command) -> Command:
    """What happens with clips that cannot be made."""
    return click.option(
        "--on-missing",
        type=click.Choice([str(policy) for policy in OnMissing]),
        help="A clip that cannot be made: no film (block, the default), its neighbour's still (hold), a card (slate), "
        "or left out (skip).",
    )(command)


def spending(command: Command) -> Command:
    """Money, and what people consent to."""
    return consent(
        click.option("--budget", metavar="USD", help="Make nothing when the plan costs more.")(command)
    )


def consent(command: Command) -> Command:
    """What is not done unless people say so."""
    command = click.option(
        "--failover-moderated",
        is_flag=True,
        help="Ask the next provider of a list for what the safety of the one before refused.",
    )(command)
    return click.option(
        "--pay-again", is_flag=True, help="Consent to a second bill after an unknown outcome."
    )(command)


def project(text: str) -> ProjectId:
    """A project's name. NotFound for what cannot be one."""
    if not is_project_id(text):
        raise NotFound(f"'{text}' is not a project: projects are called proj_....")
    return ProjectId(text)


def dollars(text: str | None, option: str = "--budget") -> Decimal | None:
    """An amount of money. UsageWrong names the option."""
    if text is None:
        return None
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise UsageWrong(f"{option} must be an amount in US dollars, such as 2.50; it is '{text}'.")
    return amount
