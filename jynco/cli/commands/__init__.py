"""The commands, a file per kind."""

from __future__ import annotations

import click

from jynco.cli.commands import (
    bench,
    costs,
    documents,
    films,
    gc,
    interchange,
    jobs,
    keys,
    machine,
    queues,
    webhooks,
)


def register(group: click.Group) -> None:
    """Put every command where ``jynco --help`` shows it."""
    for command in (
        films.demo,
        films.render,
        documents.plan,
        documents.validate,
        machine.up,
        jobs.status,
        jobs.retry,
        jobs.edit,
        jobs.cancel,
        jobs.delete,
        interchange.export,
        interchange.take_in,
        interchange.unpack,
        costs.costs,
        keys.keys,
        queues.queues,
        webhooks.webhooks,
        gc.gc,
        machine.doctor,
        machine.db,
        bench.bench,
    ):
        group.add_command(command)
