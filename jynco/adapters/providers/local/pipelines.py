"""The models themselves: loaded from this machine's disk only, and run. Everything heavy is imported here, late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image, ImageOps

from jynco.adapters.providers.camera.stills import open_still
from jynco.adapters.providers.local.fingerprint import weight
from jynco.adapters.providers.local.models import Model
from jynco.adapters.providers.local.options import Options
from jynco.adapters.providers.local.studio import Order, advanced
from jynco.errors import GenerationFailed, RequestRejected

if TYPE_CHECKING:
    from jynco.adapters.providers.yuv import Bytes

_ROOM: Final = 0.6  # of the card's memory that weights may fill, so that the pictures find room too
_DECODED: Final = {
    "decode_timestep": 0.05,
    "decode_noise_scale": 0.025,
}  # for decoders that also take noise away
_REPEATED: Final = "worst quality, inconsistent motion, blurry, jittery, distorted"  # what nobody wants


@dataclass(frozen=True, slots=True)
class Terms:
    """What all clips of a batch must agree on."""

    model: Model
    options: Options
    width: int
    height: int
    frames: int
    device: str
    dtype: str


class Projectors:
    """The worker of the studio: keeps the model of the last batch loaded, for the next one wants it too, mostly."""

    def __init__(self) -> None:
        self._loaded: tuple[Model, Any] | None = None

    def __call__(self, batch: Sequence[Order]) -> Sequence[Bytes]:
        """The frames of each order; Deserted when all have gone."""
        terms = batch[0].terms
        assert isinstance(terms, Terms)
        pipeline = self._pipeline(terms)
        if len(batch) > 1 and not _can_batch(pipeline):
            return [frames for order in batch for frames in _run(pipeline, terms, [order])]
        return _run(pipeline, terms, batch)

    def _pipeline(self, terms: Terms) -> Any:
        if self._loaded is None or self._loaded[0] != terms.model:
            self._loaded = None  # first gone, then the next: two would not fit
            self._loaded = terms.model, load(terms.model, terms.device, terms.dtype)
        return self._loaded[1]


def load(model: Model, device: str, dtype: str) -> Any:
    """The pipeline of a model: safetensors from this disk, and no code but the libraries' own."""
    import diffusers
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise GenerationFailed(
            "The graphics card cannot be used: mend its driver, or set JYNCO_LOCAL_DEVICE=cpu."
        )
    diffusers.utils.logging.disable_progress_bar()
    try:
        pipeline = getattr(diffusers, model.family.pipeline).from_pretrained(
            model.folder, dtype=getattr(torch, dtype), local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        words = str(error).partition("\n")[0][:200]
        raise RequestRejected(
            f"The model '{model.name}' cannot be loaded ({words}): fetch it anew."
        ) from error
    return _placed(pipeline, model, device)


def _placed(pipeline: Any, model: Model, device: str) -> Any:
    import torch

    pipeline.set_progress_bar_config(disable=True)
    pipeline.vae.enable_tiling()  # decoding at once takes more room than everything before it
    if device == "cuda" and weight(model.folder) > _ROOM * torch.cuda.mem_get_info()[1]:
        pipeline.enable_model_cpu_offload()  # one part at a time on the card
        return pipeline
    return pipeline.to(device)


def _can_batch(pipeline: Any) -> bool:
    """Wan starts all films of a batch from one picture; decoders that take noise away want one source of it."""
    return type(pipeline).__name__.startswith("LTX") and not _takes_noise_away(pipeline)


def _takes_noise_away(pipeline: Any) -> bool:
    return bool(getattr(pipeline.vae.config, "timestep_conditioning", False))


def _run(pipeline: Any, terms: Terms, batch: Sequence[Order]) -> Sequence[Bytes]:
    """(frames, rows, columns, 3) for each order."""
    import torch

    where = terms.device if _takes_noise_away(pipeline) else "cpu"  # the same noise whatever the card
    sources = [torch.Generator(where).manual_seed(order.seed) for order in batch]
    pictures = [_picture(order, terms) for order in batch]
    prompts = [order.prompt for order in batch]
    negatives = [order.negative_prompt or _REPEATED for order in batch]
    alone = len(batch) == 1

    def stepped(_: Any, step: int, __: Any, tensors: Mapping[str, Any]) -> Mapping[str, Any]:
        advanced(batch, (step + 1) / (terms.options.steps + 1))
        return tensors

    advanced(batch, 0.0)
    made = pipeline(
        image=pictures[0] if alone else pictures,
        prompt=prompts[0] if alone else prompts,
        negative_prompt=negatives[0] if alone else negatives,
        generator=sources[0] if alone else sources,
        width=terms.width,
        height=terms.height,
        num_frames=terms.frames,
        num_inference_steps=terms.options.steps,
        guidance_scale=terms.options.guidance,
        output_type="np",
        callback_on_step_end=stepped,
        **_particulars(pipeline, terms),
    )
    return [np.rint(np.clip(clip, 0, 1) * 255).astype(np.uint8) for clip in made.frames]


def _particulars(pipeline: Any, terms: Terms) -> Mapping[str, Any]:
    if not type(pipeline).__name__.startswith("LTX"):
        return {}
    more = _DECODED if _takes_noise_away(pipeline) else {}
    return {"frame_rate": float(terms.model.family.rate.fraction), **more}


def _picture(order: Order, terms: Terms) -> Image.Image:
    """The still, cut to the frame's shape around its middle."""
    still = Image.fromarray(open_still(order.image))
    return ImageOps.fit(still, (terms.width, terms.height), Image.Resampling.LANCZOS)
