"""What one step of a motion job leads to. ``workers/base`` turns it into a wait, a retry or a result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from jynco.errors import ProviderError
from jynco.model.jobs import Failure, Outcome


@dataclass(frozen=True, slots=True)
class Finished:
    """The job has ended, well or badly."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing to do until the provider, or another worker with the same clip, has gone on.

    ``seconds``: no use in looking sooner; None: the usual while between two looks. ``begun`` False: nothing was
    ordered, so it waits where new jobs do, and lets them in among those that wait. ``why``: what people may want to
    know of it, or mend.
    """

    seconds: float | None = None
    begun: bool = True
    why: Failure | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider did not take the request; nothing is owed, and it may be asked again."""

    error: ProviderError


Step: TypeAlias = Finished | Waiting | Refused
