"""``ganctl sample``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.options import (
    ForceOption,
    JsonOption,
    LabelOption,
    RunArgument,
    complete_from,
    open_source,
    read_labels,
    read_out,
)
from ganctl.errors import UsageError
from ganctl.files.limits import SAMPLES_BYTES
from ganctl.pictures.provenance import Origin
from ganctl.requests.codes import Codes, label_of_category, parse_codes
from ganctl.requests.labels import MAX_SEED, MAX_SEEDS, UNLABELLED, Label, check_seed, parse_seeds
from ganctl.requests.training import Format, check_amount, check_count, values
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.images import Images


def sample(
    run: RunArgument = None,
    digit: LabelOption = None,
    n: Annotated[
        int | None,
        typer.Option("--n", help="Images of each class asked for.", show_default="1"),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(help="Which seeds, such as 0,1,4-6, instead of --n.", show_default=False),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="The first seed of --n.", show_default="0"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="PATH",
            help="A folder for class folders, a .png for one sheet, an .npz for arrays.",
            show_default="samples/RUN-NAME",
            parser=read_out,
        ),
    ] = None,
    format: Annotated[  # noqa: A002
        str | None,
        typer.Option(
            help=", ".join(values(Format)) + ".",
            show_default="png",
            autocompletion=complete_from(values(Format)),
        ),
    ] = None,
    scale: Annotated[int, typer.Option(help="Make each pixel this many pixels wide.")] = 1,
    truncation: Annotated[
        float, typer.Option(help="Below 1: more typical, less varied images.")
    ] = 1.0,
    code: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE=VALUE",
            help="Hold a code of InfoGAN, such as c1=-1.5, or c0=3 instead of a class. Repeatable.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Draw images of the classes you name; the same seed gives the same picture.

    Prints where they are.
    """
    from ganctl.pictures.exports import Samples, choose_destination, write_samples

    chosen_seeds = _choose_seeds(n, seeds, seed)
    check_count("--scale", scale, most=64)
    check_amount("--truncation", truncation, least=0, most=2)
    source, header = open_source(run)
    codes = parse_codes(code or [], header.network)
    labels = _choose_labels(digit, codes, header)
    _check_size(header, len(labels) * len(chosen_seeds), scale)
    destination = choose_destination(out, format, source.file_stem)
    destination.check(force=force)
    sampler = _open_sampler(source)
    header = sampler.header  # A training that goes on may have replaced the checkpoint by now.
    if codes.category is not None:
        labels = (label_of_category(codes.category, header),)
    samples = Samples(
        *_draw(sampler, labels, chosen_seeds, truncation, codes, scale),
        classes=header.classes or (UNLABELLED.text,),
        truncation=truncation,
        codes=codes.texts,
        scale=scale,
        origin=Origin(source.reference, int(header.progress["step"])),
    )
    path = write_samples(samples, destination, force=force)
    if json:
        console.print_json(
            {
                "run": source.reference,
                "path": str(path),
                "images": len(samples.images),
                "labels": [label.text for label in labels],
                "seeds": list(chosen_seeds),
                **({"codes": list(codes.texts)} if header.network.categories else {}),
            }
        )
    else:
        console.print_path(path)


def _choose_seeds(n: int | None, seeds: str | None, seed: int | None) -> tuple[int, ...]:
    if seeds is not None:
        if n is not None or seed is not None:
            raise UsageError(
                "--seeds excludes --n and --seed.", "Give either the seeds or how many."
            )
        return parse_seeds(seeds)
    count = check_count("--n", 1 if n is None else n, most=MAX_SEEDS)
    first = check_seed(0 if seed is None else seed)
    check_seed(min(first + count - 1, MAX_SEED + 1), "--seed plus --n:")
    return tuple(range(first, first + count))


def _choose_labels(
    digit: list[str] | None, codes: Codes, header: CheckpointHeader
) -> tuple[Label, ...]:
    """Return the classes asked for, or the one that InfoGAN's category c0 means."""
    if codes.category is not None:
        if digit:
            raise UsageError("--code c0 and --digit exclude each other.", "Give one of them.")
        return (label_of_category(codes.category, header),)
    if not digit and header.classes:
        raise UsageError(
            "sample needs to know which class.",
            f"Give --digit / --class: one of {', '.join(header.classes[:12])}"
            f"{', …' if len(header.classes) > 12 else ''}, or all.",
        )
    return read_labels(digit, header)


def _check_size(header: CheckpointHeader, images: int, scale: int) -> None:
    """Raise ``UsageError`` if the images would not fit into the memory of most machines."""
    spec = header.network
    pixels = images * spec.channels * (spec.image_size * scale) ** 2
    if pixels > SAMPLES_BYTES:
        raise UsageError(
            f"{images:,} images of {spec.image_size * scale}×{spec.image_size * scale} pixels are "
            f"{pixels / 2**30:,.1f} GiB.",
            f"Up to {SAMPLES_BYTES >> 30} GiB are drawn at once: give a smaller --n or --scale.",
        )


def _open_sampler(source: RunSource) -> Sampler:
    from ganctl.engine.sampling.sampler import Sampler

    return Sampler.of(source)


def _draw(
    sampler: Sampler,
    labels: tuple[Label, ...],
    seeds: tuple[int, ...],
    truncation: float,
    codes: Codes,
    scale: int,
) -> tuple[Images, tuple[Label, ...], tuple[int, ...]]:
    """Return the images, enlarged, and the label and seed of each."""
    import numpy as np

    batches, sampled, total = [], 0, len(labels) * len(seeds)
    with console.progress(quiet=total < 1000) as report:
        for batch in sampler.batches(labels, seeds, truncation=truncation, codes=codes):
            batches.append(batch)
            sampled += len(batch.seeds)
            report("drawing", sampled, total)
    images = np.concatenate([batch.images for batch in batches])
    return (
        images.repeat(scale, axis=1).repeat(scale, axis=2),
        tuple(label for batch in batches for label in batch.labels),
        tuple(seed for batch in batches for seed in batch.seeds),
    )
