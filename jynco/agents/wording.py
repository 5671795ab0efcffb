"""From a shot back to the words that ask for it: what a clip must say so that the plan comes to the same key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TypeAlias

from jynco.agents.motion.outcomes import shot_of
from jynco.model.jobs import Job
from jynco.model.motion import Shot
from jynco.model.storyboard import Document, Json

Words: TypeAlias = Mapping[str, Json]  # a merge patch of one clip: None takes a field out


def candidates(clip: Document, job: Job) -> Iterator[Words]:
    """The changes to try in turn, the smallest first: who makes it and how long it is are changed only if need be."""
    shot = shot_of(job)
    seconds = shot.rate.seconds(shot.frames)
    said = _said(clip, shot, job.image)
    maker: Words = {"provider": f"{shot.provider}:{shot.model}", "model": None}
    length: Words = {"duration": float(seconds)}
    for timed, named in product((False, True), (False, True)):
        yield {**said, **(maker if named else {}), **(length if timed else {})}


def _said(clip: Document, shot: Shot, image: str | None) -> Words:
    """Fields that would only be empty are taken out, so that documents stay as small as people wrote them."""
    return {
        "motionPrompt": shot.prompt or None,
        "negativePrompt": shot.negative_prompt or None,
        "seed": shot.seed,
        "sourceImage": image,
        "providerOptions": _replaced(clip.get("providerOptions"), shot.options),
    }


def _replaced(before: Json, after: Mapping[str, Json]) -> Json:
    """A merge patch that leaves ``after`` alone of ``before``."""
    gone = dict.fromkeys(before if isinstance(before, dict) else {})
    return {**gone, **after} if after else None
