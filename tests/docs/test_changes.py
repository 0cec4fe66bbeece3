"""The worked examples of "How many places a change touches" fit the code, and are short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanations" / "changes.md"
DIFFS = [block for block in blocks(PAGE) if block.language == "diff"]
FILES = re.compile(r"^--- a/(\S+)\n\+\+\+ b/\1\n", re.M)
LONGEST = 40


def test_there_is_one_for_an_option_a_metric_and_a_model() -> None:
    assert len(DIFFS) == 3


@pytest.mark.parametrize("diff", DIFFS, ids=lambda diff: f"line {diff.line}")
def test_it_is_short(diff: Block) -> None:
    added = [line for line in diff.text.splitlines() if line[:1] == "+" and line[:3] != "+++"]
    assert len(added) <= LONGEST
    assert len(FILES.findall(diff.text)) == 2


@pytest.mark.parametrize("diff", DIFFS, ids=lambda diff: f"line {diff.line}")
def test_it_applies_to_the_code(diff: Block) -> None:
    _, *parts = FILES.split(diff.text)
    for path, hunks in zip(parts[::2], parts[1::2], strict=True):
        code = (ROOT / path).read_text(encoding="utf-8")
        for hunk in hunks.split("@@\n")[1:]:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] != "+")
            assert code.count(before) == 1, f"{path}:\n{before}"
