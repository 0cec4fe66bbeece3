"""The pictures of a sweep: a row of sheets for each combination, and curves on one axis."""

from __future__ import annotations

from collections.abc import Sequence

from ganctl._version import __version__
from ganctl.errors import GanctlError
from ganctl.files.atomic import write_atomically
from ganctl.pictures.images import Images, png_bytes, sheet
from ganctl.requests.budget import BudgetUnit
from ganctl.requests.conditions.asked import Single
from ganctl.requests.conditions.labels import evenly
from ganctl.requests.drawing.sample import Conditioning
from ganctl.requests.drawing.sheets import SheetRequest
from ganctl.requests.training_metrics import FEATURE_DISTANCE, has_quality
from ganctl.runs.locate import RunSource
from ganctl.sweeps.comparison import DistanceCurve, distance_plot, rows_of_sheets
from ganctl.sweeps.members import Member
from ganctl.sweeps.results import Results
from ganctl.sweeps.sweep import Sweep

SHEET_COLUMNS = 10
SHEET_ROWS = 3


def draw(results: Results, floor: float | None) -> list[str]:
    """Write ``sweep.png`` and ``curves.png`` of what there is by now.

    Args:
        results: what came out.
        floor: the feature distance of real images, as runs measure it while they train.

    Returns:
        Their names; none of what there is nothing to draw of.

    Raises:
        FileError: one cannot be written; what was there is still there.
        UsageError: there are too many runs for one picture.
    """
    sweep, written = results.sweep, []
    sheets = [[_sheet(each) for each in row] for row in _rows(results)]
    if any(each is not None for row in sheets for each in row):
        names = [combination.text for combination in results.combinations]
        columns = [f"seed {seed}" for seed in sweep.plan.seeds]
        picture = rows_of_sheets(sheets, names, columns)
        content = png_bytes(picture, _metadata("sheets of a sweep", sweep))
        write_atomically(sweep.path("sweep.png"), content)
        written.append("sweep.png")
    by_seconds = all(budget.unit is BudgetUnit.MINUTES for budget in sweep.plan.budgets)
    curves = {
        combination.text: [_curve(each, by_seconds=by_seconds) for each in row]
        for combination, row in zip(results.combinations, _rows(results), strict=True)
    }
    if any(curve.places for row in curves.values() for curve in row):
        across = "seconds trained" if by_seconds else "images seen (thousands)"
        title = f"{sweep.name}: {_drawn([curve for row in curves.values() for curve in row])}"
        metadata = _metadata("curves of a sweep", sweep)
        content = distance_plot(curves, across, title, floor, metadata)
        write_atomically(sweep.path("curves.png"), content)
        written.append("curves.png")
    return written


def _metadata(kind: str, sweep: Sweep) -> dict[str, str]:
    return {"ganctl": __version__, "kind": kind, "sweep": sweep.reference}


def _rows(results: Results) -> list[list[Member]]:
    return [results.of_combination(combination) for combination in results.combinations]


def _sheet(member: Member) -> Images | None:
    """Return samples of a run's best checkpoint; None where it has none."""
    from ganctl.engine.data.pixels import channels_last
    from ganctl.engine.sampling.sampler import Sampler

    try:
        run = member.run()
        sampler = Sampler.of(RunSource(run.reference, run.best_checkpoint(), run))
    except GanctlError:
        return None
    cells = sheet_cells(sampler.header.conditioning)
    return sheet(channels_last(sampler.draw_pairs(cells)), SHEET_COLUMNS)


def sheet_cells(of: Conditioning) -> list[tuple[Single, int]]:
    """Return what a sheet of a run shows, row after row, the same for all runs of like data.

    A column is of one class, value or caption, of which there are up to ten at even distances,
    each as often as there is space; within it the seeds count from 0.
    """
    plan = SheetRequest(cols=1).plan(of)
    asked = evenly(list(dict.fromkeys(each for each, _ in plan.cells)), SHEET_COLUMNS)
    columns = [asked[place * len(asked) // SHEET_COLUMNS] for place in range(SHEET_COLUMNS)]
    before = [columns[:place].count(each) for place, each in enumerate(columns)]
    width = [columns.count(each) for each in columns]
    return [
        (each, row * width[place] + before[place])
        for row in range(SHEET_ROWS)
        for place, each in enumerate(columns)
    ]


def _drawn(curves: Sequence[DistanceCurve]) -> str:
    """Return what stands for a run in the picture of their curves."""
    dots = [curve.is_dot for curve in curves if curve.places]
    if all(dots):
        return "a dot for each seed, which was measured once"
    return "a line for each seed" + (", a dot where it was measured once" if any(dots) else "")


def _curve(member: Member, *, by_seconds: bool) -> DistanceCurve:
    """Return the feature distance of a run at each measurement."""
    try:
        lines = [line for line in member.run().metrics() if has_quality(line)]
    except GanctlError:
        lines = []
    places = [line["seconds"] if by_seconds else line["images_seen"] / 1000 for line in lines]
    distances = [line[FEATURE_DISTANCE.key] for line in lines]
    return DistanceCurve(places, distances)
