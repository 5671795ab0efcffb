"""Vendors are told to stop what nobody wants any more. Rung when a job is cancelled, and by the sweeper."""

from __future__ import annotations

import os
import socket
import uuid

from jynco.agents.counting import counted
from jynco.model.metrics import SWEEPER
from workers.app import app
from workers.house import house


@app.task(name="motion.withdraw", shared=False, ignore_result=True)
def withdraw() -> None:
    """One round over the attempts whose jobs were cancelled or deleted. Safe to run twice at once."""
    here = house()
    looked_at = here.withdrawal.sweep(f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}")
    if looked_at:
        counted(here.database.metrics, SWEEPER.tally("withdraw", amount=float(looked_at)))
