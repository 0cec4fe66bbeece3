"""Previews say where their images begin, whatever stands around them."""

import numpy as np
import pytest

from ganctl.pictures.images import png_bytes, read_metadata, sheet
from ganctl.pictures.lettering import Names
from ganctl.pictures.previews import is_preview, preview_bytes, read_previews

SHEET = sheet(np.arange(6 * 64, dtype=np.uint8).reshape(6, 8, 8), 3)
NAMES = Names(["a", "é"], ["0", "1", "2"], ["seed"])


def put(folder, name, content):
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize("names", [NAMES, Names(), Names(rows=["x", "y"])])
def test_the_sheet_comes_back_without_its_names(tmp_path, names):
    path = put(tmp_path, "a.png", preview_bytes(SHEET, names, {"step": 3}))
    (preview,) = read_previews([path])
    assert np.array_equal(preview.sheet, SHEET)
    lists = [list(each) for each in (names.rows, names.columns, names.groups)]
    found = preview.names
    assert [list(each) for each in (found.rows, found.columns, found.groups)] == lists
    assert is_preview(read_metadata(path))
    assert read_metadata(path)["step"] == 3


def test_those_of_earlier_versions_lose_the_names_that_are_in_them(tmp_path):
    whole = np.full((SHEET.shape[0] + 3, SHEET.shape[1] + 9), 255, np.uint8)
    whole[3:, 9:] = SHEET
    old = put(tmp_path, "old.png", png_bytes(whole, {"kind": "preview", "step": 0}))
    plain = put(tmp_path, "plain.png", png_bytes(SHEET))
    new = put(tmp_path, "new.png", preview_bytes(SHEET, NAMES, {}))
    for paths in ([old, new], [new, plain]):
        previews = read_previews(paths)
        assert all(np.array_equal(each.sheet, SHEET) for each in previews)
        assert all(list(each.names.rows) == ["a", "é"] for each in previews)
    assert np.array_equal(read_previews([old, old])[0].sheet, whole)


@pytest.mark.parametrize(
    "said",
    [
        {"corner": [1]},
        {"corner": [-1, 0]},
        {"corner": ["1", 2]},
        {"corner": [999, 0]},
        {"corner": "a"},
        {},
    ],
)
def test_a_corner_that_is_none_is_not_cut_off(tmp_path, said):
    (preview,) = read_previews([put(tmp_path, "a.png", png_bytes(SHEET, said))])
    assert np.array_equal(preview.sheet, SHEET)


@pytest.mark.parametrize("names", ["a", 3, ["x"] * 101])
def test_names_that_are_none_are_left_out(tmp_path, names):
    said = {"corner": [0, 0], "row_names": names}
    (preview,) = read_previews([put(tmp_path, "a.png", png_bytes(SHEET, said))])
    assert preview.names.rows == ()
