"""Every example in the docstrings of the Python API does what it shows."""

from __future__ import annotations

import doctest
import shutil

import pytest

import ganctl
from tests.conftest import TINY_CLASSES, tiny_images

FOUND = [
    test
    for name in ganctl.__all__
    if not name.startswith("_")
    for test in doctest.DocTestFinder().find(getattr(ganctl, name), name)
    if test.examples
]


def test_there_are_examples_of_what_one_begins_with():
    names = {test.name for test in FOUND}
    assert {"train", "load", "Generator.sample", "Generator.module", "Run"} <= names


@pytest.mark.slow
@pytest.mark.parametrize("example", FOUND, ids=lambda test: test.name)
def test_an_example_does_what_it_shows(example, trained):
    shutil.copytree(trained.folder, trained.folder.with_name("demo"))
    images, labels = tiny_images()
    names = {"ganctl": ganctl, "images": images, "labels": np_names(labels)}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    example.globs = names
    assert runner.run(example, out=said.append).failed == 0, "".join(said)


def np_names(labels):
    """Return the labels by name, so that they are the data that the judge of the tests knows."""
    return [TINY_CLASSES[label] for label in labels]
