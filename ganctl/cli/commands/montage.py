"""``ganctl montage``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.options import (
    INPUT,
    SETTINGS,
    DataOption,
    ForceOption,
    LabelOption,
    OutFile,
    RunArgument,
    check_moved,
    open_source,
    remember_moved,
    scale_option,
)
from ganctl.errors import UnknownName, UsageError
from ganctl.files.atomic import check_writable, write_results
from ganctl.requests.checks import check_count
from ganctl.requests.conditions.codes import Codes, continuous_names
from ganctl.requests.conditions.labels import SHOWN_CLASSES, UNLABELLED_ROWS, Label, evenly
from ganctl.requests.sample import (
    LARGEST_SCALE,
    SamplePlan,
    asked_of,
    check_memory,
    choose_seeds,
)
from ganctl.requests.seeds import check_seed
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from torch import Tensor

    from ganctl.engine.sampling.sampler import Sampler

EXAMPLES = (
    "ganctl montage --scale 3",
    "ganctl montage --digit 3 --cols 20",
    "ganctl montage --neighbours --cols 5",
)
SWEEP_END = 2.0
GENERATED = ""
REAL = "real"
NEIGHBOURS = "neighbours"
BESIDE = 3
"""Images for each generated one where its neighbours stand beside it."""

ColumnsOption = Annotated[
    int,
    typer.Option(
        metavar="NUMBER",
        help="Images in a row. Default: 10.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        metavar="SEED",
        help="The first column's seed. Default: 0.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
ScaleOption = Annotated[int, scale_option(2)]
SweepOption = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help="Sweep a code of InfoGAN from -2 to 2 across, with the others at 0 and the "
        "latent of --seed: c1, c2, or all, a sheet for each.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
RealOption = Annotated[
    bool,
    typer.Option(
        "--real", help="Show real images of the run's data instead.", rich_help_panel=INPUT
    ),
]
NeighboursOption = Annotated[
    bool,
    typer.Option(
        "--neighbours",
        help="Show each image, and the nearest training images to it in pixels and in a judge's "
        "features.",
        rich_help_panel=INPUT,
    ),
]


def montage(
    run: RunArgument = None,
    digit: LabelOption = None,
    cols: ColumnsOption = 10,
    seed: SeedOption = 0,
    scale: ScaleOption = 2,
    sweep: SweepOption = None,
    real: RealOption = False,
    neighbours: NeighboursOption = False,
    data: DataOption = None,
    out: OutFile = None,
    force: ForceOption = False,
) -> None:
    """Draw a sheet: a row for each class, a column for each seed.

    Prints its path.
    """
    check_count("--cols", cols, least=2 if sweep else 1, most=1000)
    check_count("--scale", scale, most=LARGEST_SCALE)
    _check_one({"--sweep": sweep, "--real": real, "--neighbours": neighbours})
    if data is not None and not (real or neighbours):
        raise UsageError(
            "--data says where real images lie.", "Add --real or --neighbours, or leave it out."
        )
    subject = _subject(run, digit, cols, seed, check_moved(data))
    source, header = subject.source, subject.header
    if sweep is not None:
        kinds = _swept(sweep, header)
    else:
        kinds = [REAL if real else NEIGHBOURS if neighbours else GENERATED]
    subject.check_size(kinds[0], scale)
    options = {"cols": cols, "seed": seed, "scale": scale, "real": real, "neighbours": neighbours}
    asked = [label.typed for label in subject.labels] if digit else []
    sheets = {}
    files = {kind: _file(out, source, kind, many=len(kinds) > 1) for kind in kinds}
    for kind, path in files.items():
        shown = {**options, "sweep": kind if sweep else None}
        sheets[path] = subject.sheet(kind, scale, labels=asked, options=shown)
    write_results(sheets, force=force)
    remember_moved(source, subject.data)
    for path in sheets:
        console.print_path(path)


@dataclass(frozen=True)
class Subject:
    """What a sheet is of: a generator, its labels, and the seed at the left end.

    ``data`` is where the generator's data lie now, if not where they were.
    """

    source: RunSource
    header: CheckpointHeader
    labels: tuple[Label, ...]
    cols: int
    seed: int
    data: str | None = None

    @cached_property
    def sampler(self) -> Sampler:
        """The generator, of one and the same checkpoint for all sheets."""
        from ganctl.engine.sampling.sampler import Sampler

        return Sampler.of(self.source)

    def step(self, kind: str) -> int:
        """Return the step that a kind of sheet is of."""
        header = self.header if kind == REAL else self.sampler.header
        return header.progress.step

    def columns(self, kind: str) -> int:
        """Return how many images stand in a row."""
        return self.cols * (BESIDE if kind == NEIGHBOURS else 1)

    def check_size(self, kind: str, scale: int) -> None:
        """Raise ``UsageError`` if the images, or the sheet of them, would be too large."""
        from ganctl.pictures.images import check_enlarged, check_sheet

        rows = len(self.labels)
        if kind in (GENERATED, NEIGHBOURS):
            rows = len(self._seeds) * len(self.labels) // self.cols
        columns, side = self.columns(kind), self.header.network.image_size
        check_memory(rows * columns, self.header.network)
        group = BESIDE if kind == NEIGHBOURS else None
        check_enlarged(*check_sheet(rows * columns, columns, side, side, group=group), scale)

    def sheet(
        self, kind: str, scale: int, *, labels: list[str], options: Mapping[str, object]
    ) -> bytes:
        """Return a sheet as a PNG that says how to make it again."""
        images = self.images(kind)

        from ganctl.engine.data.pixels import channels_last
        from ganctl.pictures.images import enlarge, png_bytes, sheet
        from ganctl.pictures.provenance import Origin

        group = BESIDE if kind == NEIGHBOURS else None
        laid_out = sheet(channels_last(images), self.columns(kind), group=group)
        origin = Origin(self.source.reference, self.step(kind))
        metadata = origin.metadata("montage", labels=labels, options=options)
        return png_bytes(enlarge(laid_out, scale), metadata)

    @property
    def _seeds(self) -> range:
        """A seed for each column, or for each place where there are no labels."""
        count = self.cols * (1 if self.header.classes else UNLABELLED_ROWS)
        return choose_seeds(count, self.seed, "the number of images")

    def images(self, kind: str) -> Tensor:
        """Return the images of a kind of sheet, or of the sweep of a code, uint8 [N, C, H, W]."""
        draw = {GENERATED: self.generated, REAL: self.real, NEIGHBOURS: self.neighbours}
        return draw[kind]() if kind in draw else self.sweep(kind)

    def generated(self) -> Tensor:
        """Return the images of every label and seed."""
        return self.sampler.draw(SamplePlan(self.labels, self._seeds))

    def sweep(self, code: str) -> Tensor:
        """Return a row for each label, in which one code varies and the others rest at 0.

        That is figure 2 of Chen et al. 2016.
        """
        import numpy as np
        import torch

        resting = dict.fromkeys(range(1, self.header.network.continuous + 1), 0.0)
        number = int(code.removeprefix("c"))
        columns = []
        for value in np.linspace(-SWEEP_END, SWEEP_END, self.cols).tolist():
            codes = Codes(continuous={**resting, number: value})
            columns.append(self.sampler.draw(SamplePlan(self.labels, [self.seed], codes=codes)))
        return torch.stack(columns, dim=1).flatten(0, 1)

    def neighbours(self) -> Tensor:
        """Return each generated image, its nearest in pixels, and its nearest in features."""
        from ganctl.engine.evaluation.nearest_training_images import beside_neighbours
        from ganctl.engine.evaluation.reals import reals_for

        images = self.generated()
        with console.progress() as report:
            reals = reals_for(self.source, self.header, data=self.data, on_progress=report)
            return beside_neighbours(images, reals, on_progress=report)

    def real(self) -> Tensor:
        """Return as many real images of every label."""
        from ganctl.engine.data.dataset import real_rows
        from ganctl.engine.evaluation.reals import data_of

        if any(label.is_blend for label in self.labels):
            raise UsageError("There are no real images of a blend.", "Leave out --real.")
        with console.progress() as report:
            dataset = data_of(self.source, self.header, data=self.data, on_progress=report)
        labelled = [label.index for label in self.labels if label.parts]
        classes = labelled or range(len(dataset.classes))
        return real_rows(dataset, classes, self.cols, self.seed)


def _subject(
    run: str | None, digit: list[str] | None, cols: int, seed: int, data: str | None
) -> Subject:
    source, header = open_source(run)
    labels, notes = asked_of(header.conditioning, digit or ())
    for note in notes:
        console.note(note)
    if not digit and len(labels) > SHOWN_CLASSES:
        console.note(
            f"the sheet shows {SHOWN_CLASSES} of the {len(labels):,} classes; --class names "
            "others, or all"
        )
        labels = evenly(labels, SHOWN_CLASSES)
    return Subject(source, header, labels, cols, check_seed(seed), data)


def _check_one(given: Mapping[str, object]) -> None:
    names = [name for name, value in given.items() if value]
    if len(names) > 1:
        raise UsageError(f"{' and '.join(names)} exclude each other.", "Give one of them.")


def _swept(sweep: str, header: CheckpointHeader) -> list[str]:
    """Return the codes that ``--sweep`` names."""
    names = continuous_names(header.network)
    if not names:
        raise UsageError(
            "This generator has no codes to sweep.", "Only --model infogan learns codes."
        )
    if sweep == "all":
        return names
    if sweep not in names:
        raise UnknownName("code", sweep, [*names, "all"])
    return [sweep]


def _file(out: Path | None, source: RunSource, kind: str, *, many: bool) -> Path:
    """Return where a sheet of a kind goes, which can be written."""
    ending = f"-{kind}" if kind else ""
    if out is None:
        path = Path(f"montage-{source.file_stem}{ending}.png")
    elif out.suffix.lower() != ".png":
        raise UsageError(f"{out.name} does not end in .png.", "--out takes a .png file.")
    else:
        path = out.with_stem(out.stem + ending) if many else out
    check_writable(path.parent)
    return path
