"""The package itself: typed, documented, and of one version."""

import ast
import importlib.metadata
import re
from pathlib import Path

import pytest

import ganctl
from ganctl import _version

ROOT = Path(__file__).parent.parent
MODULES = sorted(path.relative_to(ROOT) for path in (ROOT / "ganctl").rglob("*.py"))


def test_it_is_typed():
    assert (ROOT / "ganctl" / "py.typed").is_file()


def test_there_is_one_version():
    assert ganctl.__version__ == _version.__version__
    assert importlib.metadata.version("ganctl") == _version.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", _version.__version__)


def test_all_modules_are_looked_at():
    assert {Path("ganctl/__init__.py"), Path("ganctl/__main__.py")} < set(MODULES)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_module_says_what_it_is(path):
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    assert docstring is not None
    assert re.match(r"[A-Z`].*[.:?]$", docstring.splitlines()[0])


def name_of(requirement):
    name = re.match(r"[\w-]+", requirement)
    assert name is not None
    return name[0]


def test_every_dependency_is_pinned():
    required = importlib.metadata.requires("ganctl") or []
    names = [name_of(text) for text in required if "extra ==" not in text]
    assert len(names) >= 9
    constraints = (ROOT / "constraints.txt").read_text()
    assert [name for name in names if f"\n{name}==" not in constraints] == []


def test_every_tool_is_pinned_and_the_tests_extra_is_their_group():
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    assert groups["test"] == project["project"]["optional-dependencies"]["test"]
    names = {
        name_of(text)
        for group in groups.keys() - {"fuzz"}  # It is for one benchmark, on Linux alone.
        for text in groups[group]
        if isinstance(text, str)
    }
    extras = project["project"]["optional-dependencies"]
    names |= {name_of(text) for extra in extras.values() for text in extra}
    constraints = (ROOT / "constraints.txt").read_text()
    assert [name for name in names if f"\n{name}==" not in constraints] == []
