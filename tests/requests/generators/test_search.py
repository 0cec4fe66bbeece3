"""What ``find`` takes."""

from pathlib import Path
from typing import Any

import pytest

from ganctl.errors import UsageError
from ganctl.requests.data import Fit
from ganctl.requests.generators.search import FindRequest


def request(**options):
    return FindRequest(image=Path("my drawing.png"), **options)


@pytest.mark.parametrize(
    "options, name",
    [
        ({}, "find-demo-my-drawing"),
        ({"labels": ["3,8"]}, "find-demo-my-drawing"),
        ({"steps": 50, "fit": Fit.PAD}, "find-demo-my-drawing"),
    ],
)
def test_a_file_is_named_after_the_image_and_what_was_asked(options, name):
    found = request(**options).file_name("demo")
    assert found.startswith(name)
    assert found.endswith(".png")


def test_different_requests_have_different_files():
    every: list[dict[str, Any]] = [
        {},
        {"labels": ["3"]},
        {"steps": 5},
        {"seed": 1},
        {"fit": Fit.PAD},
        {"texts": ["a"]},
    ]
    assert len({request(**options).file_name("demo") for options in every}) == len(every)


def test_only_what_differs_is_asked_for_again():
    assert {k: v for k, v in request().options.items() if v is not None} == {}
    options = request(steps=5, seed=3, fit=Fit.STRETCH, settings=["a=b"]).options
    assert options == {"set": ["a=b"], "text": None, "steps": 5, "seed": 3, "fit": "stretch"}


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"steps": 10**6}, {"seed": -1}])
def test_numbers_out_of_range(wrong):
    with pytest.raises(UsageError):
        request(**wrong)
