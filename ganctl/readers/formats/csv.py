"""Tables of pixels, an image a line."""

from __future__ import annotations

from collections.abc import Sequence

from ganctl.files.tree import Entry, Tree
from ganctl.readers.labelled import Arrays


def open_csv(tree: Tree, entries: Sequence[Entry]) -> Arrays:
    """Find the splits among tables of pixels."""
    raise NotImplementedError
