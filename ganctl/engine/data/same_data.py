"""Whether data are those that a run was started on, wherever they lie now."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from ganctl.engine.data.dataset import Dataset
from ganctl.files.text import listed
from ganctl.runs.header import DataDescription


def under_known_names(dataset: Dataset, known: DataDescription) -> Dataset:
    """Return data under the class names that a run knows them by, if only those may differ.

    Runs from before some data sets had names call their classes 0, 1, …, and those from before
    names were composed may have a letter and its accent apart.
    """
    names = tuple(known.get("classes", ()))
    if len(names) != len(dataset.classes):
        return dataset
    numbered = names == tuple(map(str, range(len(names))))
    composed = tuple(unicodedata.normalize("NFC", name) for name in names)
    if not (numbered or composed == dataset.classes):
        return dataset
    test = dataset.test and replace(dataset.test, classes=names)
    return replace(dataset, classes=names, test=test)


def differences(dataset: Dataset, known: DataDescription) -> Iterator[str]:
    """Yield what differs between data and what a run, or its checkpoint, remembers of them.

    Args:
        dataset: the data as they are now.
        known: the run's description, or what a checkpoint alone knows of it.
    """
    now = dataset.describe()
    if "count" in known and known["count"] != now["count"]:
        yield f"the data's count was {known['count']:,}, not {now['count']:,}"
    if "classes" in known and known["classes"] != now["classes"]:
        yield f"the data's classes were {_shown(known['classes'])}, not {_shown(now['classes'])}"
    if "shape" in known and known["shape"] != now["shape"]:
        yield f"the data's images were {_kind(known['shape'])}, not {_kind(now['shape'])}"
    alike = all(known.get(name) in (None, now.get(name)) for name in ("count", "classes", "shape"))
    if alike and known.get("fingerprint") not in (None, now["fingerprint"]):
        yield "the data's pixels or labels are others"


def _shown(names: list[str]) -> str:
    return f"{len(names):,} ({listed(names)})"


def _kind(shape: list[int]) -> str:
    channels, height, width = shape
    return f"{width}×{height} {'grey' if channels == 1 else 'colour'}"
