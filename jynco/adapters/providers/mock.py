"""A provider for those who build on Jynco: cards instead of films, late or failing when a clip asks for it.

Its state lives in the ticket and, where a folder is given, in small files, so that it holds across processes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from jynco.adapters.providers.frame import check_frame
from jynco.adapters.providers.tally import Tally
from jynco.errors import (
    CreditMissing,
    GenerationFailed,
    KeyRefused,
    Moderated,
    NotAccepted,
    OutcomeUnknown,
    PollFailed,
    ProviderError,
    QualityRefused,
    RequestRejected,
)
from jynco.model.motion import Capabilities, PollAnswer, PollState, Shot, Ticket
from jynco.model.storyboard import Json
from jynco.ports import Clock, Watch

_VERSION: Final = "1"  # another number whenever other pixels come out

# Where each failure shows itself: the request, the generation, the answers about it, or the clip.
_AT_SUBMIT: Final[Mapping[str, Callable[[], ProviderError]]] = {
    "moderated": lambda: Moderated("The mock was told to refuse this prompt."),
    "rejected": lambda: RequestRejected("The mock was told to reject this request."),
    "not_accepted": lambda: NotAccepted("The mock was told to be busy; try again."),
    "no_credit": lambda: CreditMissing("The mock was told to have no credit."),
    "key": lambda: KeyRefused("The mock was told to refuse its key."),
}
_LATER: Final = ("unknown", "generation", "quality", "poll")


@dataclass(frozen=True, slots=True)
class _Options:
    latency: float = 0.0  # seconds from submit to success
    fail: str | None = None
    times: int | None = None  # how often to fail per shot; None: always
    text: str | None = None  # on the card instead of the prompt


class Mock:
    """Makes a card that names the clip; a clip's ``providerOptions`` make it late, or make it fail."""

    name = "mock"

    def __init__(
        self,
        clock: Clock,
        *,
        folder: Path | None = None,
        billable: bool = False,
        usd_per_second: Decimal = Decimal("0.05"),
    ) -> None:
        """``folder`` keeps the counts of failures and ``bills.jsonl``, one line per accepted request."""
        self._clock = clock
        self._folder = folder
        self._billable = billable
        self._price = usd_per_second if billable else Decimal(0)
        self._tally = Tally(folder)

    def capabilities(self, model: str | None) -> Capabilities:
        """There is one model, "mock"; RequestRejected for any other."""
        if model not in (None, self.name):
            raise RequestRejected(f"The mock has no model {model!r}; leave the model away.")
        return Capabilities(
            provider=self.name,
            model=self.name,
            model_version=_VERSION,
            text_to_video=True,
            billable=self._billable,
            usd_per_second=self._price,
            seconds_per_second=0.2,
        )

    def prepare(self) -> None:
        """Nothing: it is here already."""

    def submit(self, shot: Shot, image: Path | None) -> Ticket:  # noqa: ARG002 - a card needs no picture
        """A new ticket and a bill, or the failure that the clip asks for (``unknown`` is billed too)."""
        check_frame(shot, "The mock")
        options = _parse(shot.options)
        failure = options.fail if options.fail != "poll" and self._is_due(shot, options) else None
        if failure is not None and failure in _AT_SUBMIT:
            raise _AT_SUBMIT[failure]()
        ticket = self._accepted(shot, options, failure)
        if failure == "unknown":
            raise OutcomeUnknown("The mock was told to lose its answer; the request may have been accepted.")
        return ticket

    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:
        """Running until the latency is over, then the end that the ticket foretells."""
        options, now = _parse(shot.options), self._clock.now()
        if options.fail == "poll" and self._is_due(shot, options):
            raise PollFailed("The mock was told not to answer; ask again.")
        ready = datetime.fromisoformat(ticket.details["readyAt"])
        if now < ready:
            left = (ready - now).total_seconds() / max(options.latency, 1e-9)
            return PollAnswer(PollState.RUNNING, fraction=min(max(1 - left, 0.0), 1.0))
        if ticket.details.get("fail") == "generation":
            return PollAnswer(
                PollState.FAILED, error=GenerationFailed("The mock was told to fail this clip.")
            )
        return PollAnswer(PollState.SUCCEEDED, fraction=1.0, actual_usd=ticket.estimated_usd)

    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None:  # noqa: ARG002
        """The card as an mp4. QualityRefused when the clip asks for it; else as the camera's."""
        # NumPy and OpenCV are loaded only where something is filmed.
        from jynco.adapters.providers.card import film_card

        if ticket.details.get("fail") == "quality":
            raise QualityRefused("The mock was told to deliver a clip that cannot be used.")
        film_card(shot, _parse(shot.options).text or shot.prompt, target, watch)

    def cancel(self, ticket: Ticket) -> None:
        """Nothing runs that could be cancelled."""

    def find(self, shot: Shot, since: datetime) -> Ticket | None:  # noqa: ARG002 - like most vendors, it keeps no list
        """Never."""
        return None

    def _is_due(self, shot: Shot, options: _Options) -> bool:
        """Whether to fail this time; asking counts."""
        return options.fail is not None and (
            options.times is None or self._tally.count(f"{shot.key}-{options.fail}") <= options.times
        )

    def _accepted(self, shot: Shot, options: _Options, failure: str | None) -> Ticket:
        ready = self._clock.now() + timedelta(seconds=options.latency)
        details = {"readyAt": ready.isoformat()} | ({"fail": failure} if failure in _LATER else {})
        seconds = shot.rate.seconds(shot.frames)
        price = self._price * seconds.numerator / seconds.denominator
        ticket = Ticket(f"mock-{self._clock.token()}", details, estimated_usd=price)
        self._bill(shot, ticket)
        return ticket

    def _bill(self, shot: Shot, ticket: Ticket) -> None:
        """One write to a file opened for appending: lines of several processes never mix."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        line = {"key": shot.key, "task": ticket.task_id, "usd": str(ticket.estimated_usd)}
        line["at"] = self._clock.now().isoformat()
        file = os.open(self._folder / "bills.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, (json.dumps(line) + "\n").encode())
        finally:
            os.close(file)


def _parse(options: Mapping[str, Json]) -> _Options:
    """RequestRejected names the option that is unknown or of the wrong kind."""
    match dict(options):
        case {"latency": bool()} | {"times": bool()}:
            pass
        case dict() as given if set(given) <= {"latency", "fail", "times", "text"}:
            parsed = _typed(given.get("latency", 0), given.get("fail"), given.get("times"), given.get("text"))
            if parsed is not None:
                return parsed
    failures = ", ".join((*_AT_SUBMIT, *_LATER))
    raise RequestRejected(
        "The mock's options are latency (seconds), fail (one of "
        f"{failures}), times (a whole number above 0) and text; this clip has {json.dumps(dict(options))}."
    )


def _typed(latency: Json, fail: Json, times: Json, text: Json) -> _Options | None:
    if not isinstance(latency, int | float) or not 0 <= latency < 1e6:
        return None
    if not (fail is None or isinstance(fail, str)) or not (text is None or isinstance(text, str)):
        return None
    if not (times is None or (isinstance(times, int) and times > 0)):
        return None
    if fail is not None and fail not in (*_AT_SUBMIT, *_LATER):
        return None
    return _Options(float(latency), fail, times, text)
