"""``ganctl evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_run
from ganctl.cli.options import (
    INPUT,
    OUTPUT,
    SETTINGS,
    DataOption,
    JsonOption,
    check_moved,
    remember_moved,
    stand_in,
)
from ganctl.errors import UsageError
from ganctl.requests.checks import check_count
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.keeping import keep
from ganctl.runs.evaluation.table import Table
from ganctl.runs.evaluation.tables import comparison, doubts_of, tables
from ganctl.runs.locate import RunSource, find_source, read_source

EXAMPLES = (
    "ganctl evaluate pretrained/avatars --set hair=red",
    "ganctl evaluate demo@latest --cas --json",
    "ganctl evaluate --compare demo pretrained/mnist",
)
SHOWN_CLASSES = 12


RunsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN",
        help="A run by name, prefix or path, a .safetensors file, or pretrained/NAME; several "
        "with --compare. Default: latest.",
        show_default=False,
        autocompletion=complete_run,
        rich_help_panel=INPUT,
    ),
]
NumberOption = Annotated[
    int | None,
    typer.Option(
        "--n",
        metavar="NUMBER",
        help="How many images to judge, beside as many real ones that were held out. Default: "
        "10,000, or as many as are held out.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
CasOption = Annotated[
    bool,
    typer.Option(
        "--cas",
        help="Also train a classifier on 60,000 generated images, and test it on real ones.",
        rich_help_panel=SETTINGS,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Judge only images with this value of an attribute, samples and real ones. "
        "Repeatable.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
CompareOption = Annotated[
    bool,
    typer.Option(
        "--compare",
        help="Show several runs side by side, with a star at the best of each row.",
        rich_help_panel=OUTPUT,
    ),
]


DetailsOption = Annotated[
    bool,
    typer.Option(
        "--details",
        help="Also show what each judge says, and each class or attribute.",
        rich_help_panel=OUTPUT,
    ),
]


def evaluate(
    runs: RunsArgument = None,
    n: NumberOption = None,
    cas: CasOption = False,
    settings: SetOption = None,
    compare: CompareOption = False,
    details: DetailsOption = False,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Judge a generator: do its images obey the labels, look real, and vary?

    The judges are two classifiers trained on real images alone. They judge the
    samples beside real images that they were not trained on.
    """
    if n is not None:
        check_count("--n", n)
    if compare and data is not None:
        raise UsageError("--data is of one run.", "Leave out --compare, or --data.")
    if compare and details:
        raise UsageError("--details are of one run.", "Leave out --compare, or --details.")
    where = check_moved(data)
    asked = _Asked(n, cas, tuple(settings or ()))
    sources = _open_all([*runs] if runs else [None], asked, compare=compare)
    if compare:
        _print_comparison(_compared(sources, asked), json=json)
        return
    evaluation = _judged(sources[0], asked, data=where)
    if json:
        console.print_json(evaluation.as_json())
    else:
        _print_evaluation(evaluation, details=details)
        _say_what_it_means(evaluation, chosen=n is not None, details=details)


@dataclass(frozen=True)
class _Asked:
    """What is to be measured: of how many images, and of those with which values alone."""

    n: int | None
    cas: bool
    settings: tuple[str, ...]


def _open_all(names: Sequence[str | None], asked: _Asked, *, compare: bool) -> list[RunSource]:
    if len(names) > 1 and not compare:
        raise UsageError("evaluate judges one run.", "To show several side by side, add --compare.")
    if len(names) < 2 and compare:
        raise UsageError("--compare needs several runs.", "Name two or more.")
    return [_open(name, asked) for name in names]


def _print_comparison(evaluations: Sequence[Evaluation], *, json: bool) -> None:
    if json:
        console.print_json([evaluation.as_json() for evaluation in evaluations])
    else:
        _print(comparison(evaluations))


def _print_evaluation(evaluation: Evaluation, *, details: bool) -> None:
    """Print the summary, below the tables of details: what was printed last is seen first."""
    summary, *others = tables(evaluation, matrix=SHOWN_CLASSES)
    for table in others if details else ():
        _print(table)
    _print(summary)


def _say_what_it_means(evaluation: Evaluation, *, chosen: bool, details: bool) -> None:
    """Say on stderr what a reader of the summary has to know, and where there is more.

    Args:
        evaluation: what was printed.
        chosen: whether the number of images was.
        details: whether the tables of details were printed too.
    """
    if not details:
        for doubt in doubts_of(evaluation):
            console.note(doubt)
    if chosen:
        console.note(
            f"multiples of the floor are those of {evaluation.n:,} images, and grow with their "
            "number; the unbiased distance can be compared with that of another number"
        )
    if not details:
        console.say("--details shows each judge, and each class or attribute.")


def _print(table: Table) -> None:
    console.print_table(table.columns, table.rows, title=table.title)


def _open(name: str | None, asked: _Asked) -> RunSource:
    source = find_source(name, stand_in(of_attributes=bool(asked.settings)))
    if source.note:
        console.note(source.note)
    return source


def _judged(source: RunSource, asked: _Asked, *, data: str | None = None) -> Evaluation:
    """Judge a generator, and keep the result in its run if it is the run's best checkpoint."""
    from ganctl.engine.evaluation.evaluate import evaluate as judge

    with console.progress() as report:
        evaluation = judge(
            source,
            n=asked.n,
            cas=asked.cas,
            settings=asked.settings,
            data=data,
            on_progress=report,
        )
    remember_moved(source, data)
    if source.run is not None and not evaluation.settings:
        why_not = keep(source.run, evaluation)
        if why_not:
            console.note(why_not)
    return evaluation


def _compared(sources: Sequence[RunSource], asked: _Asked) -> list[Evaluation]:
    """Judge several by the same number of images, and use what their runs have kept."""
    evaluations = [_known(source, asked) or _judged(source, asked) for source in sources]
    common = min(evaluation.n for evaluation in evaluations)
    evaluations = [
        evaluation if evaluation.n == common else _judged(source, replace(asked, n=common))
        for source, evaluation in zip(sources, evaluations, strict=True)
    ]
    if len({evaluation.fingerprint for evaluation in evaluations}) > 1:
        console.note("these runs were trained on different data: their figures are not comparable")
    return evaluations


def _known(source: RunSource, asked: _Asked) -> Evaluation | None:
    """Return the run's kept evaluation, if it is of these weights and has what is requested."""
    kept = source.run.evaluation() if source.run else None
    if kept is None or asked.settings or not kept.is_of(_step_of(source)):
        return None
    if asked.n not in (None, kept.n) or (asked.cas and "cas" not in kept.scores):
        return None
    return replace(kept, run=source.reference)


def _step_of(source: RunSource) -> int:
    return read_source(source, read_checkpoint_header).progress.step
