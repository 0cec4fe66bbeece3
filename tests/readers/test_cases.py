"""What people really have is read as what they mean, or refused with a reason: never in silence."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganctl.errors import GanctlError
from ganctl.readers.labelled import Labelled, Reading
from ganctl.readers.reading import line, read
from ganctl.requests.data import Colour, Fit, ReadOptions
from tests.readers.cases import CASES, Case, Read, Refused, page
from tests.readers.cases.drawing import kind_seen

READINGS = [name for name, case in CASES.items() if isinstance(case.outcome, Read)]
REFUSALS = [name for name, case in CASES.items() if isinstance(case.outcome, Refused)]


HEADS = 8
ROWS = page.PAGE.read_text(encoding="utf-8").splitlines()


def options_of(case: Case, folder: Path) -> ReadOptions:
    found: dict[str, Any] = dict(case.options)
    if "labels" in found:
        found["labels"] = found["labels"].format(folder=folder)
    if "fit" in found:
        found["fit"] = Fit(found["fit"])
    if "colour" in found:
        found["colour"] = Colour(found["colour"])
    if isinstance(found.get("condition"), str):
        found["condition"] = (found["condition"],)
    return ReadOptions(**found)


def skip_without(needs: str) -> None:
    if needs == "posix":
        if os.name != "posix":
            pytest.skip("Windows has neither such names, nor links for everybody, nor pipes")
    elif needs == "permissions":
        if os.name != "posix" or os.geteuid() == 0:
            pytest.skip("root reads every file")
    elif needs and importlib.util.find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed")


def read_case(case: Case, folder: Path) -> Reading:
    skip_without(case.needs)
    folder.mkdir()
    return read(case.draw(folder), options_of(case, folder), None, keep=False)


def counts(part: Labelled) -> dict[str, int]:
    found = np.bincount(part.labels, minlength=len(part.classes))
    return {name: int(n) for name, n in zip(part.classes, found, strict=True)}


def shown_of(part: Labelled, name: str) -> Any:
    """Return the values of an attribute that the images show."""
    assert part.described is not None
    return part.described.values[:, part.described.schema.names.index(name)]


def told(reading: Reading) -> str:
    return "\n".join([line(reading), *reading.remarks])


@pytest.mark.parametrize("name", READINGS)
def test_it_is_read_as_what_is_meant(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    assert isinstance(case.outcome, Read)
    expected, reading = case.outcome, read_case(case, tmp_path / "case")
    train = reading.parts["train"]
    assert list(counts(train).items()) == list(expected.train.items())
    held = (
        {n: c for n, c in counts(reading.parts["test"]).items() if c}
        if "test" in reading.parts
        else None
    )
    assert held == expected.test
    channels = (3,) if expected.colour else ()
    for part in reading.parts.values():
        assert part.images.dtype == np.uint8
        assert part.images.shape[1:] == (expected.size, expected.size, *channels)
        shown = shown_of(part, expected.shows) if expected.shows else part.labels
        if expected.figures:
            seen = [kind_seen(image) for image in part.images]
            assert seen == [int(label) % 4 for label in shown]
    assert expected.layout in reading.layout
    if expected.left_out is not None:
        assert reading.left_out == expected.left_out
    for words in expected.says:
        assert words in told(reading)
    if page.is_documented(case):
        assert page.row_of_reading(case, reading, tmp_path / "case") in ROWS


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    assert isinstance(case.outcome, Refused)
    with pytest.raises(GanctlError) as caught:
        read_case(case, tmp_path / "case")
    if page.is_documented(case):
        assert page.row_of_error(case, caught.value, tmp_path / "case") in ROWS
    assert case.outcome.message in str(caught.value)
    assert case.outcome.hint in caught.value.hint
    assert len(caught.value.hint) > 10


def test_the_page_of_layouts_has_no_other_rows() -> None:
    documented = sum(map(page.is_documented, CASES.values()))
    assert sum(row.startswith("| ") for row in ROWS) == documented + HEADS


def test_every_table_of_the_page_is_of_two_columns() -> None:
    assert all(row.count(" | ") == 1 for row in ROWS if row.startswith("| "))
