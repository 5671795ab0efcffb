"""The storyboard keeper: the only writer of storyboard state."""

from jynco.agents.storyboard.keeper import StoryboardKeeper

__all__ = ["StoryboardKeeper"]
