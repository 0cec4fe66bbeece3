"""``metrics.jsonl``: one line of numbers for each log interval of a run. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganctl.files.atomic import append_line, explained, read_file, write_atomically
from ganctl.files.limits import METRICS_BYTES
from ganctl.files.untrusted_json import is_number, parse
from ganctl.requests.training_metrics import Group, has_quality, of_group

FILE_NAME = "metrics.jsonl"
_TAIL_BYTES = 2**13
"""Far more than a line has."""


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
    return _entries(read_file(path, METRICS_BYTES))


def latest_metrics(folder: Path) -> dict[str, Any]:
    """Return the last whole line of the run in ``folder``, which may be training; {} if none.

    Raises:
        FileError: it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return {}
    with explained(path), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        lines = _entries(file.read(_TAIL_BYTES))
    return lines[-1] if lines else {}


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


def _entries(content: bytes) -> list[dict[str, Any]]:
    """Return the lines that ganctl has written."""
    lines = []
    for line in content.splitlines():
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
