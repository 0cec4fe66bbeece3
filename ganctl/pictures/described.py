"""What is known of samples beside their pixels, in files: ``labels.csv``, and arrays."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import FileError
from ganctl.files.atomic import explained, read_file
from ganctl.files.limits import TABLE_BYTES
from ganctl.requests.conditions.asked import Single
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.schema import Schema

TABLE = "labels.csv"
FILE = "file"
CAPTION = "caption"

Values = NDArray[np.float32]
"""Values [N, attributes + quantities] as those of ``readers.labelled.Described``."""


def table_with(
    path: Path,
    files: Sequence[str],
    asked: Sequence[Single],
    values: Values,
    schema: Schema,
) -> bytes:
    """Return the table of a folder of samples, with the rows that it has and those of more files.

    Args:
        path: the table, which may be there.
        files: paths from its folder, with slashes.
        asked: what each file is of.
        values: of each file.
        schema: what the values mean.

    Raises:
        FileError: a table is there that cannot be read, or has other columns.
    """
    is_words = isinstance(asked[0], Caption)
    header = [FILE, *([CAPTION] if is_words else schema.names)]
    rows = _rows_in(path, header)
    for file, single, row in zip(files, asked, values, strict=True):
        cells = [single.text] if is_words else _cells(row.tolist(), schema)
        rows[file] = [file, *cells]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows[file] for file in sorted(rows))
    return table.getvalue().encode()


def described_arrays(
    asked: Sequence[Single], values: Values, schema: Schema
) -> dict[str, NDArray[np.generic]]:
    """Return arrays for an ``.npz`` of what samples are of; none where the schema is empty.

    They are ``captions`` [N]; or ``attributes`` int64 [N, A], -1 where it is not known or a blend,
    with ``attribute_names`` [A] and ``attribute_values`` [A], each a list as JSON; and
    ``quantities`` float32 [N, Q], NaN where it is not known, with ``quantity_names`` [Q].
    """
    if isinstance(asked[0], Caption):
        return {"captions": np.array([single.text for single in asked])}
    arrays: dict[str, NDArray[np.generic]] = {}
    first = len(schema.attributes)
    if schema.attributes:
        indices = values[:, :first]
        lists = [json.dumps(each.values, ensure_ascii=False) for each in schema.attributes]
        arrays["attributes"] = np.where(np.isnan(indices), -1, indices).astype(np.int64)
        arrays["attribute_names"] = np.array([each.name for each in schema.attributes])
        arrays["attribute_values"] = np.array(lists)
    if schema.quantities:
        columns = [
            [quantity.number(float(scaled)) for scaled in values[:, first + place]]
            for place, quantity in enumerate(schema.quantities)
        ]
        arrays["quantities"] = np.array(columns, np.float32).T
        arrays["quantity_names"] = np.array([each.name for each in schema.quantities])
    return arrays


def _cells(row: Sequence[float], schema: Schema) -> list[str]:
    """Return a row of values as texts, empty where one is not known."""
    first = len(schema.attributes)
    indices, scaled = row[:first], row[first:]
    return [
        *(
            "" if math.isnan(index) else attribute.values[int(index)]
            for index, attribute in zip(indices, schema.attributes, strict=True)
        ),
        *(
            "" if math.isnan(number) else f"{quantity.number(number):.6g}"
            for number, quantity in zip(scaled, schema.quantities, strict=True)
        ),
    ]


def _rows_in(path: Path, header: Sequence[str]) -> dict[str, list[str]]:
    """Return the rows of a table by file; none if it is not there."""
    with explained(path):
        if not path.exists():
            return {}
    try:
        lines = read_file(path, TABLE_BYTES).decode("utf-8-sig").splitlines(keepends=True)
        rows = list(csv.reader(lines))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError(f"{path} cannot be read as a table.", "Give another --out.") from error
    if rows[:1] != [list(header)] or any(len(row) != len(header) for row in rows[1:]):
        raise FileError(
            f"{path} is a table of other columns than {', '.join(header)}.", "Give another --out."
        )
    return {row[0]: row for row in rows[1:]}
