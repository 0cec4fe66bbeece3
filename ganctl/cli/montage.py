"""``ganctl montage``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.options import (
    ForceOption,
    LabelOption,
    OutFile,
    RunArgument,
    open_source,
    read_labels,
)
from ganctl.config import check_count
from ganctl.errors import UsageError
from ganctl.files import check_writable, write_result
from ganctl.labels import MAX_SEED, Label, check_seed
from ganctl.provenance import Origin

if TYPE_CHECKING:
    from ganctl.images import Images


def montage(
    run: RunArgument = None,
    digit: LabelOption = None,
    cols: Annotated[int, typer.Option(help="Images in a row.")] = 10,
    seed: Annotated[int, typer.Option(help="The first column's seed.")] = 0,
    scale: Annotated[int, typer.Option(help="Make each pixel this many pixels wide.")] = 2,
    real: Annotated[
        bool, typer.Option("--real", help="Show real images of the run's data instead.")
    ] = False,
    out: OutFile = None,
    force: ForceOption = False,
) -> None:
    """Draw a sheet: a row for each class, a column for each seed.

    Prints its path.
    """
    from ganctl.images import enlarge, png_bytes, sheet

    check_count("--cols", cols, most=1000)
    check_count("--scale", scale, most=64)
    check_seed(min(check_seed(seed) + cols - 1, MAX_SEED + 1), "--seed plus --cols:")
    source, card = open_source(run)
    labels = read_labels(digit, card.classes)
    path = out or Path(f"montage-{source.file_stem}{'-real' if real else ''}.png")
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path.name} does not end in .png.", "--out takes a .png file.")
    check_writable(path.parent)
    if real:
        images = _real(card.data, card.network.image_size, labels, cols, seed)
    else:
        images = _generated(source.checkpoint, labels, range(seed, seed + cols))
    metadata = Origin(source.reference, int(card.progress["step"])).metadata(
        "montage",
        labels=[label.text for label in labels] if digit else [],
        options={"cols": cols, "seed": seed, "scale": scale, "real": real},
    )
    write_result(path, png_bytes(enlarge(sheet(images, cols), scale), metadata), force=force)
    console.print_path(path)


def _generated(checkpoint: Path, labels: tuple[Label, ...], seeds: range) -> Images:
    from ganctl.engine.sample import Sampler

    return Sampler.load(checkpoint).draw(labels, seeds)


def _real(data: str, image_size: int, labels: tuple[Label, ...], cols: int, seed: int) -> Images:
    from ganctl.engine.data import load, real_rows

    if any(label.is_blend for label in labels):
        raise UsageError("There are no real images of a blend.", "Leave out --real.")
    with console.progress() as report:
        dataset = load(data, image_size=image_size, progress=report)
    return real_rows(dataset, [label.index for label in labels], cols, seed)
