"""Untrained generators of attributes and of words, as files, and the images that they know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ganctl.engine.models import weights
from ganctl.engine.models.networks import build_generator
from ganctl.pictures.images import png_bytes
from ganctl.requests.budget import AT_THE_START
from ganctl.requests.conditions.schema import Attribute, Captions, Quantity, Schema
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader

HAIR = Attribute("hair", ("blond", "light brown", "red"))
EYES = Attribute("eyes", ("blue", "green"))
ANGLE = Quantity("angle", -90, 90)
ROWS = tuple((hair, eyes, angle) for hair in range(3) for eyes in range(2) for angle in (-1, 0, 1))
FACES = Schema((HAIR, EYES), (ANGLE,), None, ROWS, (5,) * len(ROWS))
CAPTIONS = Captions(
    "caption", ("hair", "red", "short", "glasses", "a"), 5, ("short red hair", "a hair, glasses")
)
WORDS = Schema((HAIR,), (), CAPTIONS)


def save_faces(path: Path, data: str = "nowhere") -> Path:
    """Write a generator of two attributes and an angle."""
    spec = NetworkSpec("modern", 8, 1, 0, 16, attributes=FACES.sizes, quantities=1)
    return _save(path, spec, FACES, data)


def save_talker(path: Path) -> Path:
    """Write a generator of words."""
    spec = NetworkSpec("modern", 8, 1, 0, 16, words=7, caption_length=5, text_size=8)
    return _save(path, spec, WORDS, "nowhere")


def write_faces(folder: Path) -> Path:
    """Write a folder of images for ``FACES``, whose grey says what each is; no blond with blue."""
    folder.mkdir()
    lines = ["file,hair,eyes,angle"]
    for place, (hair, eyes, angle) in enumerate(ROWS):
        if (hair, eyes) == (0, 0):
            continue
        image = np.full((8, 8), 100 * eyes + 30 * hair + 5 * (angle + 1), np.uint8)
        image[0, place % 8] = 255
        (folder / f"{place:02d}.png").write_bytes(png_bytes(image))
        # Each has a number of its own, within the range, so that they are no attribute.
        number = ANGLE.number(angle) - angle * (place - 4 - angle) / 8 + (angle == 0) * place / 8
        values = HAIR.values[hair], EYES.values[eyes], f"{number:g}"
        lines.append(",".join([f"{place:02d}.png", *values]))
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder


def _save(path: Path, spec: NetworkSpec, schema: Schema, data: str) -> Path:
    torch.manual_seed(0)
    generator = build_generator(spec)
    for parameter in generator.parameters():  # So that every part of the condition shows.
        parameter.data += 0.1 * torch.randn_like(parameter)
    header = CheckpointHeader("1", "cgan", "modern", data, (), spec, AT_THE_START, None, schema)
    path.parent.mkdir(parents=True, exist_ok=True)
    weights.save_generator(generator, header, path, torch.float32)
    return path
