"""The package stays easy to find one's way in: few files a room, short files, short functions."""

import ast
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ganctl"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)

FILES_IN_A_FOLDER = 12
LINES_IN_A_FILE = 350
LINES_IN_A_FUNCTION = 60


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return all functions and methods of a module, nested ones too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def test_no_folder_is_crowded():
    counts = Counter(name(path.parent) for path in MODULES)
    assert {room: count for room, count in counts.items() if count > FILES_IN_A_FOLDER} == {}


def test_no_file_is_long():
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in lines.items() if count > LINES_IN_A_FILE} == {}


def test_no_function_is_long():
    lines = {
        f"{name(path)}:{function.name}": function.end_lineno - function.lineno + 1
        for path in MODULES
        for function in functions(path)
        if function.end_lineno is not None
    }
    assert {path: count for path, count in lines.items() if count > LINES_IN_A_FUNCTION} == {}


@pytest.mark.parametrize("room", ROOMS, ids=name)
def test_a_room_says_what_lives_there_what_it_may_import_and_where_to_begin(room):
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert docstring is not None
    docstring = " ".join(docstring.split())
    assert " may import " in docstring
    assert "Begin with " in docstring
    assert docstring.endswith(".")
