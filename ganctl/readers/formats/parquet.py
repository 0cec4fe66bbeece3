"""Parquet files of encoded images, as Hugging Face keeps them."""

from __future__ import annotations

from collections.abc import Sequence

from ganctl.files.tree import Entry, Tree
from ganctl.readers.labelled import Pictures


def open_parquet(tree: Tree, entries: Sequence[Entry]) -> Pictures:
    """Find the splits and the labels among parquet files."""
    raise NotImplementedError
