"""The generator alone, with its header: what ``sample FILE.safetensors`` draws from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import torch

from ganctl.engine.models.base import Generator
from ganctl.engine.models.weights import generator_bytes
from ganctl.runs.checkpoint_header import CheckpointHeader

START = 8
"""A file begins with the length of its header, in so many bytes."""


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
    dtype = torch.float16 if half else torch.float32
    return _in_order(generator_bytes(generator, portable, dtype))


def _in_order(content: bytes) -> bytes:
    """Return a file with its metadata in order, so that a generator is always the same bytes.

    safetensors writes them in an order of its own each time.
    """
    end = START + int.from_bytes(content[:START], "little")
    header = json.loads(content[START:end])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % START)  # Tensors begin at a multiple of 8 bytes.
    return len(text).to_bytes(START, "little") + text + content[end:]
