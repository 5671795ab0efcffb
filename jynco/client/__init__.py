"""Jynco from somewhere else: a client of its HTTP API. It knows only what both sides share, model and errors."""

from jynco.client.client import Client, Progress

__all__ = ["Client", "Progress"]
