"""How runs show in a list: as many columns as fit, names always whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from ganctl.cli import console
from ganctl.cli.program import program
from ganctl.files.paths import memory_folder
from ganctl.files.text import printable
from ganctl.requests.data import DATA_SETS
from ganctl.runs.tidying.overview import Overview
from ganctl.runs.tidying.trash import Removed

GAP = 2
"""Characters between two columns."""
UNKNOWN = "–"
AGES = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (14 * 86_400, 86_400, "d"))
"""Below so many seconds, an age counts so many seconds each, called that; weeks beyond."""
WEEK = 7 * 86_400


def print_runs(runs: Sequence[Overview], removed: Sequence[tuple[Removed, int]]) -> None:
    """Print a table of runs, and how much they and the trash take."""
    in_trash = f"{_counted(removed)} in the trash (runs list --trash)"
    if not runs:
        console.note(f"there is no run yet; make one with: {program()} train")
        if removed:
            console.note(in_trash)
        return
    now = datetime.now(timezone.utc)
    cells: dict[str, Callable[[Overview], str]] = {
        "run": lambda run: run.name,
        "model": lambda run: run.model or UNKNOWN,
        "data": lambda run: _short(run.data),
        "state": lambda run: run.state,
        "steps": lambda run: UNKNOWN if run.step is None else f"{run.step:,}",
        "best distance": _distance,
        "labels right": _labels_right,
        "size": lambda run: megabytes(run.bytes),
        "age": lambda run: _age(run.created, now),
    }
    rows = [[cell(run) for cell in cells.values()] for run in runs]
    columns = ("age", "data", "labels right", "steps", "model", "best distance", "state", "size")
    _print_fitting([*cells], rows, give_way=columns)
    for run in runs:
        if run.error:
            console.note(run.error)
    total = f"{_plural(len(runs), 'run')}, {megabytes(sum(run.bytes for run in runs))}"
    console.print_sentence(f"{total}; {in_trash}" if removed else total)


def print_kept(sizes: Sequence[int]) -> None:
    """Print how much data from memory take, if there are any."""
    if sizes:
        taken = f"{_plural(len(sizes), 'file')}, {megabytes(sum(sizes))}"
        console.print_sentence(f"data from memory: {taken} in {memory_folder()}")


def print_removed(removed: Sequence[tuple[Removed, int]]) -> None:
    """Print a table of the runs in the trash, those removed first before the others."""
    if not removed:
        console.note("the trash is empty")
        return
    rows = [[each.name, each.reference, megabytes(size)] for each, size in removed]
    _print_fitting(["run", "to restore", "size"], rows, give_way=("size",))
    console.print_sentence(f"{_counted(removed)}; delete them for good: runs rm --forever")


def megabytes(size: int) -> str:
    """Return a size in bytes as text."""
    return f"{size / 1e6:,.1f} MB"


def _print_fitting(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, give_way: Sequence[str]
) -> None:
    """Print a table without the first of ``give_way`` that it is too wide by.

    What is left may be wider than the terminal, which then breaks the line: a name is whole.
    """
    from rich.cells import cell_len

    widths = {
        column: max(cell_len(printable(text)) for text in (column, *(row[i] for row in rows)))
        for i, column in enumerate(columns)
    }
    shown = [*columns]
    for column in give_way:
        if sum(widths[name] + GAP for name in shown) - GAP <= console.width():
            break
        shown.remove(column)
    places = [columns.index(column) for column in shown]
    console.print_table(shown, [[row[place] for place in places] for row in rows], whole=True)


def _distance(run: Overview) -> str:
    """Return the best feature distance, beside that of real images where it is known."""
    if not run.best:
        return UNKNOWN
    floor = run.best.get("floor")
    real = "" if floor is None else f" (real {floor:.2f})"
    return f"{run.best['feature_distance']:.2f}{real}"


def _labels_right(run: Overview) -> str:
    accuracy = (run.best or {}).get("label_accuracy")
    return UNKNOWN if accuracy is None else f"{accuracy:.1%}"


def _short(data: str | None) -> str:
    if data is None:
        return UNKNOWN
    return data if data in DATA_SETS else Path(data).name


def _age(created: datetime | None, now: datetime) -> str:
    if created is None:
        return UNKNOWN
    seconds = max(0, int((now - created).total_seconds()))
    for below, each, unit in AGES:
        if seconds < below:
            return f"{seconds // each} {unit}"
    return f"{seconds // WEEK} weeks"


def _counted(removed: Sequence[tuple[Removed, int]]) -> str:
    return f"{_plural(len(removed), 'run')}, {megabytes(sum(size for _, size in removed))}"


def _plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
