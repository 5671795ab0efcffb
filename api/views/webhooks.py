"""Webhooks and their deliveries as people see them, with the addresses of what can be done."""

from __future__ import annotations

from api.views import links
from jynco.agents import receivers
from jynco.model.storyboard import Json
from jynco.model.webhooks import Delivery, Webhook


def webhook(row: Webhook, *, with_secret: bool = False) -> dict[str, Json]:
    """A receiver; its secret only where it is new."""
    own = links.webhook(row.webhook_id)
    told = receivers.webhook(row, with_secret=with_secret)
    return {**told, "links": {"self": own, "deliveries": f"{own}/deliveries"}}


def delivery(row: Delivery) -> dict[str, Json]:
    """A message with its attempts."""
    own = f"{links.webhook(row.webhook_id)}/deliveries/{row.delivery_id}"
    return {**receivers.delivery(row), "links": {"replay": f"{own}/replay"}}
