"""What an evaluation found, as Python has it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ganctl.errors import FileError, RunError
from ganctl.readers.labelled import OnProgress
from ganctl.requests.data import check_data_exists
from ganctl.requests.training import OPTIONS
from ganctl.runs.evaluation.evaluation import Evaluation as Found
from ganctl.runs.evaluation.keeping import keep
from ganctl.runs.evaluation.metrics import METRICS
from ganctl.runs.evaluation.tables import page
from ganctl.runs.header import remember_data
from ganctl.runs.locate import RunSource


class Evaluation(dict[str, Any]):
    """How good a generator's images are: a dictionary, as ``ganctl evaluate --json`` prints it.

    ``print`` shows the tables of ``ganctl evaluate``.
    """

    def __init__(self, found: Found) -> None:
        super().__init__(found.as_json())
        self._found = found

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for each metric, as ``pandas.DataFrame`` takes them.

        ``metric`` is its name, ``value`` that of the samples, ``real`` that of real images, and
        ``judge`` the judge that measured it; None for a metric without judges.
        """
        return [
            {
                "metric": key,
                "value": figure.samples,
                "real": figure.real,
                "judge": figure.judge and figure.judge.judge,
            }
            for key, figure in self._found.figures().items()
        ]

    def __repr__(self) -> str:
        figures = self._found.figures()
        told = [
            f"{metric.label} {metric.text(figures[metric.key].samples)} "
            f"(real {metric.text(figures[metric.key].real)})"
            for metric in METRICS
            if metric.key in figures
        ]
        return f"<Evaluation of {self['run']}, {self['n']:,} images: {', '.join(told)}>"

    def __str__(self) -> str:
        return page(self._found)


def judge(
    source: RunSource,
    n: int | None,
    settings: Sequence[str],
    *,
    cas: bool,
    data: str | None,
    on_progress: OnProgress | None,
) -> Evaluation:
    """Judge a generator, and keep what was found in the run whose best checkpoint it is.

    The arguments are those of ``engine.evaluation.evaluate``.
    """
    from ganctl.engine.evaluation.evaluate import evaluate

    if data is not None:
        check_data_exists(data)
        data = OPTIONS["data"].check("data", data)
    found = evaluate(source, n=n, cas=cas, settings=settings, data=data, on_progress=on_progress)
    if source.run is not None and not found.settings:
        keep(source.run, found)
    if source.run is not None and data is not None:
        with suppress(FileError, RunError):
            remember_data(source.run.folder, data)
    return Evaluation(found)
