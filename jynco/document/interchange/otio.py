"""A cut as an OpenTimelineIO timeline: pictures, the clips' own sound, a track for each sound, texts as markers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from jynco.compose.joints import crosses
from jynco.document.interchange.cut import Cut, Reel, shown
from jynco.document.interchange.sequence import Black, Item, Joint, Strip, sequence
from jynco.model.storyboard import AudioLayer, Json, TransitionKind

if TYPE_CHECKING:
    import opentimelineio as otio

NAMESPACE: Final = "jynco"
PICTURES: Final = "Pictures"


def timeline(cut: Cut) -> otio.schema.Timeline:
    """The whole film, at its own rate, from zero."""
    return _Desk(cut).timeline()


class _Desk:
    """Where the parts of one timeline are made."""

    def __init__(self, cut: Cut) -> None:
        import opentimelineio

        self._otio = opentimelineio
        self._cut = cut
        self._rate = float(cut.timeline.rate.fraction)
        self._speeds = {clip.clip_id: clip.speed for clip in cut.board.clips}

    def timeline(self) -> otio.schema.Timeline:
        schema, cut = self._otio.schema, self._cut
        about = noted({"projectId": cut.board.project_id})
        made = schema.Timeline(plain(cut.title), global_start_time=self._time(0), metadata=about)
        made.tracks.extend(self._tracks())
        made.tracks.markers.extend(self._markers())
        return made

    def _tracks(self) -> Iterator[otio.schema.Track]:
        items = sequence(self._cut.timeline)
        kinds = self._otio.schema.TrackKind
        yield self._track(PICTURES, kinds.Video, [self._picture(item) for item in items])
        if any(reel.sound for reel in self._cut.reels.values()):
            heard = [self._heard(item) for item in items if not isinstance(item, Joint)]
            yield self._track("Sound of the clips", kinds.Audio, heard)
        for layer in self._cut.board.audio:
            yield self._track(layer.layer_id, kinds.Audio, list(self._layer(layer)))

    def _track(self, name: str, kind: str, children: list[otio.core.Composable]) -> otio.schema.Track:
        return self._otio.schema.Track(plain(name), children=children, kind=kind)

    def _picture(self, item: Item) -> otio.core.Composable:
        match item:
            case Strip():
                return self._strip(item)
            case Black():
                return self._gap(item.frames)
            case Joint():
                return self._joint(item)

    def _strip(self, strip: Strip) -> otio.schema.Clip:
        """``source_range`` begins in the film behind the clip, and lasts as long as it is seen."""
        speed, notes = self._speeds[strip.clip_id], self._cut.notes.get(strip.clip_id, {})
        clip = self._otio.schema.Clip(
            strip.clip_id,
            self._reference(self._cut.reels.get(strip.clip_id)),
            self._range(float(strip.first * speed), strip.frames),
            metadata=noted({"clipId": strip.clip_id, **notes}),
        )
        if speed != 1:
            clip.effects.append(self._otio.schema.LinearTimeWarp("speed", time_scalar=float(speed)))
        return clip

    def _heard(self, item: Strip | Black) -> otio.core.Composable:
        reel = self._cut.reels.get(item.clip_id) if isinstance(item, Strip) else None
        return (
            self._strip(item) if isinstance(item, Strip) and reel and reel.sound else self._gap(item.frames)
        )

    def _joint(self, joint: Joint) -> otio.schema.Transition:
        types = self._otio.schema.TransitionTypes
        plainly = joint.kind is TransitionKind.DISSOLVE or not (
            crosses(joint.kind) or (joint.before and joint.after)
        )
        return self._otio.schema.Transition(
            str(joint.kind),
            types.SMPTE_Dissolve if plainly else types.Custom,
            self._time(joint.before),
            self._time(joint.after),
            noted({"kind": str(joint.kind)}),
        )

    def _layer(self, layer: AudioLayer) -> Iterator[otio.core.Composable]:
        rate, film = self._cut.timeline.rate, self._cut.timeline.frames
        reel = self._cut.sounds.get(layer.source_file)
        start = min(rate.frames(layer.start_time), film)
        known = layer.duration or (reel.seconds if reel else None)
        frames = film - start if known is None else min(rate.frames(known), film - start)
        if start:
            yield self._gap(start)
        if frames > 0:
            notes: dict[str, Json] = {"layerId": layer.layer_id, "volume": layer.volume}
            name = PurePosixPath(layer.source_file).name
            yield self._otio.schema.Clip(
                plain(name), self._reference(reel), self._range(0, frames), metadata=noted(notes)
            )

    def _markers(self) -> Iterator[otio.schema.Marker]:
        for layer in self._cut.board.text:
            first, end = shown(layer, self._cut.timeline)
            if first < end:
                lasts = self._range(first, end - first)
                notes: dict[str, Json] = {"layerId": layer.layer_id, "content": layer.content}
                yield self._otio.schema.Marker(plain(layer.content), lasts, metadata=noted(notes))

    def _reference(self, reel: Reel | None) -> otio.core.MediaReference:
        """``MissingReference`` where nothing has been made yet."""
        if reel is None:
            return self._otio.schema.MissingReference()
        frames = self._cut.timeline.rate.frames(reel.seconds)
        return self._otio.schema.ExternalReference(reel.url, self._range(0, frames))

    def _gap(self, frames: int) -> otio.schema.Gap:
        return self._otio.schema.Gap(source_range=self._range(0, frames))

    def _range(self, start: float, frames: int) -> otio.opentime.TimeRange:
        return self._otio.opentime.TimeRange(self._time(start), self._time(frames))

    def _time(self, frames: float) -> otio.opentime.RationalTime:
        return self._otio.opentime.RationalTime(frames, self._rate)


def plain(text: str) -> str:
    """A name in one line, without what XML cannot carry."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def noted(notes: Mapping[str, Json]) -> dict[str, Json]:
    """Metadata under our own name. Whole numbers of more than 64 bits become text: OTIO has no room for them."""
    return {NAMESPACE: {name: _tame(value) for name, value in notes.items()}}


def _tame(value: Json) -> Json:
    match value:
        case dict():
            return {name: _tame(inner) for name, inner in value.items()}
        case list():
            return [_tame(inner) for inner in value]
        case int() if abs(value) >= 2**63:
            return str(value)
    return value
