"""What all vendors over HTTP have in common: a clip lies at an address, which may run out and be asked for anew."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.border import Border, Judge
from jynco.adapters.providers.download import Delivery
from jynco.errors import (
    CreditMissing,
    GenerationFailed,
    KeyRefused,
    Moderated,
    OutcomeUnknown,
    PollFailed,
    ProviderError,
    RequestRejected,
)
from jynco.model.motion import PollAnswer, PollState, Shot, Ticket
from jynco.ports import Watch

_MENDS: Final[dict[type[ProviderError], str]] = {
    GenerationFailed: "retry it, or choose another model",
    Moderated: "its safety system refused the prompt or the picture, so change the clip",
    CreditMissing: "add credit to the account, then retry",
    RequestRejected: "change the clip or its picture",
}


class Remote(ABC):
    """One vendor's half of the five verbs that does not depend on its protocol."""

    def __init__(
        self,
        label: str,
        account: Account,
        *,
        shedding: frozenset[int] = frozenset(),
        judge: Judge | None = None,
    ) -> None:
        """``label``: the vendor's name in sentences; the rest as for ``Border``."""
        self._label = label
        self._account = account
        self._border = Border(label, account, shedding=shedding, judge=judge)
        self._delivery = Delivery(label, account)

    @property
    @abstractmethod
    def _client(self) -> object:
        """What speaks to the vendor. KeyRefused where there is no key."""

    def prepare(self) -> None:
        """Load the vendor's library, which takes a second: a worker that dies meanwhile leaves no order in doubt."""
        with suppress(KeyRefused):  # the order says so, in its own attempt
            _ = self._client

    @abstractmethod
    def poll(self, shot: Shot, ticket: Ticket) -> PollAnswer:
        """How the order is doing. PollFailed when the vendor cannot say."""

    def collect(self, shot: Shot, image: Path | None, ticket: Ticket, target: Path, watch: Watch) -> None:  # noqa: ARG002
        """Downloads the clip, from a fresh address where the first has run out. As ``Delivery.bring``."""
        self._delivery.bring(ticket.details.get("url"), lambda: self._fresh(shot, ticket), target, watch)

    def find(self, shot: Shot, since: datetime) -> Ticket | None:  # noqa: ARG002 - most vendors keep no list
        """Never, where the vendor does not list orders."""
        return None

    def _fresh(self, shot: Shot, ticket: Ticket) -> str:
        answer = self.poll(shot, ticket)
        if answer.state is not PollState.SUCCEEDED:
            raise answer.error or PollFailed(
                f"{self._label} does not say where its clip lies; it is asked again."
            )
        return answer.details["url"]

    def _known(self, model: str, models: Iterable[str]) -> str:
        if model not in models:
            listed = ", ".join(models)
            raise RequestRejected(f"{self._label} has no model '{model}' here: choose one of {listed}.")
        return model

    def _price(self, shot: Shot) -> Decimal | None:
        """What an order costs by our list; None where it has no price."""
        rate, seconds = self._account.prices.get(shot.model), shot.rate.seconds(shot.frames)
        return None if rate is None else rate * seconds.numerator / seconds.denominator

    def _id(self, given: object) -> str:
        """An order's id. An answer without one was a yes all the same, so the outcome is unknown."""
        if not isinstance(given, str) or not given:
            raise OutcomeUnknown(
                f"{self._label} accepted a clip and did not say under which id, so it cannot be fetched and may be "
                "billed. Look at its own list, then retry with consent (--pay-again)."
            )
        return given

    def _refuse_options(self, shot: Shot) -> None:
        """RequestRejected where words are meant for a vendor that has none of its own."""
        if shot.options:
            raise RequestRejected(f"{self._label} has no options here; remove providerOptions.")

    def _failed(
        self, words: str, kind: type[ProviderError] = GenerationFailed, cost: Decimal | None = None
    ) -> PollAnswer:
        """An order that ended without a clip, with the vendor's own words and what a person can do about it."""
        mend = _MENDS.get(kind, _MENDS[GenerationFailed])
        error = kind(f"{self._label} could not make this clip ({words.rstrip('.')}): {mend}.")
        return PollAnswer(PollState.FAILED, actual_usd=cost, error=error)

    def _failed_in_words(self, words: str, refusals: Iterable[str]) -> PollAnswer:
        """The same, where nothing but words tells that a safety system refused: the ``refusals`` among them."""
        refused = any(word in words.lower() for word in refusals)
        return self._failed(words, Moderated if refused else GenerationFailed)

    def _delivered(self, url: object, cost: Decimal | None = None) -> PollAnswer:
        """Success at an address. A success without one is a failure that retrying may mend."""
        if isinstance(url, str) and url:
            return PollAnswer(PollState.SUCCEEDED, fraction=1.0, details={"url": url}, actual_usd=cost)
        return self._failed("it says that it did, and names no file", cost=cost)

    def _puzzling(self) -> PollFailed:
        return PollFailed(
            f"{self._label} answered in a way that this version does not know; it is asked again."
        )
