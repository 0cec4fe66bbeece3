"""``metrics.jsonl``: one line of numbers for each log interval of a run. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganctl.files.atomic import append_line, read_file, write_atomically
from ganctl.files.limits import METRICS_BYTES
from ganctl.files.untrusted_json import is_number, parse
from ganctl.requests.training_metrics import Group, has_quality, of_group

FILE_NAME = "metrics.jsonl"


def append_metrics(folder: Path, line: Mapping[str, Any]) -> None:
    """Add a line to the metrics of the run in ``folder``.

    Raises:
        FileError: it cannot be written; the lines before are whole.
    """
    append_line(folder / FILE_NAME, json.dumps(line))


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of the run in ``folder``, numbers by their names.

    A last line cut off by a crash is left out, as is whatever else ganctl does not write.

    Raises:
        FileError: they cannot be read, or are too large.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return []
    lines = []
    for line in read_file(path, METRICS_BYTES).splitlines():
        try:
            entry = parse(line)
        except ValueError:
            continue
        if not isinstance(entry, dict):
            continue
        numbers = {key: number for key, number in entry.items() if is_number(number)}
        if isinstance(numbers.get("step"), int):
            lines.append(numbers)
    return lines


def rewind_metrics(folder: Path, step: int) -> None:
    """Forget the lines after ``step``, from which a run is resumed.

    Raises:
        FileError: they cannot be read or written; the old ones are whole.
    """
    kept = [line for line in read_metrics(folder) if line["step"] <= step]
    content = "".join(json.dumps(line) + "\n" for line in kept)
    write_atomically(folder / FILE_NAME, content.encode())


def last_quality(folder: Path) -> dict[str, float]:
    """Return the latest quality of the run in ``folder`` and its step; {} if never measured."""
    keys = ("step", *(metric.key for metric in of_group(Group.QUALITY)))
    measured = [line for line in read_metrics(folder) if has_quality(line)]
    return {key: line[key] for line in measured[-1:] for key in keys if key in line}
