"""What the values of a table's column are: names, numbers, or sentences."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable

from ganctl.files.text import listed
from ganctl.readers.formats.table import Table
from ganctl.readers.remarks import plain_number
from ganctl.readers.tables.missing import is_no_class, known

CLASS_NAMES = (
    frozenset({"label", "labels", "class", "class_name", "classname", "category", "target", "y"}),
    frozenset({
        "species", "breed", "variety", "character", "letter", "digit", "emotion", "diagnosis",
        "genre", "kind",
    }),
)  # fmt: skip
CAPTION_NAMES = frozenset({"caption", "captions", "text", "texts", "prompt", "description"})
MANY_NUMBERS = 100
"""So many different whole numbers are classes; more are measurements, unless the name denies it."""
_LIKE_CLASSES = re.compile(r".*(class|label|category|target|id)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE | re.ASCII)
_WITH_COMMAS = re.compile(r"[-+]?[\d.,]+", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)
_MOSTLY = 0.9
"""The share of numbers from which other values of a column are mistakes in it."""


def numbers_of(values: Iterable[str]) -> dict[str, float]:
    """Return the number that each text of a column writes; NaN for texts that write none.

    A comma is that of decimals, unless every one has three digits after it, as those of thousands
    do. Numbers beyond all floats are none.
    """
    texts = list(values)
    mark = "" if commas_are_of_thousands(texts) else "."
    return {text: _number_of(text.replace(",", mark)) for text in texts}


def commas_are_of_thousands(values: Iterable[str]) -> bool:
    """Return whether there are commas in the numbers of a column, and each stands for thousands."""
    commas = [value for value in values if "," in value and _WITH_COMMAS.fullmatch(value)]
    return bool(commas) and all(map(_THOUSANDS.fullmatch, commas))


def _number_of(text: str) -> float:
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def are_measured(name: str, values: set[str]) -> bool:
    """Return whether the known values of a column are mostly numbers, and not those of classes.

    They are measured if some are no whole numbers, or if they are very many and the column is not
    called as one of classes is.
    """
    found = [number for number in numbers_of(values).values() if not math.isnan(number)]
    if not found or len(found) < _MOSTLY * len(values):
        return False
    is_class = name.casefold() in CLASS_NAMES[1] or _LIKE_CLASSES.fullmatch(name)
    has_many = len(set(found)) > MANY_NUMBERS and not is_class
    return has_many or not all(number.is_integer() for number in found)


def are_sentences(name: str, column: list[str]) -> bool:
    """Return whether most values of a column have several words, and are not a few classes.

    In a column that is called as captions are, a few sentences will do, and two words where
    most images have their own.
    """
    values = known(column)
    is_named = name.casefold() in CAPTION_NAMES
    is_varied = 2 * len(values) >= len(column)
    several = 2 if is_named and is_varied else 3
    long = sum(len(value.split()) >= several for value in values)
    return bool(values) and 2 * long >= len(values) and (is_named or is_varied)


def class_names(
    table: Table, column: int, remarks: list[str], says_nothing: Callable[[str], bool] = is_no_class
) -> dict[str, str | None]:
    """Return what each value of a column is called; None where it says nothing.

    Equal whole numbers are one class, however they are written; ``remarks`` gains that they are.
    """
    values = sorted(set(table.column(column)))
    if table.attributes and set(values) <= {"1", "-1"}:
        name = table.header[column]
        return {"1": name, "-1": f"not {name}"}
    said = [value for value in values if not says_nothing(value)]
    names: dict[str, str | None] = dict.fromkeys(values)
    names.update({value: unicodedata.normalize("NFC", value) for value in said})
    numbers = [plain_number(value) for value in said]
    if not all(number and "." not in number for number in numbers):
        return names
    writings: dict[str, list[str]] = {}
    for value, number in zip(said, numbers, strict=True):
        writings.setdefault(str(number), []).append(value)
    several = [" and ".join(found) for found in writings.values() if len(found) > 1]
    if several:
        remarks.append(f"Equal numbers of {table.name} are one class: {listed(several)}.")
    for number, found in writings.items():
        for value in found:
            names[value] = number if several else value.partition(".")[0]
    return names
