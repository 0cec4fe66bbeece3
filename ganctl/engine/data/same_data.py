"""Whether data are those that a run was started on, wherever they lie now."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from ganctl.engine.data.dataset import Dataset
from ganctl.files.text import listed
from ganctl.files.untrusted_json import as_shape
from ganctl.requests.conditions.schema import Schema
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
    columns: list[str] = []
    if "schema" in known or "fingerprint" in known:
        columns = [*_of_schemas(as_shape(known.get("schema", {}), Schema), dataset.schema)]
        yield from columns
    alike = all(known.get(name) in (None, now.get(name)) for name in ("count", "classes", "shape"))
    if alike and not columns and known.get("fingerprint") not in (None, now["fingerprint"]):
        yield "the data's pixels or labels are others"


def _of_schemas(then: Schema, now: Schema) -> Iterator[str]:
    """Yield what differs between what is known of images beside their classes."""
    if then.names != now.names:
        yield f"the data's columns were {_columns(then)}, not {_columns(now)}"
        return
    for before, after in zip(then.attributes, now.attributes, strict=False):
        if before != after:
            were, are = _shown(list(before.values)), _shown(list(after.values))
            yield f"the values of {before.name} were {were}, not {are}"
    for old, new in zip(then.quantities, now.quantities, strict=False):
        if old != new:
            span = f"{new.low:g} to {new.high:g}"
            yield f"{old.name} was from {old.low:g} to {old.high:g}, not {span}"
    if len(then.sizes) != len(now.sizes):
        yield f"{len(then.sizes)} of the columns were attributes, not {len(now.sizes)}"
    if then.captions != now.captions:
        yield "the captions have other words, or are in another column"


def _columns(schema: Schema) -> str:
    return listed(list(schema.names)) if schema.names else "none"


def _shown(names: list[str]) -> str:
    return f"{len(names):,} ({listed(names)})"


def _kind(shape: list[int]) -> str:
    channels, height, width = shape
    return f"{width}×{height} {'grey' if channels == 1 else 'colour'}"
