"""The sheets of ``ganctl montage``: generated and real images, neighbours, the sweep of a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ganctl.cli import console
from ganctl.errors import UsageError
from ganctl.requests.conditions.asked import options_of
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.codes import Codes
from ganctl.requests.conditions.labels import UNLABELLED, Label
from ganctl.requests.conditions.settings import Settings
from ganctl.requests.drawing.sample import SamplePlan, check_memory
from ganctl.requests.drawing.sheets import SheetPlan, SheetRequest
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from torch import Tensor

    from ganctl.engine.data.dataset import Dataset
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.lettering import Names

SWEEP_END = 2.0
GENERATED = ""
REAL = "real"
NEIGHBOURS = "neighbours"
BESIDE = ("sample", "nearest in pixels", "nearest in features")
"""What stands for each generated image where its neighbours stand beside it."""


@dataclass(frozen=True)
class Subject:
    """What a sheet is of: a generator, and what stands where.

    ``cols`` and ``seed`` are of the sweep of a code. ``data`` is where the generator's data lie
    now, if not where they were.
    """

    source: RunSource
    header: CheckpointHeader
    plan: SheetPlan
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
        if kind in (GENERATED, REAL):
            return self.plan.columns
        return self.plan.columns * len(BESIDE) if kind == NEIGHBOURS else self.cols

    def check_size(self, kind: str, scale: int) -> None:
        """Raise ``UsageError`` if the images, or the sheet of them, would be too large."""
        from ganctl.pictures.images import check_enlarged, check_sheet

        is_row_each = kind not in (GENERATED, NEIGHBOURS) and isinstance(self.plan.asked[0], Label)
        rows = len(self.plan.asked) if is_row_each else self.plan.rows
        columns, side = self.columns(kind), self.header.network.image_size
        check_memory(rows * columns, self.header.network)
        group = len(BESIDE) if kind == NEIGHBOURS else None
        check_enlarged(*check_sheet(rows * columns, columns, side, side, group=group), scale)

    def sheet(
        self,
        kind: str,
        scale: int,
        names: bool,
        labels: Sequence[str],
        options: Mapping[str, object],
    ) -> bytes:
        """Return a sheet as a PNG that says how to make it again."""
        images = self.images(kind)

        from ganctl.engine.data.pixels import channels_last
        from ganctl.pictures.images import GAP, enlarge, png_bytes, sheet
        from ganctl.pictures.lettering import beside
        from ganctl.pictures.provenance import Origin

        group = len(BESIDE) if kind == NEIGHBOURS else None
        laid_out = enlarge(sheet(channels_last(images), self.columns(kind), group=group), scale)
        if names:
            laid_out = beside(laid_out, self._around(kind, GAP * scale))
        origin = Origin(self.source.reference, self.step(kind))
        return png_bytes(laid_out, origin.metadata("montage", labels=labels, options=options))

    def images(self, kind: str) -> Tensor:
        """Return the images of a kind of sheet, or of the sweep of a code, uint8 [N, C, H, W]."""
        draw = {GENERATED: self.generated, REAL: self.real, NEIGHBOURS: self.neighbours}
        return draw[kind]() if kind in draw else self.sweep(kind)

    def generated(self) -> Tensor:
        """Return the image of every cell."""
        return self.sampler.draw_pairs(self.plan.cells)

    def sweep(self, code: str) -> Tensor:
        """Return a row for each label, in which one code varies and the others rest at 0.

        That is figure 2 of Chen et al. 2016.
        """
        import torch

        resting = dict.fromkeys(range(1, self.header.network.continuous + 1), 0.0)
        number = int(code.removeprefix("c"))
        columns = []
        for value in self._swept:
            codes = Codes(continuous={**resting, number: value})
            columns.append(self.sampler.draw(SamplePlan(self.plan.asked, [self.seed], codes=codes)))
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
        """Return real images of what the cells are of."""
        from ganctl.engine.data.dataset import real_rows
        from ganctl.engine.data.matching import real_cells

        if any(each.is_blend for each in self.plan.asked):
            raise UsageError("There are no real images of a blend.", "Leave out --real.")
        if isinstance(self.plan.asked[0], Caption):
            raise UsageError("--real shows classes or attributes, not words.", "Leave out --real.")
        dataset = self._dataset
        settings = [each for each, _ in self.plan.cells if isinstance(each, Settings)]
        if settings:
            return real_cells(dataset, settings, self.seed)
        labels = [each.index for each in self.plan.asked if isinstance(each, Label) and each.parts]
        return real_rows(dataset, labels or range(len(dataset.classes)), self.cols, self.seed)

    @cached_property
    def _dataset(self) -> Dataset:
        from ganctl.engine.evaluation.reals import data_of

        with console.progress() as report:
            return data_of(self.source, self.header, data=self.data, on_progress=report)

    @property
    def _swept(self) -> list[float]:
        """The values of a code across."""
        step = 2 * SWEEP_END / (self.cols - 1)
        return [-SWEEP_END + step * column for column in range(self.cols - 1)] + [SWEEP_END]

    def _around(self, kind: str, gap: int) -> Names:
        """Return what stands around a sheet whose groups of columns are ``gap`` pixels apart."""
        from ganctl.pictures.lettering import Names

        plan = self.plan
        rows, columns = self.names(kind)
        if kind == NEIGHBOURS:
            groups = [f"{plan.heading} {name}" for name in columns] or [""] * plan.columns
            return Names(rows, BESIDE * plan.columns, groups, gap)
        heading = plan.heading if kind in (GENERATED, REAL) else kind
        return Names(rows, columns, [heading] if columns else [])

    def names(self, kind: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the names of rows and of columns, or of its groups where neighbours stand.

        A seed is no name of real images, which have classes whatever the generator knows.
        """
        plan = self.plan
        if kind in (GENERATED, NEIGHBOURS):
            return plan.row_names, plan.column_names
        if kind != REAL:
            return plan.row_names, [f"{value:.2g}" for value in self._swept]
        if plan.asked == (UNLABELLED,):
            return self._dataset.classes, ()
        first_row = {seed for _, seed in plan.cells[: plan.columns]}
        first_column = {seed for _, seed in plan.cells[:: plan.columns]}
        return (
            plan.row_names if len(first_column) == 1 else (),
            plan.column_names if len(first_row) == 1 else (),
        )


def asked_options(plan: SheetPlan, request: SheetRequest) -> dict[str, list[str]]:
    """Return the options, without dashes, that ask for what a sheet shows; none for its default."""
    if request.settings:
        return {"set": list(request.settings)}
    return options_of(plan.asked) if request.labels or request.texts else {}
