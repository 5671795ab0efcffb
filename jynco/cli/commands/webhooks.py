"""``webhooks``: who is told what happens, from here or of a Jynco elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from config.settings import read
from jynco.agents import receivers
from jynco.cli import exits, options, remote
from jynco.cli.home import house
from jynco.cli.speech import Speech
from jynco.client import Client
from jynco.model.storyboard import Json
from jynco.model.webhooks import MOST, Topic
from workers import dispatch

DELIVERIES: Final = 1_000  # the newest; a terminal has no pages
Report = dict[str, Json]


@click.group()
def webhooks() -> None:
    """Addresses that are told what happens, signed as Standard Webhooks says."""


def _list_there(client: Client, speech: Speech, **_: Any) -> int:
    return _all(speech, client.webhooks.all(), _line)


@webhooks.command(name="list")
@options.common
@remote.instead(_list_there)
def list_(data: Path | None, as_json: bool) -> int:
    """Every webhook, without its secret."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        return _all(
            speech, [receivers.webhook(row) for row in home.database.webhooks.page(None, MOST)], _line
        )


def _add_there(client: Client, speech: Speech, **asked: Any) -> int:
    return _secret(speech, client.webhooks.add(asked["url"], asked["event"], asked["description"]))


@webhooks.command()
@click.argument("url")
@click.option(
    "--event",
    multiple=True,
    type=click.Choice([str(topic) for topic in Topic]),
    help="Of this only; may be given again. All events where none is named.",
)
@click.option("--description", default="", metavar="TEXT", help="For people.")
@options.common
@remote.instead(_add_there)
def add(url: str, event: tuple[str, ...], description: str, data: Path | None, as_json: bool) -> int:
    """Tell URL from now on. The secret that signs is shown once."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        made = home.herald.subscribe(url, [Topic(each) for each in event], description)
        return _secret(speech, receivers.webhook(made, with_secret=True))


def _rotate_there(client: Client, speech: Speech, **asked: Any) -> int:
    return _secret(speech, client.webhooks.rotate(asked["webhook"]))


@webhooks.command()
@click.argument("webhook")
@options.common
@remote.instead(_rotate_there)
def rotate(webhook: str, data: Path | None, as_json: bool) -> int:
    """A new secret for WEBHOOK; those before sign along for a day."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        return _secret(speech, receivers.webhook(home.herald.rotate(webhook), with_secret=True))


def _enable_there(client: Client, speech: Speech, **asked: Any) -> int:
    return _one(speech, client.webhooks.enable(asked["webhook"]))


@webhooks.command()
@click.argument("webhook")
@options.common
@remote.instead(_enable_there)
def enable(webhook: str, data: Path | None, as_json: bool) -> int:
    """Tell WEBHOOK again, after it was disabled."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        return _one(speech, receivers.webhook(home.database.webhooks.enable(webhook)))


def _delete_there(client: Client, speech: Speech, **asked: Any) -> int:
    client.webhooks.delete(asked["webhook"])
    return _deleted(speech, asked["webhook"])


@webhooks.command()
@click.argument("webhook")
@options.common
@remote.instead(_delete_there)
def delete(webhook: str, data: Path | None, as_json: bool) -> int:
    """Tell WEBHOOK nothing more."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        home.database.webhooks.delete(webhook)
    return _deleted(speech, webhook)


def _deliveries_there(client: Client, speech: Speech, **asked: Any) -> int:
    return _all(speech, client.webhooks.deliveries(asked["webhook"]), _message)


@webhooks.command()
@click.argument("webhook")
@options.common
@remote.instead(_deliveries_there)
def deliveries(webhook: str, data: Path | None, as_json: bool) -> int:
    """What WEBHOOK was told, the newest first."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        found = home.database.webhooks.deliveries(webhook, None, DELIVERIES)
        return _all(speech, [receivers.delivery(row) for row in found], _message)


def _replay_there(client: Client, speech: Speech, **asked: Any) -> int:
    return _sent(speech, client.webhooks.replay(asked["webhook"], asked["delivery"]))


@webhooks.command()
@click.argument("webhook")
@click.argument("delivery")
@options.common
@remote.instead(_replay_there)
def replay(webhook: str, delivery: str, data: Path | None, as_json: bool) -> int:
    """Send DELIVERY to WEBHOOK once more, under the same id."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        again = home.database.webhooks.replay(webhook, delivery)
        dispatch.announce()
        return _sent(speech, receivers.delivery(again))


def _all(speech: Speech, items: Sequence[Json], line: Any) -> int:
    speech.answer("\n".join(line(item) for item in items), {"items": [*items]})
    return exits.DONE


def _one(speech: Speech, told: Report) -> int:
    speech.answer(_line(told), told)
    return exits.DONE


def _secret(speech: Speech, told: Report) -> int:
    speech.say(f"{told['webhookId']} signs with this secret. Keep it now: it is not shown again.")
    speech.answer(str(told["secret"]), told)
    return exits.DONE


def _deleted(speech: Speech, webhook: str) -> int:
    speech.answer(f"{webhook} is told nothing more", {"webhookId": webhook, "deleted": True})
    return exits.DONE


def _sent(speech: Speech, told: Report) -> int:
    speech.answer(f"{told['deliveryId']} is sent once more", told)
    return exits.DONE


def _line(told: Report) -> str:
    state = "open" if told["enabled"] else f"disabled: {told['disabledReason']}"
    return f"{told['webhookId']}  {told['url']}  {state}"


def _message(told: Report) -> str:
    return f"{told['deliveryId']}  {told['event']:14} {told['state']}  {told['attempts']} attempts"
