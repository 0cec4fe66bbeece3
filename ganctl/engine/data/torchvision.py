"""Data sets that torchvision downloads once."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganctl.engine.data import torchvision_door as vision
from ganctl.errors import DataError
from ganctl.readers.labelled import Labelled, OnProgress, Split
from ganctl.readers.named.placed import downloads, where_files_belong

LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def load_torchvision(class_name: str, split: Split, on_progress: OnProgress | None) -> Labelled:
    """Return a split of the torchvision data set of that class, downloaded at first use.

    Raises:
        DataError: it cannot be downloaded; the hint says where its files may be put.
    """
    collection = getattr(vision.datasets(), class_name)
    options: dict[str, Any] = {"split": "letters"} if class_name == "EMNIST" else {}

    def report(done: int, total: int | None) -> None:
        if on_progress is not None:
            on_progress(f"downloading {class_name}", done, total)

    try:
        with vision.download_progress(report):
            data = collection(downloads(), train=split == "train", download=True, **options)
    except (OSError, RuntimeError) as error:
        # torchvision lists what it tried; the last line says why that failed.
        reason = (str(error).splitlines() or [type(error).__name__])[-1].strip("<>. ")
        raise DataError(
            f"{class_name} cannot be downloaded: {reason}.", _advice(class_name)
        ) from error
    images = np.asarray(data.data)
    labels = np.asarray(data.targets, dtype=np.int64)
    if class_name == "EMNIST":  # Stored on its side, its letters numbered from 1.
        return Labelled(images.transpose(0, 2, 1), labels - 1, LETTERS)
    return Labelled(images, labels, tuple(data.classes))


def _advice(class_name: str) -> str:
    folder, names = where_files_belong(class_name)
    *first, last = names
    listed = f"{', '.join(first)} and {last}" if first else last
    elsewhere = ", or anywhere else and give --data PATH" if first else ""
    return (
        f"Check the network and try again; or put {listed} into {folder}{elsewhere}. "
        "--data mnist is bundled and needs none."
    )
