"""What both databases say: at a vendor's gate first."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from jynco.errors import Conflict, NotFound
from jynco.model.admission import Gate
from jynco.model.ids import ProjectId
from jynco.model.versions import KEPT as VERSIONS
from jynco.model.webhooks import KEPT, MOST, Webhook


def failing(gate: Gate, failures: int, reason: str) -> str:
    """Why nobody is let through now."""
    return f"{gate.name} is paused for a while, for it failed {failures} times in a row, the last time so: {reason}"


def probed(gate: Gate) -> str:
    """Why this one is not let through now."""
    return f"{gate.name} kept failing, and one clip tries it just now."


def full(gate: Gate) -> str:
    """Why this one waits in line."""
    return f"{gate.name} has no room just now."


# --- of versions ---------------------------------------------------------------------------------------


def missing_version(project_id: ProjectId, revision: int) -> NotFound:
    """For a version that is not kept (any more)."""
    return NotFound(f"Version {revision} of '{project_id}' is not kept: the last {VERSIONS} are.")


# --- of files on their way ------------------------------------------------------------------------------

UPLOAD_KEPT: Final = timedelta(days=1)  # so long after its end an upload that came is told of once more


def unknown_upload(upload_id: str) -> NotFound:
    """For a file that nobody waits for, or not any more."""
    return NotFound(f"There is no upload {upload_id}, or its time is over: begin another.")


# --- and of webhooks ----------------------------------------------------------------------------------


def unknown_webhook(webhook_id: str) -> NotFound:
    """For a receiver that is not there."""
    return NotFound(f"There is no webhook {webhook_id}; list them to see those there are.")


def unknown_delivery(delivery_id: str) -> NotFound:
    """For a delivery that is not there."""
    return NotFound(f"There is no delivery {delivery_id}; ended ones are kept for {KEPT.days} days.")


def too_many_webhooks() -> Conflict:
    """For one receiver more than a tenant may have."""
    return Conflict(f"There are {MOST} webhooks already: delete one first.")


def disabled(webhook: Webhook) -> Conflict:
    """For a replay that nobody would deliver."""
    return Conflict(f"{webhook.webhook_id} is disabled ({webhook.disabled_reason}): enable it first.")
