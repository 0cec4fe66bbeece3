"""``ganctl find``."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_from
from ganctl.cli.options import (
    INPUT,
    SETTINGS,
    DataOption,
    ForceOption,
    JsonOption,
    LabelOption,
    OutFile,
    RunArgument,
    SetOption,
    TextOption,
    check_moved,
    is_stdout,
    open_source,
    remember_moved,
)
from ganctl.cli.program import program
from ganctl.errors import DataError, FileError, UsageError
from ganctl.files.atomic import check_file, check_free, write_result
from ganctl.pictures.provenance import Origin
from ganctl.requests.checks import choose, values
from ganctl.requests.conditions.asked import Single
from ganctl.requests.conditions.labels import Label
from ganctl.requests.conditions.settings import Settings
from ganctl.requests.data import Fit
from ganctl.requests.generators.search import STEPS, FindRequest
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from ganctl.engine.inversion.coverage import Reached
    from ganctl.engine.inversion.finding import Finding
    from ganctl.engine.inversion.training_image import TrainingImage

EXAMPLES = (
    "ganctl find drawing.png",
    "ganctl find drawing.png --class 3,8 --out found.png",
    "ganctl find face.jpg pretrained/avatars --set hair=red",
)
PIXELS_WIDE = 256
"""How wide an image of the strip is, or a little less: its title has two lines."""
LONGEST_NAME = 12
"""Characters of a class's name that its title has room for."""

ImageArgument = Annotated[
    Path,
    typer.Argument(
        metavar="IMAGE",
        help="An image file, such as a .png or .jpg; its middle, as large as the generator draws.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
StepsOption = Annotated[
    int,
    typer.Option(
        "--steps",
        metavar="NUMBER",
        help=f"Steps of the search. Default: {STEPS}.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed",
        metavar="SEED",
        help="The first of the seeds that the search begins from. Default: 0.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
FitOption = Annotated[
    str,
    typer.Option(
        "--fit",
        metavar="HOW",
        help=f"How an image of another shape becomes square: {', '.join(values(Fit))}. "
        "Default: crop.",
        show_default=False,
        autocompletion=complete_from(values(Fit)),
        rich_help_panel=SETTINGS,
    ),
]


@dataclass(frozen=True)
class Beside:
    """What a finding is held against: other images, if the generator's data can be had."""

    nearest: TrainingImage
    reached: Reached


def find(
    image: ImageArgument,
    run: RunArgument = None,
    digit: LabelOption = None,
    settings: SetOption = None,
    text: TextOption = None,
    steps: StepsOption = STEPS,
    seed: SeedOption = 0,
    fit: FitOption = Fit.CROP.value,
    data: DataOption = None,
    out: OutFile = None,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Find the picture of the generator that is nearest to an image, and what it is of.

    Prints the path of a strip: the image, what was found, and the nearest training image.
    """
    request = FindRequest(
        image=image,
        labels=digit or (),
        settings=settings or (),
        texts=text or (),
        steps=steps,
        seed=seed,
        fit=choose("fit", fit, Fit),
    )
    source, header = open_source(run, of_attributes=bool(settings), of_words=bool(text))
    asked, notes = request.asked(header.conditioning)
    for note in notes:
        console.note(note)
    if header.conditioning.schema.steered_by_words and not text:
        console.note(f"of {len(asked)} captions that it learned from; --text names others")
    to_stdout = is_stdout(out, json=json)
    path = Path("FILE.png") if to_stdout else _file(out, request, source)
    if not to_stdout:
        again = _metadata(request, Origin(source.reference, header.progress.step))["command"]
        _check_not_taken(path, again, force=force)
    moved = check_moved(data)
    began = time.monotonic()
    finding, beside = _found(source, header, request, moved)
    picture = _strip(finding, beside, request, source)
    if to_stdout:
        console.write_bytes(picture)
    else:
        write_result(path, picture, force=force)
    remember_moved(source, moved)
    if json:
        facts = _facts(finding, beside)
        seconds = round(time.monotonic() - began, 2)
        shown = {"run": source.reference, "image": str(image), "path": str(path)}
        console.print_json({**shown, **facts, "seconds": seconds})
        return
    _say(finding, beside, source, path)
    if not to_stdout:
        console.print_path(path)


def _file(out: Path | None, request: FindRequest, source: RunSource) -> Path:
    path = out or Path(request.file_name(source.file_stem))
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path.name} does not end in .png.", "--out takes a .png file.")
    check_file(path)
    return path


def _check_not_taken(path: Path, command: str, *, force: bool) -> None:
    """Refuse a file, unless this very command wrote it, which may find the same again."""
    from ganctl.pictures.images import read_metadata

    with suppress(FileError):
        if read_metadata(path).get("command") == command:
            return
    check_free(path, None, force=force)


def _metadata(request: FindRequest, origin: Origin) -> dict[str, Any]:
    """Return how to make the picture again."""
    return origin.metadata(
        "find", labels=request.labels, options=request.options, before=[_typed(request.image)]
    )


def _found(
    source: RunSource, header: CheckpointHeader, request: FindRequest, data: str | None
) -> tuple[Finding, Beside | None]:
    """Return what was found, and what it is held against; None without the data."""
    from ganctl.engine.evaluation.reals import data_of
    from ganctl.engine.inversion.coverage import reached_for_real_images
    from ganctl.engine.inversion.finding import find as found
    from ganctl.engine.inversion.training_image import nearest_training_image
    from ganctl.engine.sampling.sampler import Sampler

    with console.progress() as report:
        finding = found(source, request, report)
        try:
            dataset = data_of(source, header, data=data, on_progress=report)
        except DataError as error:
            if data is not None:
                raise
            console.note(f"nothing is held against training images: {error}")
            console.hint(error.hint)
            return finding, None
        reached = reached_for_real_images(Sampler.of(source), dataset, request.steps, report)
    return finding, Beside(nearest_training_image(finding.target, dataset), reached)


def _strip(
    finding: Finding, beside: Beside | None, request: FindRequest, source: RunSource
) -> bytes:
    """Return the strip as a PNG that says how to make it again, and where to go on from."""
    import torch

    from ganctl.engine.data.pixels import channels_last
    from ganctl.pictures.images import enlarge, png_bytes, sheet
    from ganctl.pictures.lettering import Names
    from ganctl.pictures.lettering import beside as with_names

    images = [finding.target, finding.image]
    titles = [
        f"your image{', inverted' if finding.inverted else ''}",
        f"found: {_brief(finding.asked)}{finding.distance:.3f} away",
    ]
    if beside is not None:
        images.append(beside.nearest.image)
        titles.append(f"nearest training image: {beside.nearest.distance:.3f} away")
    scale = max(1, PIXELS_WIDE // finding.image.shape[-1])
    laid_out = enlarge(sheet(channels_last(torch.cat(images)), len(images)), scale)
    about = _metadata(request, Origin(source.reference, finding.step))
    return png_bytes(
        with_names(laid_out, Names(columns=titles)), {**about, **finding.found.metadata}
    )


def _facts(finding: Finding, beside: Beside | None) -> dict[str, Any]:
    """Return what was found, as ``sample --json`` says what was asked for."""
    found = finding.found
    asked: Mapping[str, Any] = {
        "labels": list(found.labels),
        "set": list(found.settings),
        "text": list(found.texts),
        "codes": list(found.codes),
    }
    facts: dict[str, Any] = {
        **{name: said for name, said in asked.items() if said},
        "distance": finding.distance,
        "distances": finding.by_text,
        "inverted": finding.inverted,
        "latent": list(found.latent),
        "nearest_training_image": None,
        "real_images": None,
    }
    if beside is not None:
        nearest, reached = beside.nearest, beside.reached
        facts["nearest_training_image"] = {"distance": nearest.distance, "label": nearest.label}
        facts["real_images"] = {"split": reached.split, "distances": list(reached.distances)}
    return facts


def _say(finding: Finding, beside: Beside | None, source: RunSource, path: Path) -> None:
    for remark in finding.remarks:
        console.note(remark)
    if finding.inverted:
        console.note("the image was inverted, which is nearer: the generator draws light on dark")
    of = f"{_asked_text(finding.asked)}: " if finding.asked.options else ""
    codes = f" ({', '.join(finding.found.codes)})" if finding.found.codes else ""
    console.say(
        f"{of}{finding.distance:.3f} away{codes}; 0 is the same image, 1 is white instead of black"
    )
    if beside is not None:
        reached, nearest = beside.reached, beside.nearest
        count = len(reached.distances)
        farther = reached.farther_than(finding.distance)
        unlike = "" if farther else ", so that it is unlike what the generator draws"
        console.say(
            f"nearer than to {farther} of {count} {reached.split} images "
            f"(median {reached.median:.3f}){unlike}"
        )
        label = f", class {nearest.label}" if nearest.label is not None else ""
        console.say(
            f"nearest of {nearest.count:,} training images: {nearest.distance:.3f} away{label}"
        )
    words = shlex.join(["sample", source.reference, "--from", str(path)])
    console.hint(f"go on from there: {program()} {words}")


def _brief(asked: Single) -> str:
    """Return a class, for a title; a long name, settings and words would not fit."""
    is_short = isinstance(asked, Label) and 0 < len(asked.typed) <= LONGEST_NAME
    return f"{asked.text}, " if is_short else ""


def _asked_text(asked: Single) -> str:
    return ", ".join(asked.typed) if isinstance(asked, Settings) else asked.text


def _typed(path: Path) -> str:
    """Return a path as one types it: none is taken for an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)
