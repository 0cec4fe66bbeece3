"""What stands where on a sheet of attributes."""

from ganctl.requests.conditions.schema import Attribute, Quantity, Schema
from ganctl.requests.drawing.sample import Conditioning
from ganctl.requests.drawing.sheets import SheetRequest
from ganctl.requests.networks import NetworkSpec

MANY = Attribute("many", tuple(f"v{number}" for number in range(40)))
EYES = Attribute("eyes", ("blue", "green"))
SCHEMA = Schema((MANY, EYES), (Quantity("angle", 0, 1), Quantity("width", 1, 2)))
SPEC = NetworkSpec("modern", 8, 1, 0, 4, attributes=(40, 2), quantities=2)
FACES = Conditioning("cgan", (), SPEC, None, SCHEMA)


def plan(**options):
    return SheetRequest(**options).plan(FACES)


def test_names_of_rows_and_columns():
    sheet = plan(rows="eyes", columns="angle", cols=3, seed=7)
    assert (sheet.rows, sheet.columns) == (2, 3)
    assert sheet.row_names == ("blue", "green")
    assert sheet.column_names == ("0", "0.5", "1")
    assert sheet.cells[4][0].text == "eyes=green, angle=0.5"
    assert {seed for _, seed in sheet.cells} == {7}
    assert sheet.heading == "angle"


def test_numbers_go_down_too():
    sheet = plan(rows="width", cols=2)
    assert sheet.row_names[:2] == ("1", "1.111")
    assert (sheet.rows, sheet.column_names, sheet.heading) == (10, ("0", "1"), "seed")


def test_seeds_go_down_where_only_columns_are_named():
    sheet = plan(columns="eyes", cols=3)
    assert (sheet.row_names, sheet.column_names) == (("0", "1", "2"), ("blue", "green"))
    assert [seed for _, seed in sheet.cells] == [0, 0, 1, 1, 2, 2]


def test_of_very_many_values_some_are_shown():
    sheet = plan()
    assert sheet.rows == 32
    assert sheet.notes == ("the sheet shows 32 of the 40 values of many",)


def test_a_single_number_across_is_the_lowest():
    assert plan(rows="eyes", columns="angle", cols=1).column_names == ("0",)
