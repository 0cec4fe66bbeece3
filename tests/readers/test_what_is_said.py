"""Whatever the readers can remark, and every reason to leave a file out, some case provokes."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganctl.errors import GanctlError
from tests.readers.cases import CASES
from tests.readers.test_cases import read_case

READERS = Path(__file__).parents[2] / "ganctl" / "readers"
SENTENCE = re.compile(r"[A-Z\0].*[.]", re.S)
ERROR = re.compile(r"Error|Table|_bad|_unreadable|BadPicture|_no_classes")
HINT = re.compile(
    r"(A line must|Convert|Fetch|Give|In (NumPy|Python):|Load|Make|Name|Read|Replace|Save|Unpack) ?"
)
OTHER_PILLOW = "has no LittleCMS"
"""Said where Pillow was built without a library, which no input provokes."""
pytestmark = pytest.mark.slow


def template(node: ast.AST) -> str:
    """Return a string of the sources with \\0 for what is filled in; empty if it is none."""
    if isinstance(node, ast.JoinedStr):
        values = [v.value if isinstance(v, ast.Constant) else "\0" for v in node.values]
        return "".join(map(str, values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("\0"))), re.S)


def sentences(tree: ast.Module) -> Iterator[str]:
    """Yield the texts that are whole sentences, \\0 for what is filled in, but those of errors."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_error = isinstance(node, ast.Call) and ERROR.search(ast.unparse(node.func))
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_error or is_docstring:
            skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            skipped.update(ast.walk(node))
        text = template(node)
        if " " in text and SENTENCE.fullmatch(text) and not HINT.match(text):
            yield text


def reasons(tree: ast.Module) -> Iterator[str]:
    """Yield why files are left out, by what the counts of ``left_out`` are kept under."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("left_out"):
            yield template(node.slice)


def test_each_remark_and_each_reason_is_provoked_by_a_case(tmp_path: Path) -> None:
    remarks: set[str] = set()
    left_out: set[str] = set()
    for number, case in enumerate(CASES.values()):
        with contextlib.suppress(GanctlError, pytest.skip.Exception):
            reading = read_case(case, tmp_path / str(number))
            remarks |= set(reading.remarks)
            left_out |= set(reading.left_out)
    # Without the extra, no case of parquet is read.
    left_out_here = () if importlib.util.find_spec("pyarrow") else ("parquet.py",)
    paths = [path for path in READERS.rglob("*.py") if path.name not in left_out_here]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    unsaid = [
        text
        for tree in trees
        for texts, said in ((sentences(tree), remarks), (reasons(tree), left_out))
        for text in texts
        if text and OTHER_PILLOW not in text
        if not any(pattern(text).fullmatch(one) for one in said)
    ]
    assert not unsaid, "\n".join(unsaid)
