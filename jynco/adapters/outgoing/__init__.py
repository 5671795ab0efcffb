"""Requests to addresses that strangers named, such as webhooks and pictures. The one place that sends them."""

from jynco.adapters.outgoing.address import Rules
from jynco.adapters.outgoing.client import Outgoing

__all__ = ["Outgoing", "Rules"]
