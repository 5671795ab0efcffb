"""Motion: one clip, from the shelf or from a provider, and never paid for twice."""

from jynco.agents.motion.agent import Motion
from jynco.agents.motion.held import Tools
from jynco.agents.motion.outcomes import failed, failure
from jynco.agents.motion.withdrawal import Withdrawal

__all__ = ["Motion", "Tools", "Withdrawal", "failed", "failure"]
