"""Webhooks: who is told what has happened, and what became of the telling."""

from __future__ import annotations

import re

from flask import Response
from flask.typing import ResponseReturnValue

from api import cursors, recalled
from api.answers import told
from api.errors import RequestInvalid
from api.routing import Answer, Routes
from api.schemas.asked import Page, PageAsked
from api.schemas.webhooks import (
    DeliveriesTold,
    DeliveryTold,
    Subscription,
    WebhookAsked,
    WebhooksTold,
    WebhookTold,
)
from api.views.webhooks import delivery, webhook
from jynco.adapters.database.desk import Scope
from jynco.errors import AddressRefused, Fault
from jynco.model.storyboard import Json
from jynco.model.webhooks import WEBHOOK_PATTERN
from workers import dispatch
from workers.house import house

routes = Routes(
    "webhooks",
    "Messages to an address of yours, one for each end of a clip and of a job, signed as Standard Webhooks says. "
    "They come at least once, under one `webhook-id`, and are tried again for a day.",
)
PATH = "/v1/webhooks/<webhook:webhook_id>"


@routes.route(
    "POST",
    "/v1/webhooks",
    body=WebhookAsked,
    answer=Answer(WebhookTold, 201, headers=("Location",)),
    errors=(400, 409, 415, 422),
    idempotent=True,
    scope=Scope.ADMIN,
)
def create_webhook(body: Subscription) -> ResponseReturnValue:
    """Be told what happens from now on

    The answer holds the secret that signs the messages: keep it, for it is told only now.
    """
    try:
        made = house().herald.subscribe(body.url, body.topics, body.description)
    except AddressRefused as error:
        raise RequestInvalid([Fault("/url", error.code, error.message)]) from None
    return recalled.subscribed(made)


@routes.route(
    "GET", "/v1/webhooks", query=PageAsked, answer=Answer(WebhooksTold), errors=(422,), scope=Scope.ADMIN
)
def list_webhooks(query: Page) -> ResponseReturnValue:
    """List webhooks, by id"""
    after = cursors.decode(query.cursor, _is_webhook) if query.cursor else None
    found = house().database.webhooks.page(after, query.limit + 1)
    items: list[Json] = [webhook(row) for row in found[: query.limit]]
    return told(
        {"items": items, "nextCursor": cursors.behind(found, query.limit, lambda row: row.webhook_id)}
    )


@routes.route("GET", PATH, answer=Answer(WebhookTold), errors=(404,), scope=Scope.ADMIN)
def get_webhook(webhook_id: str) -> ResponseReturnValue:
    """Look at a webhook"""
    return told(webhook(house().database.webhooks.get(webhook_id)))


@routes.route("DELETE", PATH, answer=Answer(status=204), errors=(404,), scope=Scope.ADMIN)
def delete_webhook(webhook_id: str) -> ResponseReturnValue:
    """Be told nothing more

    What it was told, and was still to be told, is forgotten.
    """
    house().database.webhooks.delete(webhook_id)
    return Response(status=204)


@routes.route(
    "POST",
    f"{PATH}/rotate",
    answer=Answer(WebhookTold),
    errors=(404, 409, 422),
    idempotent=True,
    scope=Scope.ADMIN,
)
def rotate_webhook(webhook_id: str) -> ResponseReturnValue:
    """Change the secret

    Messages are signed with both secrets for 24 hours, so that receivers can change over in their own time.
    """
    return recalled.rotated(house().herald.rotate(webhook_id))


@routes.route("POST", f"{PATH}/enable", answer=Answer(WebhookTold), errors=(404,), scope=Scope.ADMIN)
def enable_webhook(webhook_id: str) -> ResponseReturnValue:
    """Be told again

    A webhook is disabled when it answers 410, or nothing for three days. What it missed can be replayed.
    """
    return told(webhook(house().database.webhooks.enable(webhook_id)))


@routes.route(
    "GET",
    f"{PATH}/deliveries",
    query=PageAsked,
    answer=Answer(DeliveriesTold),
    errors=(404, 422),
    scope=Scope.ADMIN,
)
def list_deliveries(webhook_id: str, query: Page) -> ResponseReturnValue:
    """List what a webhook was told, the newest first

    With every attempt, for 30 days after its end.
    """
    after = int(cursors.decode(query.cursor, _is_number)) if query.cursor else None
    found = house().database.webhooks.deliveries(webhook_id, after, query.limit + 1)
    items: list[Json] = [delivery(row) for row in found[: query.limit]]
    return told(
        {"items": items, "nextCursor": cursors.behind(found, query.limit, lambda row: str(row.ordinal))}
    )


@routes.route(
    "POST",
    f"{PATH}/deliveries/<delivery:delivery_id>/replay",
    answer=Answer(DeliveryTold, 202),
    errors=(404, 409),
    scope=Scope.ADMIN,
)
def replay_delivery(webhook_id: str, delivery_id: str) -> ResponseReturnValue:
    """Tell it once more

    The same message under the same webhook-id, with a new timestamp and signature.
    """
    again = house().database.webhooks.replay(webhook_id, delivery_id)
    dispatch.announce()
    return told(delivery(again), 202)


def _is_webhook(text: str) -> bool:
    return re.match(WEBHOOK_PATTERN, text) is not None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
