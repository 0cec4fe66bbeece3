"""Plug-ins that are there for one test: the example of the documentation, and broken ones."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganctl import plugins

EXAMPLE = Path(__file__).parent.parent / "docs" / "example-plugin"
ENTRY_POINTS = """
[ganctl.models]
hinge = ganctl_example:HINGE
[ganctl.networks]
mlp = ganctl_example:MLP
[ganctl.data]
stripes = ganctl_example:stripes
"""


@contextmanager
def installed(
    site: Path, entry_points: str = ENTRY_POINTS, module: str | None = None
) -> Iterator[None]:
    """Put a package on the path as pip would; without a module it is the example's.

    Args:
        site: an empty folder.
        entry_points: what its metadata say.
        module: the text of ``ganctl_example.py``.
    """
    about = site / "ganctl_example-0.1.dist-info"
    about.mkdir()
    summary = "Summary: An example."
    (about / "METADATA").write_text(f"Name: ganctl-example\nVersion: 0.1\n{summary}\n")
    (about / "entry_points.txt").write_text(entry_points)
    text = (EXAMPLE / "ganctl_example.py").read_text() if module is None else module
    (site / "ganctl_example.py").write_text(text)
    sys.path.insert(0, str(site))
    plugins.plugins.cache_clear()
    try:
        yield
    finally:
        sys.path.remove(str(site))
        sys.modules.pop("ganctl_example", None)
        plugins.plugins.cache_clear()
