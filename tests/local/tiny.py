"""The smallest models of their kinds, at random: they make noise, through all of the code that real ones go through."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any


def save_ltx(folder: Path) -> Path:
    """An LTX pipeline of some hundred kilobytes."""
    import diffusers as d
    import torch

    torch.manual_seed(0)
    vae = d.AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
    )
    transformer = d.LTXVideoTransformer3DModel(
        in_channels=8,
        out_channels=8,
        num_attention_heads=2,
        attention_head_dim=8,
        cross_attention_dim=16,
        num_layers=1,
        caption_channels=32,
    )
    scheduler = d.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True)
    pipeline = d.LTXPipeline(scheduler, vae, _encoder(), _tokenizer(), transformer)
    return _saved(pipeline, folder)


def save_wan(folder: Path, *, seed: int = 0) -> Path:
    """A Wan pipeline, as its small model has it: the picture is the first frame."""
    import diffusers as d
    import torch

    torch.manual_seed(seed)
    vae = d.AutoencoderKLWan(base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1)
    transformer = d.WanTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=16,
        out_channels=16,
        text_dim=32,
        freq_dim=32,
        ffn_dim=32,
        num_layers=1,
        rope_max_seq_len=64,
    )
    scheduler = d.FlowMatchEulerDiscreteScheduler(shift=5.0)
    pipeline = d.WanPipeline(_tokenizer(), _encoder(), vae, scheduler, transformer, expand_timesteps=True)
    return _saved(pipeline, folder)


def _encoder() -> Any:
    import transformers as t

    small = {"d_model": 32, "d_ff": 37, "d_kv": 8, "num_heads": 4, "num_layers": 1, "vocab_size": 400}
    return t.UMT5EncoderModel(t.UMT5Config(**small)).eval()


def _tokenizer() -> Any:
    import transformers as t

    usual = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    return t.T5Tokenizer(vocab=[*usual, *((letter, -3.0) for letter in string.printable[:94])])


def _saved(pipeline: Any, folder: Path) -> Path:
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder
