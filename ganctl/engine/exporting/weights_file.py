"""The generator alone, with its header: what ``sample FILE.safetensors`` draws from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from ganctl.engine.models.base import Generator
from ganctl.engine.models.weights import generator_bytes
from ganctl.runs.checkpoint_header import CheckpointHeader


def safetensors_bytes(
    generator: Generator, header: CheckpointHeader, *, half: bool = False
) -> bytes:
    """Return a ``.safetensors`` file of the averaged generator, without optimizers.

    Args:
        generator: as ``load_generator`` returns it.
        header: of its checkpoint. Of the data's path the file keeps the name alone, since a path
            on the maker's machine means nothing on another.
        half: whether weights are in half precision, which moves pixels by 2 of 255 at most.
    """
    portable = replace(header, data=Path(header.data).name)
    return generator_bytes(generator, portable, torch.float16 if half else torch.float32)
