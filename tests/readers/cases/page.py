"""The rows of docs/reference/data-layouts.md: what lies there, and what is said of it."""

from __future__ import annotations

import re
from pathlib import Path

from ganctl.errors import GanctlError
from ganctl.readers.labelled import Reading
from ganctl.readers.reading import line
from tests.readers.cases.expect import Case

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "data-layouts.md"
OF_SMALLNESS = re.compile(r"fewer than ten|The test split has no image")
"""What is said of the cases because they are so small."""


def is_documented(case: Case) -> bool:
    """Return whether a case has a row: its function has a docstring, which the row begins with."""
    return case.draw.__doc__ is not None


def row_of_reading(case: Case, reading: Reading, data: Path) -> str:
    """Return the row of a case that is read; the path is written as DATA."""
    remarks = [remark for remark in reading.remarks if not OF_SMALLNESS.search(remark)]
    return _row(case, " ".join([f"{line(reading)}.", *remarks]).replace(str(data), "DATA"))


def row_of_error(case: Case, error: GanctlError, data: Path) -> str:
    """Return the row of a case that is refused; the path is written as DATA."""
    return _row(case, "error: " + str(error).replace(str(data), "DATA"))


def _row(case: Case, said: str) -> str:
    """Return a line of Markdown."""
    lies = " ".join((case.draw.__doc__ or "").split()).removesuffix(".").replace("``", "`")
    flags = " ".join(f"`{flag}`" for flag in _flags(case))
    escaped = re.sub(r"([|<>*_\[\]])", r"\\\1", " ".join(said.split()))
    return f"| {lies}{', by ' if flags else ''}{flags} | {escaped} |"


def _flags(case: Case) -> list[str]:
    options = dict(case.options)
    flags = [] if options.pop("needs_labels", True) else ["--model gan"]
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if name == "levels":
            value = ",".join(f"{number:g}" for number in value)
        for one in value if name == "condition" and not isinstance(value, str) else (value,):
            flags.append(flag if one is True else f"{flag} {one}".replace("{folder}/", ""))
    return flags
