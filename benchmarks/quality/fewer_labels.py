"""Write faces of which less is known: without some pairs of values, or with labels missing.

    python -m benchmarks.quality.fewer_labels unseen --without hair=blond,eyes=blue [A=a,B=b …]
    python -m benchmarks.quality.fewer_labels half --missing 0.5

Each makes a folder that ``ganctl train --data`` reads: the bundled faces as ``images.npz``, and
their ``labels.csv``. With ``--without`` no training image has both values of a pair. With
``--missing`` each value of each training image is left out with that probability. The test split
stays whole. ``benchmarks.quality.attributes`` judges what was trained on it.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.quality.attributes import pair_of
from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset, load
from ganctl.requests.conditions.schema import Schema


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a new folder to write")
    parser.add_argument("--without", nargs="+", default=[], metavar="A=a,B=b", dest="pairs")
    parser.add_argument("--missing", type=float, default=0.0, metavar="PROBABILITY")
    arguments = parser.parse_args()

    faces = load("avatars")
    assert faces.test is not None
    seen = torch.ones(len(faces), dtype=torch.bool)
    for text in arguments.pairs:
        (one, k), (other, j) = pair_of(text, faces.schema)
        seen &= (faces.values[:, one] != k) | (faces.values[:, other] != j)
    train = faces.part(seen.nonzero().squeeze(1))
    draws = torch.rand(train.values.shape, generator=seeding.rng("missing"))
    train.values[draws < arguments.missing] = float("nan")
    write(arguments.folder, {"train": train, "test": faces.test})
    print(f"{arguments.folder}: {len(train):,} training images of {len(faces):,}")


def write(folder: Path, parts: dict[str, Dataset]) -> None:
    """Write the images of each split, and their attributes row by row."""
    folder.mkdir(parents=True)
    images = torch.cat([part.images for part in parts.values()])
    np.savez_compressed(folder / "images.npz", images=images.permute(0, 2, 3, 1).numpy())
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*parts["train"].schema.names, "split"])
        for split, part in parts.items():
            writer.writerows([*names, split] for names in named(part.values, part.schema))


def named(values: Tensor, schema: Schema) -> list[list[str]]:
    """Return the names of attributes' values [N, attributes], and nothing where one is NaN."""
    return [
        [
            "" if value != value else attribute.values[int(value)]
            for attribute, value in zip(schema.attributes, row, strict=True)
        ]
        for row in values.tolist()
    ]


if __name__ == "__main__":
    main()
