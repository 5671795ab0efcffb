"""Submitted to succeeded: one look at how the vendor is doing."""

from __future__ import annotations

from jynco.agents.motion.held import Held, dollars
from jynco.errors import (
    CreditMissing,
    GenerationFailed,
    KeyRefused,
    NotAccepted,
    OrderGone,
    PollFailed,
    ProviderError,
)
from jynco.model.motion import PollAnswer, PollState
from jynco.ports.tracing import span


def made(held: Held, *, stopped: bool = False) -> bool:
    """Whether the provider has made the clip. A provider that cannot say is asked again later.

    ``stopped``: it was told to stop, so an order that it does not know any more has ended.
    """
    try:
        with span("provider.poll", **held.facts) as told:
            answer = held.provider.poll(held.shot, held.ticket)
            told.note(state=str(answer.state), actual_usd=dollars(answer.actual_usd))
    except OrderGone as error:
        if stopped:
            raise held.ended(_forgotten(held)) from None
        return held.patient(error)
    except (PollFailed, NotAccepted) as error:
        return held.patient(error)
    except (KeyRefused, CreditMissing):
        raise
    except ProviderError as error:
        raise held.ended(error) from None
    return _understood(held, answer)


def _forgotten(held: Held) -> GenerationFailed:
    return GenerationFailed(
        f"{held.row.provider} has deleted the order and tells nothing of it any more; its estimate is counted."
    )


def _understood(held: Held, answer: PollAnswer) -> bool:
    if answer.state is PollState.FAILED:
        unsaid = GenerationFailed(f"{held.row.provider} could not make this clip.")
        raise held.ended(answer.error or unsaid, answer.actual_usd)
    if answer.state is not PollState.SUCCEEDED:
        return held.patient(queued=answer.state is PollState.WAITING)
    held.made(answer)
    return True
