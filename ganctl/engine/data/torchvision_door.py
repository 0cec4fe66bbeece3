"""The one door to torchvision.

The torchvision on PyPI is built for CUDA. Beside a CPU build of torch its
compiled operators do not load, and since 0.17 its import then fails with
"operator torchvision::nms does not exist" (and ``qnms`` after it), because it
attaches shape rules to operators that nobody declared. Declaring the two
schemas first lets the import through. Whatever needs no compiled operator
(datasets, transforms, utils) then works; calling ``nms`` itself still fails,
which is right, as there is no kernel.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType, TracebackType
from typing import Any

import torch

from ganctl.errors import GanctlError

DownloadProgress = Callable[[int, "int | None"], None]
"""Called with the bytes of a file that have arrived, and how many there will be if known."""

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
# A Library's declarations vanish when it is collected, so it must outlive this module's functions.
_declarations: list[torch.library.Library] = []


def datasets() -> ModuleType:
    """Return ``torchvision.datasets``, also where torchvision was built for another torch.

    Raises:
        GanctlError: torchvision cannot be imported for another reason.
    """
    try:
        return _import_datasets()
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise _unusable(error) from error
    except ImportError as error:
        raise _unusable(error) from error
    _declare_missing_operators()
    try:
        return _import_datasets()
    except (ImportError, RuntimeError) as error:
        raise _unusable(error) from error


@contextmanager
def download_progress(report: DownloadProgress | None) -> Iterator[None]:
    """While this is open, torchvision's downloads call ``report`` and print nothing themselves."""
    utils: Any = importlib.import_module("torchvision.datasets.utils")
    original = utils.tqdm

    def bar(total: int | None = None, **_: Any) -> _DownloadBar:
        return _DownloadBar(report, total)

    utils.tqdm = bar
    try:
        yield
    finally:
        utils.tqdm = original


class _DownloadBar:
    """What torchvision uses of a tqdm bar, as calls of a function."""

    def __init__(self, report: DownloadProgress | None, total: int | None) -> None:
        self._report = report
        self._total = total
        self._done = 0

    def update(self, size: int) -> None:
        self._done += size
        if self._report is not None:
            self._report(self._done, self._total)

    def __enter__(self) -> _DownloadBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None


def _import_datasets() -> ModuleType:
    return importlib.import_module("torchvision.datasets")


def _declare_missing_operators() -> None:
    """Declare what the failed import missed, and forget that import's leftovers."""
    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)
    _declarations.append(library)
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]


def _unusable(error: Exception) -> GanctlError:
    return GanctlError(
        f"torchvision cannot be imported: {error}.",
        f"Install the torchvision that matches torch {torch.__version__}. "
        "--data mnist and folders of your own need no torchvision.",
    )
