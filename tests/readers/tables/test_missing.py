"""What counts as not known in a table, and what is said of it."""

from collections import Counter

import pytest

from ganctl.readers.tables.missing import is_missing, is_no_class, known, remarks_on_missing

PANDAS = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""The default of ``na_values`` in the documentation of pandas 2.2."""


@pytest.mark.parametrize("cell", PANDAS)
def test_what_pandas_takes_for_nan_is_not_known(cell):
    assert is_missing(cell)
    assert is_no_class(cell) is (cell != "None")


@pytest.mark.parametrize("cell", ["none", "no", "No", "unknown", "?", "-", "Na", "na", "0", "-999"])
def test_what_may_be_a_value_is_one(cell):
    assert not is_missing(cell)
    assert known([cell, "", "NA"]) == {cell}


def test_spellings_are_counted_and_empty_cells_need_no_word():
    missing = Counter({"": 9, "NA": 1200, "nan": 3})
    assert remarks_on_missing("labels.csv", missing, Counter(red=5, Unknown=2)) == [
        "Cells of labels.csv that count as not known: 'NA' 1,200, 'nan' 3.",
        "Cells of labels.csv that count as values, though they may mean not known: 'Unknown' 2.",
    ]
    assert remarks_on_missing("labels.csv", Counter({"": 9}), Counter(none=5, no=2)) == []
