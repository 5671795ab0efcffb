"""What planning needs beyond a valid document. Drafts may lack it and are stored all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jynco.compose.attachments import attached
from jynco.errors import Fault
from jynco.model.storyboard import Clip, Storyboard


def readiness_faults(
    storyboard: Storyboard,
    *,
    can_text_to_video: Callable[[str | None], bool],
    asset: Callable[[str], str | None],
) -> list[Fault]:
    """Why clips or layers cannot be made as they stand; empty when all can.

    ``can_text_to_video`` is asked with the clip's provider (None: the default one); ``asset`` with a path of
    the document, and answers why that file cannot be used, or None. Clips of no length are never made or
    looked at.
    """
    faults: list[Fault] = []
    for clip in storyboard.clips:
        if clip.duration != 0:
            faults += _clip_faults(clip, can_text_to_video, asset)
    for layer in storyboard.audio:
        faults += _asset_fault(f"{layer.pointer}/sourceFile", layer.source_file, asset)
    for each in attached(storyboard):
        faults += _asset_fault(each.pointer, each.name, asset)
    return faults


def _clip_faults(
    clip: Clip, can_text_to_video: Callable[[str | None], bool], asset: Callable[[str], str | None]
) -> Iterator[Fault]:
    if clip.footage is not None:
        yield from _asset_fault(f"{clip.pointer}/sourceFile", clip.footage, asset)
    elif clip.source_image is not None:
        yield from _asset_fault(f"{clip.pointer}/sourceImage", clip.source_image, asset)
    elif not clip.motion_prompt:
        detail = f"{clip.clip_id} has nothing to show; give it a sourceImage, or footage as its sourceFile"
        yield Fault(clip.pointer, "nothing_to_show", detail)
    elif not can_text_to_video(clip.provider):
        who = clip.provider or "the default provider"
        detail = f"{clip.clip_id} has no sourceImage, and {who} cannot make a film from words alone"
        yield Fault(clip.pointer, "image_needed", f"{detail}; give it a sourceImage or another provider")


def _asset_fault(pointer: str, path: str, asset: Callable[[str], str | None]) -> Iterator[Fault]:
    reason = asset(path)
    if reason is not None:
        yield Fault(pointer, "asset", reason)
