"""The package itself: typed, documented, and of one version."""

import importlib.metadata
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import ganctl

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(ganctl.__path__, "ganctl.")
    if not module.name.endswith("__main__")
)


def test_it_is_typed():
    assert (ROOT / "ganctl" / "py.typed").is_file()


def test_the_installed_version_is_the_packages():
    assert importlib.metadata.version("ganctl") == ganctl.__version__


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name):
    assert (import_module(name).__doc__ or "").strip()


def test_the_readme_knows_every_module():
    readme = (ROOT / "README.md").read_text()
    tree = readme[readme.index("ganctl/\n  api.py") :]
    missing = [
        path.name
        for path in (ROOT / "ganctl").rglob("*.py")
        if "cli" not in path.parts and not path.name.startswith("_") and path.name not in tree
    ]
    assert missing == []


def test_every_dependency_is_pinned_and_explained():
    required = importlib.metadata.requires("ganctl")
    names = [re.match(r"[\w-]+", text)[0] for text in required if "extra ==" not in text]
    assert len(names) >= 9
    constraints = (ROOT / "constraints.txt").read_text()
    readme = (ROOT / "README.md").read_text()
    assert [name for name in names if f"\n{name}==" not in constraints] == []
    assert [name for name in names if f"| {name} |" not in readme] == []
