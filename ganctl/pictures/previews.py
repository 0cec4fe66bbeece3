"""Previews: sheets that say where their images begin, so that an animation can name them anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from ganctl.errors import FileError
from ganctl.files.limits import CAPTION_LENGTH
from ganctl.pictures.animations import check_animation
from ganctl.pictures.images import Images, png_bytes, read_image, read_metadata
from ganctl.pictures.lettering import Names, beside

_CORNER = "corner"
_NAMES = ("row_names", "column_names", "column_heading")
MOST_NAMES = 100
"""Names of a preview's rows or columns."""


KIND = {"kind": "preview"}


@dataclass(frozen=True)
class Preview:
    """A preview that was read: ``sheet`` without names, uint8 [H, W] or [H, W, 3], and its names.

    One by an earlier version does not say where its images begin: its names, if it has any, are
    in the sheet.
    """

    sheet: Images
    names: Names
    says_where: bool = True


def is_preview(metadata: Mapping[str, Any]) -> bool:
    """Return whether that is what a preview carries."""
    return metadata.items() >= KIND.items()


def preview_bytes(sheet: Images, names: Names, metadata: Mapping[str, Any]) -> bytes:
    """Return a PNG of a sheet with names around it.

    Args:
        sheet: uint8 [H, W] or [H, W, 3].
        names: of its rows and columns.
        metadata: what it carries beside them.
    """
    whole = beside(sheet, names)
    above, left = (larger - own for larger, own in zip(whole.shape, sheet.shape[:2], strict=False))
    texts = map(list, (names.rows, names.columns, names.groups))
    said = dict(zip(_NAMES, texts, strict=True))
    return png_bytes(whole, {**metadata, **KIND, _CORNER: [above, left], **said})


def read_previews(paths: Sequence[Path], scale: int = 1) -> list[Preview]:
    """Return previews of one run.

    Raises:
        FileError: one cannot be read or is of another size.
        UsageError: they would be too large together, enlarged ``scale`` times.
    """
    found: list[Preview] = []
    for path in paths:
        preview = _read(path)
        check_animation(len(paths), preview.sheet.size, scale)
        found.append(preview)
    # Runs that were resumed by a later version have some whose names are in the sheet.
    least = min((preview.sheet.shape for preview in found if preview.says_where), default=None)
    sheets = [
        preview.sheet
        if preview.says_where or least is None
        else preview.sheet[-least[0] :, -least[1] :]
        for preview in found
    ]
    for path, one in zip(paths, sheets, strict=True):
        if one.shape != sheets[0].shape:
            raise FileError(f"{path} and {paths[0]} differ in size.", "Remove one of them.")
    names = next((preview.names for preview in found if preview.says_where), Names())
    return [Preview(one, names) for one in sheets]


def _read(path: Path) -> Preview:
    whole = read_image(path)
    try:
        said = read_metadata(path)
    except FileError:
        said = {}
    corner = said.get(_CORNER)
    if not _is_corner(corner, whole):
        return Preview(whole, Names(), says_where=False)
    above, left = corner
    rows, columns, groups = (_texts(said.get(name)) for name in _NAMES)
    return Preview(whole[above:, left:], Names(rows, columns, groups))


def _is_corner(corner: object, whole: Images) -> TypeGuard[list[int]]:
    """Return whether that is a place in a picture; the file may be a stranger's."""
    return (
        isinstance(corner, list)
        and len(corner) == 2
        and all(
            isinstance(place, int) and 0 <= place < side
            for place, side in zip(corner, whole.shape, strict=False)
        )
    )


def _texts(names: object) -> tuple[str, ...]:
    if not isinstance(names, list) or len(names) > MOST_NAMES:
        return ()
    return tuple(str(name)[:CAPTION_LENGTH] for name in names)
