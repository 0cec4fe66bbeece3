"""Untrained generators of every kind, as files, whose batch norm has seen something."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import torch
from torch import nn

from ganctl.engine.models import weights
from ganctl.engine.models.networks import build_generator
from ganctl.requests.budget import AT_THE_START
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.requests.recipes import Latent
from ganctl.runs.checkpoint_header import CheckpointHeader
from tests.steered import FACES, WORDS

CLASSES = ("zero", "one: two", "all")
_PARTS = partial(NetworkSpec, attributes=FACES.sizes, quantities=1, mixed=8)
_WORDS = partial(NetworkSpec, words=7, caption_length=5, text_size=8)
KINDS: dict[str, tuple[NetworkSpec, Schema]] = {
    "quick": (NetworkSpec("quick", 8, 1, 3, 16), NO_SCHEMA),
    "colour": (NetworkSpec("modern", 32, 3, 3, 20), NO_SCHEMA),
    "odd": (NetworkSpec("modern", 12, 1, 3, 5), NO_SCHEMA),
    "refined": (NetworkSpec("refined", 16, 3, 3, 20), NO_SCHEMA),
    "free": (NetworkSpec("infogan", 28, 1, 0, 62), NO_SCHEMA),
    "infogan": (NetworkSpec("infogan", 8, 1, 0, 16, categories=3, continuous=2), NO_SCHEMA),
    "classic": (NetworkSpec("classic", 28, 1, 3, 100, Latent.UNIFORM), NO_SCHEMA),
    "parts": (_PARTS("modern", 8, 1, 0, 16), FACES),
    "palette": (_PARTS("palette", 20, 3, 0, 33), FACES),
    "words": (_WORDS("palette", 8, 3, 0, 16, mixed=8), WORDS),
    "quick-words": (_WORDS("quick", 8, 1, 0, 64), WORDS),
    "classic-words": (_WORDS("classic", 28, 3, 0, 16, Latent.UNIFORM), WORDS),
}
"""A name for each, what its networks are, and what they know."""


def save_kind(kind: str, folder: Path) -> Path:
    """Write the generator of a kind, in float32."""
    spec, schema = KINDS[kind]
    torch.manual_seed(0)
    generator = build_generator(spec)
    # So that biases and every part of a condition show, and images are not all black and white.
    noise = 0.02 if spec.name == "classic" else 0.1
    for parameter in generator.parameters():
        parameter.data += noise * torch.randn_like(parameter)
    for layer in generator.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.2, 2.0)
    classes = CLASSES if spec.classes or spec.categories else ()
    code_map = CodeMap((2, 0, 1), 0.1) if spec.categories else None
    progress = AT_THE_START
    header = CheckpointHeader(
        "1", "cgan", "modern", "nowhere", classes, spec, progress, code_map, schema
    )
    path = folder / f"{kind}.safetensors"
    weights.save_generator(generator, header, path, torch.float32)
    return path
