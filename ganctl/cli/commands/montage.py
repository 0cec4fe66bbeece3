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
    ForceOption,
    LabelOption,
    OutFile,
    RunArgument,
    open_source,
    read_labels,
)
from ganctl.errors import UnknownName, UsageError
from ganctl.files.atomic import check_writable, write_results
from ganctl.pictures.provenance import Origin
from ganctl.requests.codes import Codes, continuous_names
from ganctl.requests.labels import MAX_SEED, UNLABELLED_ROWS, Label, check_seed
from ganctl.requests.training import check_count
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.images import Images

SWEEP_END = 2.0
GENERATED = ""
REAL = "real"


def montage(
    run: RunArgument = None,
    digit: LabelOption = None,
    cols: Annotated[int, typer.Option(help="Images in a row.")] = 10,
    seed: Annotated[int, typer.Option(help="The first column's seed.")] = 0,
    scale: Annotated[int, typer.Option(help="Make each pixel this many pixels wide.")] = 2,
    sweep: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="Let a code of InfoGAN go from -2 to 2 across, with the others at 0 and the "
            "latent of --seed: c1, c2, or all, a sheet for each.",
            show_default=False,
        ),
    ] = None,
    real: Annotated[
        bool, typer.Option("--real", help="Show real images of the run's data instead.")
    ] = False,
    neighbours: Annotated[
        bool,
        typer.Option(
            "--neighbours",
            help="Show each image, and the nearest training images to it in pixels and in a "
            "judge's features.",
        ),
    ] = False,
    out: OutFile = None,
    force: ForceOption = False,
) -> None:
    """Draw a sheet: a row for each class, a column for each seed.

    Prints its path.
    """
    from ganctl.pictures.images import enlarge, png_bytes, sheet

    check_count("--cols", cols, least=2 if sweep else 1, most=1000)
    check_count("--scale", scale, most=64)
    _check_one({"--sweep": sweep, "--real": real, "--neighbours": neighbours})
    source, header = open_source(run)
    subject = Subject(source, header, read_labels(digit, header), cols, check_seed(seed))
    if sweep is not None:
        kinds = _swept(sweep, header)
    else:
        kinds = [REAL if real else "neighbours" if neighbours else GENERATED]
    files = {kind: _file(out, source, kind, many=len(kinds) > 1) for kind in kinds}
    sheets: dict[Path, bytes] = {}
    for kind, path in files.items():
        images = subject.images(kind)
        metadata = Origin(source.reference, subject.step(kind)).metadata(
            "montage",
            labels=[label.text for label in subject.labels] if digit else [],
            options={
                "cols": cols,
                "seed": seed,
                "scale": scale,
                "sweep": kind if sweep else None,
                "real": real,
                "neighbours": neighbours,
            },
        )
        laid_out = sheet(images, 3 * cols, group=3) if neighbours else sheet(images, cols)
        sheets[path] = png_bytes(enlarge(laid_out, scale), metadata)
    write_results(sheets, force=force)
    for path in sheets:
        console.print_path(path)


@dataclass(frozen=True)
class Subject:
    """What a sheet is of: a generator, its labels, and the seed at the left end."""

    source: RunSource
    header: CheckpointHeader
    labels: tuple[Label, ...]
    cols: int
    seed: int

    @cached_property
    def sampler(self) -> Sampler:
        """The generator, of one and the same checkpoint for all sheets."""
        from ganctl.engine.sampling.sampler import Sampler

        return Sampler.of(self.source)

    def step(self, kind: str) -> int:
        """Return the step that a kind of sheet is of."""
        header = self.header if kind == REAL else self.sampler.header
        return int(header.progress["step"])

    @property
    def _seeds(self) -> range:
        """A seed for each column, or for each place where there are no labels."""
        count = self.cols * (1 if self.header.classes else UNLABELLED_ROWS)
        last = self.seed + count - 1
        check_seed(min(last, MAX_SEED + 1), "--seed plus the number of images:")
        return range(self.seed, self.seed + count)

    def images(self, kind: str) -> Images:
        """Return the images of a kind of sheet, or of the sweep of a code."""
        draw = {GENERATED: self.generated, REAL: self.real, "neighbours": self.neighbours}
        return draw[kind]() if kind in draw else self.sweep(kind)

    def generated(self) -> Images:
        """Return the images of every label and seed."""
        seeds = self._seeds  # These are checked before torch is imported.
        return self.sampler.draw(self.labels, seeds)

    def sweep(self, code: str) -> Images:
        """Return a row for each label, in which one code varies and the others rest at 0.

        That is figure 2 of Chen et al. 2016.
        """
        import numpy as np

        resting = dict.fromkeys(range(1, self.header.network.continuous + 1), 0.0)
        number = int(code.removeprefix("c"))
        columns = [
            self.sampler.draw(
                self.labels, [self.seed], codes=Codes(continuous={**resting, number: value})
            )
            for value in np.linspace(-SWEEP_END, SWEEP_END, self.cols).tolist()
        ]
        across = np.stack(columns, axis=1)
        return across.reshape(-1, *across.shape[2:])

    def neighbours(self) -> Images:
        """Return each generated image, its nearest in pixels, and its nearest in features."""
        from ganctl.engine.data.dataset import channels_first
        from ganctl.engine.evaluation.nearest_training_images import beside_neighbours
        from ganctl.engine.evaluation.reals import reals_for
        from ganctl.engine.sampling.sampler import channels_last

        known = self.source.run.data.get("fingerprint") if self.source.run else None
        images = channels_first(self.generated())
        with console.progress() as report:
            reals = reals_for(self.header, fingerprint=known, on_progress=report)
            return channels_last(beside_neighbours(images, reals, on_progress=report))

    def real(self) -> Images:
        """Return as many real images of every label."""
        from ganctl.engine.data.dataset import load, real_rows

        if any(label.is_blend for label in self.labels):
            raise UsageError("There are no real images of a blend.", "Leave out --real.")
        with console.progress() as report:
            dataset = load(
                self.header.data, image_size=self.header.network.image_size, on_progress=report
            )
        labelled = [label.index for label in self.labels if label.weights]
        classes = labelled or range(len(dataset.classes))
        return real_rows(dataset, classes, self.cols, self.seed)


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
