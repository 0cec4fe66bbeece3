"""What is said of columns that are left out, and how they can be asked for."""

import shlex

import pytest

from ganctl.readers.formats.table import Table
from ganctl.readers.tables.columns import choose_columns
from ganctl.readers.tables.file_names import Rows
from ganctl.readers.tables.unused import remarks_on_unused

COUNT = 40


def remarks(**columns):
    """Return what is said of a table with these columns beside its files."""
    every = [[f"{i}.png" for i in range(COUNT)], *([*map(str, each)] for each in columns.values())]
    table = Table("t.csv", ("file", *columns), [*zip(*every, strict=True)])
    rows = Rows(table, 0, ())
    said = remarks_on_unused(rows, (), choose_columns(rows, (), ()))
    for remark in said:  # What it tells to type is understood.
        if "--condition" in remark:
            asked = shlex.split(remark.rpartition("--condition ")[2].removesuffix("."))
            assert choose_columns(rows, (), asked)
    return said


def every(*values):
    return [values[i % len(values)] for i in range(COUNT)]


HAIR, EYES = every("red", "blond", "blond"), every("blue", "green")


def test_nothing_is_said_where_all_is_used():
    assert remarks(hair=HAIR, eyes=EYES) == []


@pytest.mark.parametrize(
    ("column", "what", "is_there"),
    [
        ([i / 7 for i in range(COUNT)], "numbers", True),
        (every("a"), "one value", False),
        (every("", "NA"), "no value", False),
        ([f"a face with number {i}" for i in range(COUNT)], "sentences", True),
        ([f"id{i}" for i in range(COUNT)], "40 values", False),
    ],
)
def test_what_a_column_has_and_how_to_ask_for_it(column, what, is_there):
    hint = " Name each column that matters, such as --condition more." if is_there else ""
    said = [f"Columns of t.csv that are not used: more ({what}).{hint}"]
    assert remarks(hair=HAIR, eyes=EYES, more=column) == said


def test_columns_beside_classes_are_told_unless_they_follow_from_them():
    again = [len(hair) for hair in HAIR]
    assert remarks(label=HAIR, other=again) == []
    assert remarks(label=HAIR, other=again, eyes=EYES) == [
        "Columns of t.csv that are not used: eyes (2 values). Name each column that matters, such "
        "as --condition eyes."
    ]


def test_what_numbers_the_rows_is_no_column_to_speak_of():
    assert remarks(hair=HAIR, eyes=EYES, number=range(7, 7 + COUNT), fold=every(1, 2, 3)) == []


def test_a_name_with_spaces_is_quoted():
    angles = [i / 7 for i in range(COUNT)]
    (said,) = remarks(hair=HAIR, eyes=EYES, **{"the angle": angles})
    assert said.endswith("--condition 'the angle'.")


def test_very_many_columns_are_counted():
    many = {f"c{i}": every("a") for i in range(1000)}
    (said,) = remarks(hair=HAIR, eyes=EYES, **many)
    assert said.endswith("c19 (one value) and 980 more.")
