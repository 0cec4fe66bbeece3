"""Arrays of NumPy's ``.npz``, by the keys that people give them."""

from __future__ import annotations

from ganctl.files.tree import Entry, Tree
from ganctl.readers.labelled import Arrays


def open_npz(tree: Tree, entry: Entry) -> Arrays:
    """Find the images and labels of an ``.npz``."""
    raise NotImplementedError
