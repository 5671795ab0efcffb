"""Webhooks are delivered. Rung when a film has ended or was cancelled, and by the sweeper."""

from __future__ import annotations

from workers.app import app
from workers.courier import courier


@app.task(name="webhooks.deliver", shared=False, ignore_result=True)
def deliver() -> None:
    """Have this process's courier look at what is owed. It waits for nobody, and may be rung as often as one likes."""
    courier.ring()
