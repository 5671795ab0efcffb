"""What people find out about an order whose outcome nobody knew, in the vendor's own list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from jynco.errors import Conflict, NotFound, UsageWrong
from jynco.model.jobs import Generation
from jynco.model.states import GenerationState

NOT_BILLED = "not_billed"  # the code of an attempt that was found to have cost nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an attempt was billed, and for how much: US dollars, ``None`` for as much as was estimated."""

    billed: bool
    by: str  # who says so
    at: datetime
    usd: Decimal | None = None

    def of(self, row: Generation) -> Generation:
        """The attempt as it stands from now on.

        Billed, it keeps its unknown outcome, so that nobody pays for it again without consent, and has its price; not
        billed, it has failed, cost nothing, and may be made anew. Conflict where its outcome is known; UsageWrong where
        nobody has a figure.
        """
        if row.state is not GenerationState.UNKNOWN:
            raise Conflict(
                f"Attempt {row.generation_id} is {row.state}: only unknown outcomes can be settled."
            )
        usd = self._charge(row)
        told = f"billed ${usd:f} for it" if self.billed else "did not bill it"
        words = f"{self.by} found on {self.at:%Y-%m-%d} that {row.provider} {told}. {row.error_message or ''}".strip()
        trace = {"settledBy": self.by, "settledAt": self.at.isoformat()}
        settled = replace(row, actual_usd=usd, error_message=words, details={**row.details, **trace})
        return (
            settled if self.billed else replace(settled, state=GenerationState.FAILED, error_code=NOT_BILLED)
        )

    def _charge(self, row: Generation) -> Decimal:
        if not self.billed:
            return Decimal(0)
        found = row.estimated_usd if self.usd is None else self.usd
        if found is None:
            raise UsageWrong(f"Nobody knows what attempt {row.generation_id} costs: say how much was billed.")
        return found


def missing(attempt_id: int) -> NotFound:
    """The sentence for an attempt that is not there."""
    return NotFound(
        f"There is no attempt {attempt_id}: 'jynco costs --wasted' and /v1/costs/wasted list them."
    )
