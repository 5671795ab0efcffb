"""Motion: one clip, from the shelf or from a provider, and never paid for twice."""

from jynco.agents.motion.agent import Motion
from jynco.agents.motion.outcomes import failed, failure

__all__ = ["Motion", "failed", "failure"]
