"""Make the bundled faces: give each that was drawn a caption, and pack them all.

    node draw_avatars.mjs 24000 7 FOLDER
    python scripts/make_avatars.py FOLDER ganctl/assets/avatars

``draw_avatars.mjs`` says what it needs. The packed files are the same each time, to the byte, where
the same xz packs them.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import lzma
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TRAIN = 20_000
"""The first faces; the rest are for tests."""
SEED = 5
"""Of the captions."""
SIDE = 16
"""Pixels of the design; the images have each of them four times."""
COLOURS_A_FACE = 15

HAIR = {
    "blond": ["blond", "fair", "golden"],
    "brown": ["brown", "chestnut"],
    "black": ["black", "jet black"],
    "red": ["red", "ginger"],
    "blue": ["blue", "azure"],
    "green": ["green"],
}
SKIN = {
    "light": ["light skin", "pale skin"],
    "medium": ["tan skin"],
    "dark": ["dark skin"],
}
MOUTH = {"happy": ["smiling", "happy", "with a smile"], "sad": ["sad", "with a frown"]}
GLASSES = {"yes": ["wearing glasses", "with glasses"], "no": ["", "", "without glasses"]}
WHO = ["a person", "someone", "a face", "an avatar", "a character"]


def caption(face: Mapping[str, str], rng: Random) -> str:
    """Return what a face shows, in varied words and order, and not always all of it."""
    length = rng.choice([face["length"]])
    hair = f"{length} {rng.choice(HAIR[face['hair']])} hair"
    facts = [hair, rng.choice([f"{face['eyes']} eyes"]), rng.choice(SKIN[face["skin"]])]
    rng.shuffle(facts)
    if rng.random() < 0.3:
        facts = facts[:2]
    mouth = rng.choice(MOUTH[face["mouth"]]) if rng.random() < 0.8 else ""
    glasses = rng.choice(GLASSES[face["glasses"]])
    sentence = f"{rng.choice(WHO)} with {', '.join(facts[:-1])} and {facts[-1]}"
    words = [word for word in (mouth, glasses) if word]
    if rng.random() < 0.25:
        return ", ".join([*facts, *words])
    return ", ".join([sentence, *words])


def labels_of(faces: Sequence[Mapping[str, str]]) -> str:
    """Return a table of the faces' attributes, splits and captions, in their order."""
    rng = Random(SEED)
    columns = [name for name in faces[0] if name != "file"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, "split", "caption"])
    for index, face in enumerate(faces):
        split = "train" if index < TRAIN else "test"
        writer.writerow([*(face[name] for name in columns), split, caption(face, rng)])
    return text.getvalue()


def packed_images(images: Iterator[NDArray[np.uint8]], count: int) -> bytes:
    """Return all colours, which of them each face has, and which of these each pixel has.

    That is uint8 [256, 3], [count, COLOURS_A_FACE] and [count, SIDE, SIDE], after one another;
    ``ganctl.readers.named.bundled`` has the way back.

    Args:
        images: uint8 [2 * SIDE, 2 * SIDE, 3] each.
        count: how many.

    Raises:
        ValueError: a face is no enlarged one of so many colours.
    """
    colours: dict[tuple[int, ...], int] = {}
    of_faces = np.zeros((count, COLOURS_A_FACE), np.uint8)
    pixels = np.empty((count, SIDE, SIDE), np.uint8)
    for index, image in enumerate(images):
        small = image[::2, ::2]
        if not np.array_equal(small.repeat(2, 0).repeat(2, 1), image):
            raise ValueError(f"face {index} has details of one pixel")
        own: dict[tuple[int, ...], int] = {}
        places = [own.setdefault(tuple(pixel), len(own)) for pixel in small.reshape(-1, 3).tolist()]
        pixels[index] = np.array(places).reshape(SIDE, SIDE)
        of_faces[index, : len(own)] = [colours.setdefault(one, len(colours)) for one in own]
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(colours)] = list(colours)
    return palette.tobytes() + of_faces.tobytes() + pixels.tobytes()


def main() -> None:
    """Write the packed files, and print the size and the md5 of what is in each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("drawn", type=Path, metavar="FOLDER")
    parser.add_argument("out", type=Path, metavar="OUT")
    arguments = parser.parse_args()
    with (arguments.drawn / "faces.csv").open(encoding="utf-8", newline="") as file:
        faces = list(csv.DictReader(file))
    paths = (arguments.drawn / face["file"] for face in faces)
    images = (np.asarray(Image.open(path).convert("RGB")) for path in paths)
    contents = {
        "faces": packed_images(images, len(faces)),
        "labels.csv": labels_of(faces).encode(),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
        (arguments.out / f"{name}.xz").write_bytes(packed)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        sys.stdout.write(f"{name}.xz: {len(packed):,} bytes; md5 of its content {md5}\n")


if __name__ == "__main__":
    main()
