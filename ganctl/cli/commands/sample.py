"""``ganctl sample``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_code, complete_from
from ganctl.cli.options import (
    INPUT,
    OUTPUT,
    SETTINGS,
    ForceOption,
    JsonOption,
    LabelOption,
    NamesOption,
    RunArgument,
    SetOption,
    TextOption,
    check_out_or_stdout,
    is_stdout,
    open_source,
    scale_option,
)
from ganctl.errors import UsageError
from ganctl.requests.checks import values
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.labels import UNLABELLED
from ganctl.requests.conditions.names import changed_options, part_of_file_name
from ganctl.requests.conditions.settings import Settings
from ganctl.requests.drawing.sample import Format, SamplePlan, SampleRequest, choose_seeds
from ganctl.requests.generators.found import found_in
from ganctl.requests.seeds import parse_seeds, seeds_text
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.described import Values
    from ganctl.pictures.exports import Samples
    from ganctl.pictures.images import Images

EXAMPLES = (
    "ganctl sample --digit 7 --n 100",
    "ganctl sample --digit 3:0.7,8:0.3 --seeds 0,4-6 --out between.png",
    "ganctl sample pretrained/avatars --set hair=red --set eyes=blue --n 10",
)

NumberOption = Annotated[
    int | None,
    typer.Option(
        "--n",
        metavar="NUMBER",
        help="Images of each class, or of each --text. Default: 1.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
SeedsOption = Annotated[
    str | None,
    typer.Option(
        "--seeds",
        metavar="SEEDS",
        help="Which seeds, such as 0,1,4-6, instead of --n.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="SEED",
        help="The first seed of --n. Default: 0.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
CodeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--code",
        metavar="CODE=VALUE",
        help="Fix a code of InfoGAN, such as c1=-1.5, or c0=3 instead of a class. Repeatable.",
        show_default=False,
        autocompletion=complete_code,
        rich_help_panel=INPUT,
    ),
]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE.png",
        help="Start from what find has found: seed 0 is that picture, others are its neighbours; "
        "without a class, value or words it is of what was found.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
TruncationOption = Annotated[
    float,
    typer.Option(
        "--truncation",
        metavar="FACTOR",
        help="Scale the latents; below 1: more typical, less varied images. Default: 1.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
ScaleOption = Annotated[int, scale_option(1)]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"{', '.join(values(Format))}. Default: png, or what --out ends in.",
        show_default=False,
        autocompletion=complete_from(values(Format)),
        rich_help_panel=OUTPUT,
    ),
]
OutPath = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="PATH",
        help="A folder for class folders, with a labels.csv where there are attributes or words; a "
        ".png for one sheet, an .npz for arrays; - writes a sheet, or arrays, to stdout. Default: "
        "samples/RUN-NAME.",
        show_default=False,
        parser=check_out_or_stdout,
        rich_help_panel=OUTPUT,
    ),
]


def sample(
    run: RunArgument = None,
    digit: LabelOption = None,
    settings: SetOption = None,
    text: TextOption = None,
    n: NumberOption = None,
    seeds: SeedsOption = None,
    seed: SeedOption = None,
    code: CodeOption = None,
    from_: FromOption = None,
    truncation: TruncationOption = 1.0,
    scale: ScaleOption = 1,
    names: NamesOption = None,
    out: OutPath = None,
    format: FormatOption = None,  # noqa: A002
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Draw images of the classes, attributes or words you name; a seed is always the same picture.

    Prints where they are.
    """
    from ganctl.pictures.exports import choose_destination, file_bytes, write_samples
    from ganctl.pictures.images import read_metadata

    found = None if from_ is None else found_in(read_metadata(from_), str(from_))
    request = SampleRequest(
        labels=digit or (),
        settings=settings or (),
        texts=text or (),
        seeds=_choose_seeds(n, seeds, seed),
        codes=code or (),
        truncation=truncation,
        scale=scale,
        found=found,
    )
    named = found.run if found is not None and run is None else run
    source, header = open_source(named, of_attributes=bool(settings), of_words=bool(text))
    plan = request.plan(header.conditioning)
    for note in (*plan.notes, *request.notes_for(source.reference)):
        console.note(note)
    to_stdout = is_stdout(out, json=json)
    destination = choose_destination(out, format, *_default_name(source, request, plan, from_))
    if names is not None and not destination.sheet:
        raise UsageError(
            f"--{'names' if names else 'no-names'} is for one sheet, and these are data.",
            "Leave it out, or give --out a .png.",
        )
    destination.check(plan, side=scale * header.network.image_size)
    samples = _drawn(source, request, names)
    if to_stdout:
        console.write_bytes(file_bytes(samples, destination))
        return
    path = write_samples(samples, destination, force=force)
    if not json:
        console.print_path(path)
        return
    of = {"run": source.reference, "path": str(path), "images": len(samples.images)}
    codes = {"codes": list(samples.codes)} if header.network.categories else {}
    console.print_json({**of, **_asked(plan), "seeds": list(plan.seeds), **codes})


def _default_name(
    source: RunSource, request: SampleRequest, plan: SamplePlan, start: Path | None
) -> tuple[str, str]:
    """Return the default name of a folder, and what that of one file for all says beside it.

    A folder has a file for each class and seed, so that what its name says is all else.
    """
    changed = changed_options(
        {"truncation": (request.truncation, 1.0), "scale": (request.scale, 1)}
    )
    shown = part_of_file_name([*request.codes, *changed])
    begin = f"from-{start.stem}" if start is not None else ""
    stem = "-".join(word for word in (source.file_stem, begin, shown) if word)
    words = [each.folder for each in plan.labels] if request.texts else [*request.labels]
    seeds = seeds_text(request.seeds)
    words += [*request.settings, *changed_options({"seeds": (seeds, "0")})]
    return stem, part_of_file_name(words)


def _asked(plan: SamplePlan) -> dict[str, list[str]]:
    """Return what was asked for: classes, settings or captions."""
    first = plan.labels[0]
    if isinstance(first, Settings):
        return {"set": list(first.typed)}
    kind = "text" if isinstance(first, Caption) else "labels"
    return {kind: [asked.text for asked in plan.labels]}


def _choose_seeds(n: int | None, seeds: str | None, seed: int | None) -> Sequence[int]:
    if seeds is None:
        return choose_seeds(n, seed)
    if n is not None or seed is not None:
        raise UsageError("--seeds excludes --n and --seed.", "Give either the seeds or how many.")
    return parse_seeds(seeds)


def _drawn(source: RunSource, request: SampleRequest, names: bool | None) -> Samples:
    """Return what a source draws, enlarged."""
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.exports import Samples
    from ganctl.pictures.provenance import Origin

    sampler = Sampler.of(source)
    header = sampler.header
    # A process that trains the run may have replaced the checkpoint since it was checked.
    plan = request.plan(header.conditioning)
    images, values = _images(sampler, plan)
    return Samples(
        images=images.repeat(request.scale, axis=1).repeat(request.scale, axis=2),
        labels=tuple(label for label in plan.labels for _ in plan.seeds),
        seeds=tuple(plan.seeds) * len(plan.labels),
        classes=header.classes or (UNLABELLED.text,),
        truncation=plan.truncation,
        codes=plan.codes.texts,
        scale=request.scale,
        origin=Origin(source.reference, header.progress.step),
        schema=header.conditioning.schema,
        values=values,
        names=names,
        around=request.found.file if request.found else None,
    )


def _images(sampler: Sampler, plan: SamplePlan) -> tuple[Images, Values]:
    """Return the images of a plan and what they are of, with a bar where there are many."""
    import torch

    from ganctl.engine.data.pixels import channels_last

    batches, done = [], 0
    with console.progress(quiet=len(plan) < 1000) as report:
        for batch in sampler.batches(plan):
            batches.append(batch)
            done += len(batch.images)
            report("drawing", done, len(plan))
    images = torch.cat([batch.images for batch in batches])
    return channels_last(images), torch.cat([batch.values for batch in batches]).numpy()
