"""A generator as a file, from Python."""

from __future__ import annotations

import os
from pathlib import Path

from ganctl.errors import UsageError
from ganctl.files.atomic import check_file, write_result
from ganctl.files.paths import user_path
from ganctl.requests.checks import choose
from ganctl.requests.generators.exports import ExportRequest, Pixels, choose_format
from ganctl.runs.locate import RunSource


def export_to(
    source: RunSource,
    path: str | os.PathLike[str],
    wanted: str | None,
    *,
    pixels: str,
    half: bool,
    force: bool,
) -> Path:
    """Write a generator as a file; the arguments are those of ``Generator.export``."""
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise UsageError(f"path {path!r} is not a path.", "Give one, such as 'digits.onnx'.")
    target = user_path(os.fspath(path))
    request = ExportRequest(
        format=choose_format(wanted, target), pixels=choose("pixels", pixels, Pixels), half=half
    )
    check_file(target)

    from ganctl.engine.exporting.formats import export

    write_result(target, export(source, request).content, force=force)
    return target
