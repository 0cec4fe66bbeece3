"""What every reader of data yields, before it becomes a ``Dataset``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganctl.pictures.images import Images

Split = Literal["train", "test"]
Labels = NDArray[np.int64]
OnProgress = Callable[[str, int, "int | None"], None]
"""Called with what is under way, how much of it is done, and how much there is if known."""


@dataclass(frozen=True)
class Labelled:
    """Images uint8 [N, H, W] or [N, H, W, 3], labels int64 [N], and the class names."""

    images: Images
    labels: Labels
    classes: tuple[str, ...]
