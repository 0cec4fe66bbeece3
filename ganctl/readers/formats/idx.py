"""IDX files under the names that MNIST and its relatives have."""

from __future__ import annotations

from ganctl.files.tree import Tree
from ganctl.readers.labelled import Arrays


def open_idx(tree: Tree) -> Arrays | None:
    """Find IDX files at the root of a tree; None if there are none."""
    raise NotImplementedError
