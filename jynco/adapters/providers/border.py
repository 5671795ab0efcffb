"""The border: what a vendor answers, or does not answer, becomes one of our own errors here and nowhere else.

The question at a submit is whether the vendor may have taken the order. Where nothing was sent, or the vendor says no,
it has not; where the line broke after sending, nobody knows, and the order must not be sent again by itself.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from jynco.adapters.providers.account import Account
from jynco.adapters.providers.wire import LONGEST_WAIT, answer_of, wait_of, words_of
from jynco.errors import (
    CreditMissing,
    JyncoError,
    KeyRefused,
    Moderated,
    NotAccepted,
    OrderGone,
    OutcomeUnknown,
    PollFailed,
    ProviderError,
    RateLimited,
    RequestRejected,
)

log = logging.getLogger("jynco.providers")

Judge = Callable[
    [int, str], type[ProviderError] | None
]  # an HTTP status and the vendor's words to what they mean

# Raised before the first byte of a request leaves this machine.
_UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_GONE: Final = frozenset({404, 410})  # of an order: it is not known there (any more)
_KNOWN: Final = {401: KeyRefused, 402: CreditMissing, 403: KeyRefused, 429: RateLimited}
_NO_CREDIT: Final = re.compile(
    r"(enough|insufficient|no|out of|exhausted)\s+(\w+\s+)?(credit|balance|fund)", re.I
)
# A prompt or picture that one vendor's safety refused is shown to no other unasked: rather too many words than too few,
_MODERATION: Final = re.compile(
    r"moderat|content[ _]policy|safety|nsfw|(?<!case.)sensitive|flagged|prohibited|blocked", re.I
)
# but an account that is blocked says nothing of the prompt.
_SHUT_OUT: Final = re.compile(
    r"\b(account|access|api[ _-]?key|ip|region|country|organi[sz]ation|workspace|billing|payment)\b"
    r"[^.;]{0,40}\b(blocked|flagged|prohibited|suspended|disabled|banned)\b",
    re.I,
)


class Border:
    """Translates for one vendor. ``shedding``: statuses it documents as "not taken, come back later"."""

    def __init__(
        self,
        vendor: str,
        account: Account,
        *,
        shedding: frozenset[int] = frozenset(),
        judge: Judge | None = None,
    ) -> None:
        self.vendor = vendor
        self._account = account
        self._shedding = shedding
        self._judge = judge

    @contextmanager
    def submitting(self) -> Iterator[None]:
        """Whatever goes wrong inside is sorted by one question: may the order have been taken?

        What was held back at the brink was not: that is raised on.
        """
        try:
            yield
        except ProviderError:
            raise
        except Exception as error:
            raise _held_back(error) or self._of_submit(
                error
            ) from None  # the chain below may hold the key's header

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Whatever goes wrong inside is PollFailed: the generation goes on, whether we hear of it or not.

        OrderGone where the vendor does not know it (any more); KeyRefused and CreditMissing where somebody has to
        mend the account before the vendor answers again.
        """
        try:
            yield
        except ProviderError:
            raise
        except Exception as error:
            raise self._of_look(error) from None

    @contextmanager
    def wishing(self) -> Iterator[None]:
        """What is asked inside may fail without harm; the log tells."""
        try:
            with self.looking():
                yield
        except ProviderError as error:
            log.warning("%s did not hear a wish: %s", self.vendor, error.message)

    def sort(self, status: int, words: str) -> type[ProviderError]:
        """What an HTTP status and the vendor's words mean for an order."""
        judged = self._judge(status, words) if self._judge else None
        if judged is not None:
            return judged
        if status in self._shedding:
            return NotAccepted
        if status in (400, 403, 422) and _NO_CREDIT.search(words):
            return CreditMissing
        if status in (400, 403, 422) and _MODERATION.search(words) and not _SHUT_OUT.search(words):
            return Moderated
        if status in _KNOWN:
            return _KNOWN[status]
        return RequestRejected if 400 <= status < 500 else OutcomeUnknown

    def _of_submit(self, error: BaseException) -> ProviderError:
        answer = answer_of(error)
        if answer is not None:
            return self._of_answer(answer)
        if isinstance(_cause(error), _UNSENT):
            return NotAccepted(f"{self.vendor} cannot be reached ({_kind(error)}); nothing was ordered.")
        return OutcomeUnknown(
            f"The line to {self.vendor} broke while it was asked for this clip ({_kind(error)}), so nobody knows "
            "whether it was accepted and billed. Look at its own list, then retry with consent (--pay-again)."
        )

    def _of_look(self, error: BaseException) -> ProviderError:
        answer = answer_of(error)
        if answer is None:
            return PollFailed(
                f"{self.vendor} could not say how a clip is doing ({_kind(error)}); it is asked again."
            )
        if self.sort(answer.status_code, words_of(answer, hide=self._account.key)) in (
            KeyRefused,
            CreditMissing,
        ):
            return self._of_answer(answer)
        gone = answer.status_code in _GONE
        return (OrderGone if gone else PollFailed)(
            f"{self.vendor} could not say how a clip is doing (HTTP {answer.status_code}); it is asked again.",
            retry_after=_capped(wait_of(answer)),
        )

    def _of_answer(self, answer: httpx.Response) -> ProviderError:
        words = words_of(answer, hide=self._account.key)
        sort = self.sort(answer.status_code, words)
        busy = issubclass(sort, NotAccepted)
        message = _SENTENCES[NotAccepted if busy else sort].format(
            vendor=self.vendor,
            variable=self._account.variable,
            status=answer.status_code,
            words=f", saying: {words}" if words else "",
        )
        asked = wait_of(answer) if busy else None
        if asked is not None and asked > LONGEST_WAIT:
            message += (
                f" It asks for {asked:.0f} s of patience; {LONGEST_WAIT:g} s are the most that is waited."
            )
        return sort(message, retry_after=_capped(asked))


_SENTENCES: Final[dict[type[ProviderError], str]] = {
    NotAccepted: "{vendor} is too busy to take this clip (HTTP {status}{words}); nothing was ordered.",
    RequestRejected: "{vendor} rejected the request for this clip (HTTP {status}{words}): change the clip.",
    Moderated: "{vendor} refuses this prompt or picture (HTTP {status}{words}): change the clip.",
    CreditMissing: "The account at {vendor} has no credit left (HTTP {status}{words}): add some, then retry.",
    KeyRefused: "{vendor} refused the key in {variable} (HTTP {status}): set a valid one, then retry.",
    OutcomeUnknown: "{vendor} answered HTTP {status}{words}, so nobody knows whether this clip was accepted and "
    "billed. Look at its own list, then retry with consent (--pay-again).",
}


def _held_back(error: BaseException | None) -> JyncoError | None:
    """What of our own kept the request from being sent, below what an SDK made of it."""
    while error is not None:
        if isinstance(error, JyncoError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _capped(asked: float | None) -> float | None:
    return None if asked is None else min(asked, LONGEST_WAIT)


def _cause(error: BaseException) -> BaseException:
    """The first HTTP error below what an SDK made of it; the error itself where there is none."""
    below: BaseException | None = error
    while below is not None and not isinstance(below, httpx.HTTPError):
        below = below.__cause__ or below.__context__
    return below or error


def _kind(error: BaseException) -> str:
    """What happened, in words. The exception's own may hold addresses and headers."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(_cause(error)).__name__).lower()
