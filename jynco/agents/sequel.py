"""Going on from where a clip ends: its last frame becomes the picture that the next one begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from jynco.agents.quartermaster import Quartermaster
from jynco.agents.storyboard import StoryboardKeeper
from jynco.document.clips import is_footage
from jynco.errors import Conflict, NotFound, StaleRevision
from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import Project
from jynco.model.storyboard import Document
from jynco.ports import Clock

TRIES: Final = 5
KEPT: Final = ("motionPrompt", "duration", "provider", "model")  # of a clip, by the one that goes on from it


@dataclass(frozen=True, slots=True)
class Sequel:
    """The clip that goes on, the picture it begins with, and the storyboard in which it does."""

    project: Project
    clip_id: ClipId
    source_image: str


class Continuing:
    """Makes clips begin where others end."""

    def __init__(self, keeper: StoryboardKeeper, quartermaster: Quartermaster, clock: Clock) -> None:
        self._keeper = keeper
        self._quartermaster = quartermaster
        self._clock = clock

    def after(self, project_id: ProjectId, clip_id: ClipId, *, insert: bool = False) -> Sequel:
        """Begin the next clip with this one's last frame; a clip that is not there yet, or ``insert``, is put in.

        NotFound for the clip; Conflict while it has no film. AssetRefused, MediaFailed, MediaTimeout.
        """
        picture = self._quartermaster.last_frame(
            project_id, self._quartermaster.file(project_id, self._film(project_id, clip_id))
        )
        for _ in range(TRIES):
            project = self._keeper.current(project_id)
            document, sequel = self._told(project.document, clip_id, picture, insert=insert)
            try:
                return Sequel(self._keeper.replace(project_id, document, project.revision), sequel, picture)
            except StaleRevision:
                continue
        raise Conflict(f"'{project_id}' is being changed all the time: try this again.")

    def _film(self, project_id: ProjectId, clip_id: ClipId) -> str:
        clips = _clips(self._keeper.published(project_id))
        source = clips[_place(clips, clip_id)].get("sourceFile")
        if isinstance(source, str) and source:
            return source
        raise Conflict(f"Clip '{clip_id}' has no film yet, so it has no last frame: make it first.")

    def _told(
        self, document: Document, clip_id: ClipId, picture: str, *, insert: bool
    ) -> tuple[Document, ClipId]:
        clips = _clips(document)
        place = _place(clips, clip_id)
        if insert or place + 1 == len(clips) or is_footage(clips[place + 1]):
            clips.insert(place + 1, self._new(clips[place]))
            clips = [_untimed(clip) for clip in clips]
        clips[place + 1] = {**clips[place + 1], "sourceImage": picture}
        return {**document, "timeline": [*clips]}, ClipId(str(clips[place + 1]["clipId"]))

    def _new(self, before: Document) -> Document:
        told: Document = {name: before[name] for name in KEPT if name in before}
        return {"clipId": f"clip_{self._clock.token()[-8:]}", "status": "pending", **told}


def _clips(document: Document) -> list[Document]:
    timeline = document["timeline"]
    return [clip for clip in timeline if isinstance(clip, dict)] if isinstance(timeline, list) else []


def _untimed(clip: Document) -> Document:
    """Times of the old order would tear black holes, or overlap."""
    return {name: value for name, value in clip.items() if name != "startTime"}


def _place(clips: list[Document], clip_id: ClipId) -> int:
    for place, clip in enumerate(clips):
        if clip.get("clipId") == clip_id:
            return place
    raise NotFound(f"There is no clip '{clip_id}' any more.")
