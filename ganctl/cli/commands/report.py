"""``ganctl report``."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.options import ForceOption, JsonOption, RunArgument, open_source
from ganctl.cli.sheets import Subject
from ganctl.errors import GanctlError, UsageError
from ganctl.files.atomic import check_file, write_result
from ganctl.requests.checks import check_out
from ganctl.requests.drawing.sheets import COLS, SheetRequest
from ganctl.runs.locate import RunSource

if TYPE_CHECKING:
    from torch import Tensor

    from ganctl.pages.report.samples import Neighbours, Sheet

EXAMPLES = (
    "ganctl report --open",
    "ganctl report pretrained/avatars --out faces.html",
    "ganctl report demo@latest --json",
)
ENDINGS = (".html", ".htm")
BESIDE = 12
"""Samples beside their nearest training images, at most."""

OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE.html",
        help="The file to write. Default: report-RUN.html in this folder.",
        show_default=False,
        parser=check_out,
        rich_help_panel="Output",
    ),
]
OpenOption = Annotated[
    bool, typer.Option("--open", help="Open it in the browser.", rich_help_panel="Output")
]


def report(
    run: RunArgument = None,
    out: OutOption = None,
    open_: OpenOption = False,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Write one HTML file about a run: samples, figures, curves, and the generator to play with.

    It has all inside, asks nobody for anything, and takes 3 MB at most. Prints its path.
    """
    source, header = open_source(run)
    path = _file(out, source)
    plan = SheetRequest(cols=COLS).plan(header.conditioning)
    subject = Subject(source, header, plan, COLS, 0)
    subject.check_size("", 1)

    from ganctl.pages.report.page import report_on

    images = subject.generated()
    made = report_on(source, header, _sheet(subject, images), _neighbours(subject, images))
    write_result(path, made.content, force=force)
    if open_ and not webbrowser.open(path.absolute().as_uri()):
        console.note(f"no browser could be opened; open {path} in one")
    if json:
        facts = {"run": source.reference, "path": str(path), "bytes": len(made.content)}
        console.print_json({**facts, "sections": list(made.sections)})
        return
    console.print_path(path)


def _file(out: Path | None, source: RunSource) -> Path:
    """Return where the report goes, which can be written."""
    path = Path(f"report-{source.file_stem}.html") if out is None else out
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"{path.name} does not end in .html.", "--out takes a .html file.")
    check_file(path)
    return path


def _sheet(subject: Subject, images: Tensor) -> Sheet:
    from ganctl.engine.data.pixels import channels_last
    from ganctl.pages.report.samples import Sheet

    plan, schema = subject.plan, subject.header.conditioning.schema
    down = schema.names[0] if schema.steered_by_attributes else ""
    return Sheet(channels_last(images), plan.columns, plan.row_names, plan.column_names, down)


def _neighbours(subject: Subject, images: Tensor) -> Neighbours | str:
    """Return some of the samples beside their nearest training images, or why that cannot be."""
    from ganctl.engine.data.pixels import channels_last
    from ganctl.engine.evaluation.nearest_training_images import beside_neighbours
    from ganctl.engine.evaluation.reals import reals_for
    from ganctl.pages.report.markup import evenly
    from ganctl.pages.report.samples import Neighbours

    plan = subject.plan
    # One of each row where there are as many columns: a row for each class.
    places = [*evenly(len(images), min(plan.rows, BESIDE) if plan.row_names else COLS)]
    names = [plan.row_names[place // plan.columns] for place in places] if plan.row_names else []
    try:
        with console.progress() as progress:
            reals = reals_for(subject.source, subject.header, on_progress=progress)
            beside = beside_neighbours(images[places], reals, on_progress=progress)
    except GanctlError as error:
        return f"{error} {error.hint}"
    return Neighbours(channels_last(beside), names)
