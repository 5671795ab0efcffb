"""What somebody did between two versions of a storyboard, in a few words that people look for it by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from api.editor.words import count
from jynco.document.fields import Object, child, clips, layers, text
from jynco.model.storyboard import Document, Json

# What Jynco makes of a clip is no change of anybody's.
MADE: Final = frozenset({"status", "jobId", "sourceFile", "cacheKey", "errorMessage"})
WORDS: Final[Mapping[str, str]] = {
    "motionPrompt": "words",
    "negativePrompt": "words",
    "duration": "seconds",
    "startTime": "place in time",
    "inPoint": "beginning",
    "sourceImage": "picture",
    "provider": "maker",
    "model": "maker",
    "seed": "seed",
    "transitionDuration": "transitions",
    "onMissing": "rule when missing",
}
NAMED: Final = 4  # clips that are named; of more, only how many


def changes(before: Document, after: Document) -> list[str]:
    """Sentences without a full stop; none where nothing that people say has changed."""
    return [*_clips(before, after), *_order(before, after), *_rest(before, after)]


def _clips(before: Document, after: Document) -> Iterator[str]:
    old, new = _named(before), _named(after)
    if added := [name for name in new if name not in old]:
        yield f"{count(len(added), 'clip')} added"
    if removed := [name for name in old if name not in new]:
        yield f"{count(len(removed), 'clip')} removed"
    edited = {
        place: _edited(old[name], clip) for place, (name, clip) in enumerate(new.items(), 1) if name in old
    }
    edited = {place: words for place, words in edited.items() if words}
    if len(edited) > NAMED:
        every = dict.fromkeys(chain.from_iterable(edited.values()))
        yield f"{count(len(edited), 'clip')} edited: {', '.join(every)}"
        return
    for place, words in edited.items():
        yield f"clip {place}: {', '.join(words)}"


def _named(document: Document) -> dict[str, Object]:
    return {text(clip, "clipId"): clip for _, clip in clips(document)}


def _edited(before: Object, after: Object) -> list[str]:
    names = [name for name in {**before, **after} if name not in MADE and before.get(name) != after.get(name)]
    footage = before.get("sourceFile") != after.get("sourceFile") and not text(after, "motionPrompt")
    found = [_effects(before, after) if name == "effects" else WORDS.get(name, name) for name in names]
    return list(dict.fromkeys([*found, *(["film"] if footage else [])]))


def _effects(before: Object, after: Object) -> str:
    same = child(before, "effects").get("filters") == child(after, "effects").get("filters")
    return "transitions" if same else "looks"


def _order(before: Document, after: Document) -> Iterator[str]:
    old, new = list(_named(before)), list(_named(after))
    both = set(old) & set(new)
    if [name for name in old if name in both] != [name for name in new if name in both]:
        yield "clips in another order"


def _rest(before: Document, after: Document) -> Iterator[str]:
    for kind, words in (("text", "titles"), ("audio", "sound")):
        if [layer for _, layer in layers(before, kind)] != [layer for _, layer in layers(after, kind)]:
            yield words
    if before.get("outputSettings") != after.get("outputSettings"):
        yield "size, rate or codec"
    if _title(before) != _title(after):
        yield f"named “{_title(after)}”" if _title(after) else "name taken away"
    others = {"timeline", "layers", "outputSettings", "metadata", "version", "projectId"}
    if _without(before, others) != _without(after, others):
        yield "other settings"


def _title(document: Document) -> str:
    return text(child(document, "metadata"), "title")


def _without(document: Document, names: set[str]) -> dict[str, Json]:
    return {name: value for name, value in document.items() if name not in names}
