"""A sheet of samples with names, and samples beside their nearest training images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganctl.pages.document import Section, data_uri
from ganctl.pages.report.encoding import encoded
from ganctl.pages.report.markup import paragraph, text
from ganctl.pictures.images import Images, sheet

ROW_BYTES = 24_000
"""Bytes of a row of samples, beyond which its pixels are kept less exactly."""
IMAGE_BYTES = 6_000
"""The same of one image."""
NEIGHBOURS = ("sample", "nearest in pixels", "nearest in features")
"""What the images beside each other are."""


@dataclass(frozen=True)
class Sheet:
    """Samples, row after row.

    Args:
        images: uint8 [N, H, W] or [N, H, W, 3].
        columns: how many stand in a row.
        row_names: what each row is of; empty where rows stand for nothing.
        seeds: of the columns; empty where each image has one of its own.
        down: what the names of rows are values of; empty for classes.
    """

    images: Images
    columns: int
    row_names: Sequence[str] = ()
    seeds: Sequence[str] = ()
    down: str = ""


@dataclass(frozen=True)
class Neighbours:
    """Samples, each followed by the training images nearest to it.

    Args:
        images: uint8 [3 * N, H, W] or [3 * N, H, W, 3].
        names: what each of the N samples is of; empty where nothing was asked for.
    """

    images: Images
    names: Sequence[str] = ()


def overview_section(found: Sheet, tiles: Sequence[str]) -> Section:
    """Return what one sees first: some figures, and a sheet of samples."""
    figures = f'<dl class="tiles">{"".join(tiles)}</dl>' if tiles else ""
    return Section(
        id="samples",
        title="What it draws",
        html=f"{figures}\n{_sheet(found)}\n{paragraph(_laid_out(found), 'note')}",
    )


def neighbours_section(found: Neighbours | str) -> Section:
    """Return samples beside their nearest training images, or a sentence that says why not."""
    if isinstance(found, str):
        html = paragraph(f"This cannot be shown. {found}", "note")
    else:
        html = (
            paragraph(
                "Each sample beside the training image nearest to it in pixels, and the one "
                "nearest in the features of a judge. A generator that memorised would repeat one."
            )
            + f'<div class="neighbours">{"".join(_group(found, k) for k in range(_count(found)))}'
            "</div>"
        )
    return Section(id="neighbours", title="Nearest training images", html=html)


def _sheet(found: Sheet) -> str:
    count, columns = len(found.images), found.columns
    rows = []
    for place, start in enumerate(range(0, count, columns)):
        images = found.images[start : start + columns]
        name = found.row_names[place] if found.row_names else ""
        alt = f"{len(images)} samples of {name}" if name else f"{len(images)} samples"
        picture = _picture(sheet(images, columns), alt, ROW_BYTES)
        head = f'<th scope="row"><span>{text(name)}</span></th>' if name else ""
        rows.append(f"<tr>{head}<td>{picture}</td></tr>")
    return f'<table class="sheet"><tbody>{"".join(rows)}</tbody></table>'


def _laid_out(found: Sheet) -> str:
    if not found.seeds:
        return "Each image has a seed of its own."
    rows = f"A row for each value of {found.down}, a" if found.down else "A"
    return f"{rows} column for each seed, {found.seeds[0]} to {found.seeds[-1]}."


def _count(found: Neighbours) -> int:
    return len(found.images) // len(NEIGHBOURS)


def _group(found: Neighbours, place: int) -> str:
    name = found.names[place] if found.names else ""
    start = place * len(NEIGHBOURS)
    figures = []
    for kind, image in zip(NEIGHBOURS, found.images[start : start + len(NEIGHBOURS)], strict=True):
        alt = f"{kind[:1].upper()}{kind[1:]} of {name}" if name and kind == "sample" else kind
        picture = _picture(image, alt, IMAGE_BYTES)
        figures.append(f"<figure>{picture}<figcaption>{text(kind)}</figcaption></figure>")
    title = f"<p>{text(name)}</p>" if name else ""
    return f'<div class="group">{title}{"".join(figures)}</div>'


def _picture(image: Images, alt: str, most: int) -> str:
    height, width = image.shape[:2]
    return (
        f'<img src="{data_uri(*encoded(image, most))}" alt="{text(alt)}" '
        f'width="{width}" height="{height}">'
    )
