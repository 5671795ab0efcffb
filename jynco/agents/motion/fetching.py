"""Succeeded to the shelf: the clip is brought, decoded whole, looked at, and kept if it is a clip."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from jynco.agents.motion.held import Held
from jynco.agents.motion.quality import described, refusal
from jynco.agents.motion.sending import Picture
from jynco.errors import (
    AssetRefused,
    CreditMissing,
    KeyRefused,
    MediaFailed,
    NotAccepted,
    PollFailed,
    ProviderError,
    QualityRefused,
)
from jynco.model.media import Look
from jynco.ports import Watch
from jynco.ports.tracing import span

log: Final = logging.getLogger("jynco.motion")


def fetched(held: Held, picture: Picture, watch: Watch) -> str | None:
    """What came, in words; it is on the shelf now. None: the download broke off, and is tried again later."""
    try:
        # Whoever bills has the picture already; only those that film here need it (again).
        with nullcontext() if held.billable else picture() as image:
            return _fetch(held, image, watch)
    except (PollFailed, NotAccepted) as error:
        held.patient(error)
        return None
    except (KeyRefused, CreditMissing):
        raise
    except (ProviderError, AssetRefused) as error:
        raise held.ended(error) from None


def _fetch(held: Held, image: Path | None, watch: Watch) -> str:
    quartermaster = held.tools.quartermaster
    with quartermaster.scratch() as folder:
        target = folder / "clip.mp4"

        def judged(look: Look) -> None:
            _judge(held, look)
            watch.check()  # who slept past the lease, and was overtaken, keeps nothing

        try:
            with span("provider.collect", **held.facts):
                held.provider.collect(held.shot, image, held.ticket, target, watch)
            said = described(quartermaster.keep_clip(held.shot.key, target, judged))
        except (MediaFailed, AssetRefused) as error:
            log.warning("a clip was refused: %s", error.message)
            raise QualityRefused(
                f"What {held.row.provider} delivered is not a whole film: retry the clip."
            ) from error
    quartermaster.prepare(held.shot)
    return said


def _judge(held: Held, look: Look) -> None:
    why = refusal(held.shot, look, held.provider.capabilities(held.shot.model))
    if why is not None:
        log.warning("a clip of %s was refused: it %s", held.row.provider, why)
        raise QualityRefused(
            f"What {held.row.provider} delivered {why}: retry the clip, or change its prompt."
        )
