"""What both databases say at a vendor's gate."""

from __future__ import annotations

from jynco.model.admission import Gate


def failing(gate: Gate, failures: int, reason: str) -> str:
    """Why nobody is let through now."""
    return f"{gate.name} is paused for a while, for it failed {failures} times in a row, the last time so: {reason}"


def probed(gate: Gate) -> str:
    """Why this one is not let through now."""
    return f"{gate.name} kept failing, and one clip tries it just now."


def full(gate: Gate) -> str:
    """Why this one waits in line."""
    return f"{gate.name} has no room just now."
