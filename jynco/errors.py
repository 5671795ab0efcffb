"""One tree of errors. Each says what happened, and whether the same thing may be tried again.

*Whether* is decided here and nowhere else; *when* is decided in ``workers/base.py``; how a door words it
(an exit code, an HTTP status) is a table at that door.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class JyncoError(Exception):
    """Anything Jynco reports to a person: one sentence, with the place and the mend."""

    code = "error"
    retryable = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after  # seconds; only meaningful when retryable


# --- what people sent -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a document. ``pointer`` is an RFC 6901 JSON Pointer ("" is the whole document)."""

    pointer: str
    code: str
    detail: str


class DocumentInvalid(JyncoError):
    """The storyboard cannot be used; ``faults`` lists every reason, each with its place."""

    code = "document_invalid"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        more = f" (and {len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
        super().__init__(f"{first.pointer or '/'}: {first.detail}{more}")


class NotJson(JyncoError):
    """The bytes are not JSON at all."""

    code = "not_json"


class UsageWrong(JyncoError):
    """A command or call was put together wrongly."""

    code = "usage"


class NotFound(JyncoError):
    """No such project, clip, job or file (or it belongs to somebody else)."""

    code = "not_found"


class Conflict(JyncoError):
    """It exists already, or its state does not allow this."""

    code = "conflict"


class StaleRevision(Conflict):
    """The document was changed by somebody else since it was read."""

    code = "stale_revision"


class PathRefused(JyncoError):
    """A path leaves its project, or cannot be a path."""

    code = "path_refused"


class AssetRefused(JyncoError):
    """A picture, sound or film that people gave is missing or cannot be used."""

    code = "asset_refused"


class AddressRefused(JyncoError):
    """An address that people gave is not one we may ask: it is not public, or not encrypted."""

    code = "address_refused"


class AddressFailed(JyncoError):
    """An address that people gave does not answer as it should."""

    code = "address_failed"


class LimitExceeded(JyncoError):
    """Larger, longer or more than this installation allows."""

    code = "limit_exceeded"


class QuotaExceeded(JyncoError):
    """A tenant has as much as it may have."""

    code = "quota_exceeded"


class ConsentNeeded(Conflict):
    """Going on might pay twice; the user has to say so first."""

    code = "consent_needed"


class BudgetExceeded(JyncoError):
    """The price is over the budget; nothing was spent."""

    code = "budget_exceeded"


# --- the machine ------------------------------------------------------------------------------------


class ServiceAway(JyncoError):
    """The database, the broker, the storage or the workers cannot be reached now."""

    code = "service_away"
    retryable = True


class Busy(ServiceAway):
    """Somebody else holds what was asked for, and will let go of it."""


class StorageFull(ServiceAway):
    """No space, or no permission to write."""

    code = "storage_full"


class LeaseLost(JyncoError):
    """Somebody else owns this job now; this worker must change nothing more."""

    code = "lease_lost"


class MediaFailed(JyncoError):
    """FFmpeg could not read or make a film; its own words are in the log."""

    code = "media_failed"


class MediaTimeout(MediaFailed):
    """FFmpeg ran past its deadline."""

    code = "media_timeout"
    retryable = True


class MissingClips(JyncoError):
    """Clips are missing and the policy is to make no film without them."""

    code = "missing_clips"


class Cancelled(JyncoError):
    """Somebody cancelled the job."""

    code = "cancelled"


# --- providers: every vendor's error is translated into one of these at the leaf ----------------------


class ProviderError(JyncoError):
    """A generation did not succeed at a provider."""

    code = "provider_failed"


class NotAccepted(ProviderError):
    """The provider did not take the request (busy, rate limited, unreachable before sending): nothing is owed."""

    code = "not_accepted"
    retryable = True


class RateLimited(NotAccepted):
    """The provider is well and asks for patience. It counts as a refusal, and not as a fault of the provider."""


class RequestRejected(ProviderError):
    """The provider says the request itself is wrong; the same request will be refused again."""

    code = "request_rejected"


class Moderated(ProviderError):
    """The provider's safety system refused the prompt or the picture."""

    code = "moderated"


class CreditMissing(ProviderError):
    """The account at the provider has no credit left."""

    code = "no_credit"


class KeyRefused(ProviderError):
    """The provider's key is missing or wrong."""

    code = "key_refused"


class OutcomeUnknown(ProviderError):
    """The request may or may not have been accepted, and so billed; it is never sent again without consent."""

    code = "outcome_unknown"


class PollFailed(ProviderError):
    """The provider could not say how a generation is doing; the generation itself goes on."""

    code = "poll_failed"
    retryable = True


class OrderGone(PollFailed):
    """The provider does not know this generation (any more): deleted there, or not listed yet."""


class GenerationFailed(ProviderError):
    """The provider accepted the request and could not make the clip."""

    code = "generation_failed"


class QualityRefused(ProviderError):
    """What the provider delivered is not a usable clip."""

    code = "quality"


class GaveUp(ProviderError):
    """The provider did not finish within the configured time."""

    code = "gave_up"
