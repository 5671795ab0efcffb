"""The quartermaster: every byte that is kept. Decides *whether* something has to be made again."""

from jynco.agents.quartermaster.quartermaster import Quartermaster

__all__ = ["Quartermaster"]
