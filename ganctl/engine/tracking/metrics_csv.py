"""``metrics.csv``: the lines of ``metrics.jsonl`` as a table, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from ganctl.files.atomic import write_atomically
from ganctl.pictures.images import Images
from ganctl.runs.run import Run


class MetricsCsv:
    """Writes the table anew at each preview and at the end, from what the run has kept.

    Its columns are all names that occur; what was not measured in a line is an empty cell.
    """

    name = "metrics.csv"

    def __init__(self, run: Run, first_step: int) -> None:  # noqa: ARG002
        self._run = run

    def log(
        self,
        step: int,  # noqa: ARG002
        figures: Mapping[str, float],  # noqa: ARG002
        picture: Images | None,
    ) -> None:
        """Write the table if a preview was due.

        Raises:
            FileError: it cannot be written; the old one is whole.
        """
        if picture is not None:
            self._write()

    def close(self) -> None:
        """Write the whole table.

        Raises:
            FileError: it cannot be written; the old one is whole.
        """
        self._write()

    def _write(self) -> None:
        lines = self._run.metrics()
        columns = list(dict.fromkeys(name for line in lines for name in line))
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(lines)
        write_atomically(self._run.folder / self.name, text.getvalue().encode())
