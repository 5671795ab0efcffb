"""``keys``: who may come in over HTTP."""

from __future__ import annotations

import re
from pathlib import Path

import click

from config.settings import read
from jynco.adapters.database import secret
from jynco.adapters.database.desk import LOCAL, TENANT_PATTERN, ApiKey, Scope, desk
from jynco.cli import exits, options
from jynco.cli.home import house
from jynco.cli.speech import Speech
from jynco.errors import UsageWrong
from jynco.model.storyboard import Json

MOST = 10_000


@click.group()
def keys() -> None:
    """API keys of the HTTP door."""


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice([str(scope) for scope in Scope]),
    default=str(Scope.SUBMIT),
    show_default=True,
    help="read: look; submit: make and change, too; admin: everything.",
)
@click.option("--tenant", default=LOCAL, show_default=True, help="Whose projects it opens.")
@options.common
def create(name: str, scope: str, tenant: str, data: Path | None, as_json: bool) -> int:
    """Make a key, called NAME. It is shown once, and kept nowhere."""
    speech = Speech.create(as_json)
    if not re.match(TENANT_PATTERN, tenant):
        raise UsageWrong(f"--tenant must be small letters, digits, - and _, at most 63; it is '{tenant}'.")
    with house(read(data=data), speech) as home:
        asked = ApiKey(f"key_{home.clock.token()}", name, tenant, Scope(scope))
        words = secret.fresh()
        made = desk(home.database).keys.add(asked, secret.hashed(words))
    speech.say(f"{made.key_id} may {made.scope} as {made.tenant}. Keep it now: it is not shown again.")
    speech.answer(words, {**_shown(made), "key": words})
    return exits.DONE


@keys.command(name="list")
@options.common
def list_(data: Path | None, as_json: bool) -> int:
    """Every key, without its secret."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        found = desk(home.database).keys.page(None, None, MOST)
    shown: list[Json] = [_shown(key) for key in found]
    speech.answer("\n".join(map(_line, found)), {"keys": shown})
    return exits.DONE


@keys.command()
@click.argument("key_id")
@options.common
def revoke(key_id: str, data: Path | None, as_json: bool) -> int:
    """Let nobody in by KEY_ID any more, from now on."""
    speech = Speech.create(as_json)
    with house(read(data=data), speech) as home:
        ended = desk(home.database).keys.revoke(key_id)
    speech.answer(f"{ended.key_id} opens nothing any more", _shown(ended))
    return exits.DONE


def _line(key: ApiKey) -> str:
    state = "revoked" if key.revoked_at else key.scope
    return f"{key.key_id}  {state:8}{key.tenant}  {key.name}"


def _shown(key: ApiKey) -> dict[str, Json]:
    return {
        "keyId": key.key_id,
        "name": key.name,
        "tenant": key.tenant,
        "scope": str(key.scope),
        "createdAt": key.created_at.isoformat() if key.created_at else None,
        "revokedAt": key.revoked_at.isoformat() if key.revoked_at else None,
    }
