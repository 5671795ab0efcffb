"""The cut: a film from its segments. Only what is not on the shelf is encoded; the rest is copied."""

from jynco.agents.cutting.cutting import Cutting
from jynco.agents.cutting.reel import Note, Reel, Survey

__all__ = ["Cutting", "Note", "Reel", "Survey"]
