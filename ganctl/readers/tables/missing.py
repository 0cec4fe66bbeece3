"""Which cells of a table say that something is not known, by what well-kept readers take so.

They are those that pandas' ``read_csv`` takes for NaN, and all but ``None`` are null to Arrow; in a
column of classes ``None`` is one. What else people write, such as ``?`` or ``unknown``, may be a
value like any other, and is left one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ganctl.files.text import listed

_ANY_CASE = frozenset({"", "nan", "-nan", "null", "n/a", "<na>"})
_AS_IT_IS = frozenset({
    "NA", "#NA", "#N/A", "#N/A N/A", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN",
})  # fmt: skip
_PYTHONS_NONE = "None"
_DOUBTFUL = frozenset({"?", "-", "--", ".", "na", "unknown", "not known", "missing"})


def is_no_class(value: str) -> bool:
    """Return whether a value of a column of classes says none."""
    return value.casefold() in _ANY_CASE or value in _AS_IT_IS


def is_missing(value: str) -> bool:
    """Return whether a value of an attribute, a number or a caption says that it is not known."""
    return is_no_class(value) or value == _PYTHONS_NONE


def known(values: Iterable[str]) -> set[str]:
    """Return the different values that say something."""
    return {value for value in values if not is_missing(value)}


def remarks_on_missing(name: str, missing: Counter[str], values: Counter[str]) -> list[str]:
    """Say which spellings count as not known, and which do not though they may be meant so.

    Args:
        name: of the table.
        missing: how often each cell is there that counts as not known.
        values: how often each other cell is.
    """
    doubtful = Counter({text: n for text, n in values.items() if text.casefold() in _DOUBTFUL})
    return [
        f"Cells of {name} that {how}: {listed(_counted(found))}."
        for found, how in (
            (missing, "count as not known"),
            (doubtful, "count as values, though they may mean not known"),
        )
        if any(found)
    ]


def _counted(cells: Counter[str]) -> list[str]:
    return [f"{cell!r} {count:,}" for cell, count in cells.most_common() if cell]
