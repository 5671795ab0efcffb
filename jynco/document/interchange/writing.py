"""A cut in each form. Adapters warn about the Python they were written for, which is nobody's business here."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from jynco.document.interchange import captions
from jynco.document.interchange.cut import Cut
from jynco.document.interchange.forms import Form
from jynco.document.interchange.otio import NAMESPACE, timeline
from jynco.errors import UsageWrong

if TYPE_CHECKING:
    import opentimelineio as otio

TIMECODE: Final = (24, 25, 30, 48, 50, 60)  # frames per second that a timecode can count
EFFECTS: Final = {  # Final Cut's names; whatever is not among them it would not know either
    "dissolve": ("Cross Dissolve", "Dissolve"),
    "fade": ("Cross Dissolve", "Dissolve"),
    "wipe": ("Edge Wipe", "Wipe"),
}


def written(cut: Cut, form: Form) -> bytes:
    """The file. UsageWrong where the form cannot say what the film is."""
    return _WRITERS[form](cut).encode()


def _otio_json(cut: Cut) -> str:
    return str(timeline(cut).to_json_string()) + "\n"


def _xml(cut: Cut) -> str:
    _countable(cut)
    made = _apart(timeline(cut))
    for transition in made.find_children(descended_from_type=_schema().Transition):
        name, category = EFFECTS.get(transition.name, EFFECTS["dissolve"])
        effect = {
            "name": transition.name,
            "effectid": name,
            "effectcategory": category,
            "effecttype": "transition",
            "mediatype": "video",
        }
        centred = transition.metadata[NAMESPACE]["kind"] != "fade" and _both(transition)
        transition.metadata["fcp_xml"] = {"effect": effect} | ({"alignment": "center"} if centred else {})
    return _adapted(made, "fcp_xml", {})


def _edl(cut: Cut) -> str:
    rate = _countable(cut)
    made = _apart(timeline(cut))
    del made.tracks[1:]
    if isinstance(made.tracks[0][0], _schema().Transition):
        del made.tracks[0][0]  # readers, the adapter's own among them, know no fade at the very beginning
    _room_in_black(made.tracks[0])
    for clip in made.tracks[0].find_clips():
        reference = clip.media_reference
        clip.metadata["cmx_3600"] = {"reel": "AX"}
        if isinstance(reference, _schema().ExternalReference) and reference.target_url.startswith("file:"):
            reference.target_url = unquote(urlsplit(reference.target_url).path)
    return _adapted(made, "cmx_3600", {"rate": rate})


def _countable(cut: Cut) -> float:
    """The film's rate, where a timecode can count it. UsageWrong."""
    rate = cut.timeline.rate
    if rate.fraction not in TIMECODE:
        rates = ", ".join(map(str, TIMECODE[:-1]))
        raise UsageWrong(
            f"Timecode has no {rate} frames per second, and this form needs one: "
            f"set fps to {rates} or {TIMECODE[-1]}, or export otio."
        )
    return float(rate.fraction)


def _apart(made: otio.schema.Timeline) -> otio.schema.Timeline:
    """A dip through black in two: these formats would take one transition over a cut for a dissolve."""
    pictures = made.tracks[0]
    for place in reversed(range(len(pictures))):
        dip = pictures[place]
        if isinstance(dip, _schema().Transition) and dip.name == "fade" and _both(dip):
            nothing = dip.in_offset - dip.in_offset
            second, dip.out_offset = dip.deepcopy(), nothing
            second.in_offset = nothing
            pause = _schema().Gap(duration=nothing)
            pictures.insert(place + 1, second)
            pictures.insert(place + 1, pause)
    return made


def _room_in_black(pictures: otio.schema.Track) -> None:
    """A fade out is written as black from before its own beginning, which no timecode may be."""
    for transition, after in pairwise(pictures):
        if isinstance(transition, _schema().Transition) and isinstance(after, _schema().Gap):
            after.source_range = type(after.source_range)(transition.in_offset, after.source_range.duration)


def _both(transition: otio.schema.Transition) -> bool:
    return bool(transition.in_offset.value and transition.out_offset.value)


def _adapted(made: otio.schema.Timeline, adapter: str, options: Mapping[str, float]) -> str:
    import opentimelineio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return str(opentimelineio.adapters.write_to_string(made, adapter, **options))


def _schema() -> type[otio.schema]:
    import opentimelineio

    found: type[otio.schema] = opentimelineio.schema
    return found


_WRITERS: Final[Mapping[Form, Callable[[Cut], str]]] = {
    Form.OTIO: _otio_json,
    Form.FCP7XML: _xml,
    Form.EDL: _edl,
    Form.SRT: lambda cut: captions.srt(cut.board, cut.timeline),
    Form.VTT: lambda cut: captions.vtt(cut.board, cut.timeline),
}
