"""What can be said of image files before their pixels are unpacked: sizes, modes, which are bad."""

from __future__ import annotations

import importlib
import math
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cache
from threading import Lock
from typing import IO, NamedTuple, TypeVar

from PIL import ExifTags, Image, UnidentifiedImageError

from ganctl.errors import DataError, UsageError
from ganctl.files.ico import without_icon
from ganctl.files.limits import PICTURE_BYTES, PIXELS
from ganctl.files.text import printable
from ganctl.files.tree import Entry, Tree
from ganctl.readers.labelled import OnProgress, PictureFile, Pictures, Split
from ganctl.requests.checks import check_image_size
from ganctl.requests.data import Fit, ReadOptions

# Pillow knows more formats, and runs Ghostscript for one of them.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "ICO")
_ANIMATED_FORMATS = {"GIF", "PNG", "WEBP", "AVIF"}
_HEIF_ENDINGS = {".heic", ".heif", ".hif"}
_EXIF = {"exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"}
"""Where Pillow keeps what says how an image is to be turned."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_GREY_MODES = ("1", "L", "I", "F")
_LEFT_OUT_UNASKED = 0.01
_LEFT_OUT_AT_MOST = 0.2
_NAMED = 10
"""How many bad files a message names."""
_THREADS = min(4, os.cpu_count() or 1)
_SMALL_BYTES = 2**14
"""Of smaller files Python's own work is the most, which threads only hold each other up at."""
_CHUNK = 32

Item = TypeVar("Item")
Result = TypeVar("Result")
Bad = tuple[str, str]
"""The path of a file that cannot be read, and why, in a few words."""


class Header(NamedTuple):
    """An image before it is decoded; its size is that of the image turned upright."""

    width: int
    height: int
    mode: str
    transparent: bool
    animated: bool

    @property
    def is_grey(self) -> bool:
        """Whether its mode has no room for colour."""
        return self.mode.startswith(_GREY_MODES) and self.mode != "LAB"

    @property
    def is_deep(self) -> bool:
        """Whether it has more than 8 bits, or floats."""
        return self.mode.startswith(("I", "F"))


class Row(NamedTuple):
    """An image of a data set that can be read, as far as its header says."""

    split: Split
    picture: PictureFile
    header: Header


class BadPicture(Exception):
    """A file that is no image that is read; says why in a few words."""


def look(pictures: Pictures, on_progress: OnProgress | None) -> tuple[list[Row], list[Bad]]:
    """Return the images of all parts, in order, and the files that are bad already."""
    files = [(split, picture) for split, part in pictures.parts.items() for picture in part]
    tree, guard = pictures.tree, guard_of(pictures.tree)

    def header_of(file: tuple[Split, PictureFile]) -> Header | str:
        entry = file[1].entry
        try:
            with guard, tree.open(entry) as stream, opened(stream, entry) as image:
                return _header(image)
        except Exception as error:  # Pillow's readers let all kinds of errors out.
            return reason(error)

    rows: list[Row] = []
    bad: list[Bad] = list(tree.lost)
    threads = threads_for([picture.entry for _, picture in files])
    headers = in_threads(threads, header_of, files, "looking at images", on_progress)
    for (split, picture), header in zip(files, headers, strict=True):
        if isinstance(header, str):
            bad.append((str(picture.entry), header))
        else:
            rows.append(Row(split, picture, header))
    return rows, bad


def guard_of(tree: Tree) -> AbstractContextManager[object]:
    """Return what holds back other threads while one opens, reads or closes a file of a tree.

    Files of a folder need nothing; those of an archive share its handle.
    """
    return nullcontext() if tree.path.is_dir() else Lock()


def threads_for(entries: Sequence[Entry]) -> int:
    """Return how many threads read files fastest, by their mean size."""
    size = sum(entry.size for entry in entries)
    return _THREADS if size >= _SMALL_BYTES * len(entries) else 1


def in_threads(
    threads: int,
    work: Callable[[Item], Result],
    items: Sequence[Item],
    what: str,
    on_progress: OnProgress | None,
) -> list[Result]:
    """Return ``work`` of each item, in their order; progress is told from the calling thread."""
    size = max(1, min(_CHUNK, len(items) // (8 * threads)))
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    done: list[Result] = []
    # Here, because the filters of warnings are those of all threads.
    with warnings.catch_warnings():
        # Pillow warns of what is refused here, and of odd metadata that no viewer minds.
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        _formats()
        pool = ThreadPoolExecutor(threads)
        try:
            for results in pool.map(lambda chunk: [work(item) for item in chunk], chunks):
                done += results
                if on_progress is not None:
                    on_progress(what, len(done), len(items))
        finally:
            pool.shutdown(cancel_futures=True)
    return done


@cache
def _formats() -> tuple[str, ...]:
    """Return the formats that are read; what others Pillow can open depends on its plug-ins."""
    with suppress(ImportError, OSError, AttributeError):  # It is optional.
        importlib.import_module("pillow_heif").register_heif_opener()
    Image.init()
    return (*_FORMATS, *(name for name in ("AVIF", "HEIF") if name in Image.OPEN))


@contextmanager
def opened(stream: IO[bytes], entry: Entry) -> Iterator[Image.Image]:
    """Open an image whose size is checked before its pixels are unpacked.

    Raises:
        BadPicture: it is no image of a format that is read, or is too large.
    """
    if entry.size > PICTURE_BYTES:
        raise BadPicture(f"over {PICTURE_BYTES:,} bytes")
    try:
        content = without_icon(stream, entry.size)
    except ValueError as error:
        raise BadPicture(str(error)) from error
    try:
        image = Image.open(content, formats=_formats())
    except UnidentifiedImageError as error:
        stream.seek(0)
        raise BadPicture(_not_an_image(entry, stream.read(1) == b"")) from error
    except Image.DecompressionBombError as error:
        raise BadPicture(f"over {PIXELS:,} pixels") from error
    with image:
        if math.prod(image.size) > PIXELS:
            raise BadPicture(f"{image.width:,}×{image.height:,}: over {PIXELS:,} pixels")
        yield image


def _not_an_image(entry: Entry, is_empty: bool) -> str:
    if is_empty:
        return "empty"
    if entry.ending in _HEIF_ENDINGS and "HEIF" not in _formats():
        return f"{entry.ending} needs the package pillow-heif: pip install pillow-heif"
    if entry.ending == ".avif" and "AVIF" not in _formats():
        return ".avif needs Pillow 11.3 or later: pip install -U pillow"
    return "not an image of a known format"


def reason(error: Exception) -> str:
    """Return why a file cannot be read, in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = printable(str(error))[:100].rstrip(". ") or type(error).__name__
    if "truncated" in text.lower():
        return "truncated"
    return "damaged" if text == "cannot load this image" else text


def _header(image: Image.Image) -> Header:
    size = image.size
    turned = orientation(image) >= 5
    if image.format == "TIFF":  # Of which Pillow's versions turn the size at different times.
        tags = image.tag_v2  # type: ignore[attr-defined]
        size = tags[256], tags[257]
        turned = tags.get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    width, height = reversed(size) if turned else size
    # A phone's photo may have a second image of another kind, and a TIFF pages.
    animated = image.format in _ANIMATED_FORMATS and getattr(image, "is_animated", False)
    return Header(width, height, image.mode, image.has_transparency_data, animated)


def orientation(image: Image.Image) -> int:
    """Return how an image is to be turned, 1 to 8, by EXIF's numbers; 1 is upright."""
    if _EXIF.isdisjoint(image.info):
        return 1
    try:
        found = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # Damaged metadata keep no viewer from showing the image.
        return 1
    return found if found in _UPRIGHT else 1


def upright(image: Image.Image) -> Image.Image:
    """Return a decoded image as a viewer turns it."""
    turn = _UPRIGHT.get(orientation(image))
    return image if turn is None else image.transpose(turn)


def check_bad(pictures: Pictures, bad: Sequence[Bad], options: ReadOptions) -> str | None:
    """Return the sentence that says which files are left out; None if there are none.

    Raises:
        DataError: they are more than are left out.
    """
    total = len(pictures.files) + len(pictures.tree.lost)
    found = f"{len(bad):,} of {total:,} images"
    if len(bad) > _LEFT_OUT_AT_MOST * total:
        hint = "Replace or remove them; --skip-bad leaves out a fifth of the images at most."
    elif len(bad) > _LEFT_OUT_UNASKED * total and not options.skip_bad:
        hint = "Replace or remove them, or give --skip-bad to leave them out."
    else:
        # The layout has told of what is lost.
        lost = set(pictures.tree.lost)
        rest = [file for file in bad if file not in lost]
        some = f"{len(rest):,} of {total:,} images"
        return f"Left out {some}, which cannot be read: {_named(rest)}." if rest else None
    raise DataError(f"{pictures.tree.path}: {found} cannot be read: {_named(bad)}.", hint)


def _named(bad: Sequence[Bad]) -> str:
    names = ", ".join(f"{printable(path)} ({why})" for path, why in sorted(bad)[:_NAMED])
    return f"{names}, and {len(bad) - _NAMED:,} more" if len(bad) > _NAMED else names


def common_size(pictures: Pictures, rows: Sequence[Row], options: ReadOptions) -> tuple[int, int]:
    """Return the width and height that all images are to have.

    Raises:
        DataError: they are of several sizes, or of one that does not suit the networks, and no
            ``image_size`` is given.
    """
    if options.image_size is not None:
        return options.image_size, options.image_size
    sizes = {(row.header.width, row.header.height) for row in rows}
    width, height = first = rows[0].header[:2]
    if len(sizes) > 1:
        odd = next(row.picture.entry for row in rows if row.header[:2] != first)
        raise DataError(
            f"{pictures.tree.describe(odd)} is not {width}×{height} as the first image is; "
            f"there are {len(sizes):,} sizes, {spread(sizes)}.",
            "Give --image-size to resize all of them; --fit crop, pad or stretch says how.",
        )
    check_suits(f"The images in {pictures.tree.path}", width, height)
    return first


def check_suits(what: str, width: int, height: int) -> None:
    """Raise ``DataError`` unless networks can be built for images of that size as it is."""
    try:
        check_image_size("--image-size", height if height == width else 0)
    except UsageError:
        raise DataError(
            f"{what} are {width}×{height}, which does not suit the networks.",
            "Give --image-size, a multiple of 4 from 8 to 256, to resize them; "
            "--fit crop, pad or stretch says how.",
        ) from None


def spread(sizes: set[tuple[int, int]]) -> str:
    """Return the smallest and the largest size, such as "40×55 to 399×380"."""
    ordered = sorted(sizes, key=lambda size: (math.prod(size), size))
    ends = [f"{width}×{height}" for width, height in (ordered[0], ordered[-1])]
    return ends[0] if len(sizes) == 1 else " to ".join(ends)


def remarks_of(read: Sequence[Header], options: ReadOptions) -> list[str]:
    """Return sentences about animations, and about what ``image_size`` did."""
    remarks = []
    if animated := sum(header.animated for header in read):
        remarks.append(
            f"Of animations ({animated:,} of {len(read):,} images), the first frame is read."
        )
    side = options.image_size
    if side is None:
        return remarks
    sizes = [(header.width, header.height) for header in read]
    oblong = [size for size in sizes if size[0] != size[1]]
    if oblong:
        one = len(oblong) == 1 != len(sizes)
        done = {
            Fit.CROP: "cropped to its middle" if one else "cropped to their middle",
            Fit.PAD: "padded to a square" if one else "padded to squares",
            Fit.STRETCH: "stretched to a square" if one else "stretched to squares",
        }[options.fit]
        others = " or ".join(fit.value for fit in Fit if fit is not options.fit)
        remarks.append(
            f"{_images(len(oblong), len(sizes))} {done} (sizes {spread(set(oblong))}; "
            f"else give --fit {others})."
        )
    fills = max if options.fit is Fit.PAD else min
    if small := [size for size in sizes if fills(size) < side]:
        remarks.append(
            f"{_images(len(small), len(sizes))} enlarged from {spread(set(small))} "
            f"to {side}×{side}."
        )
    return remarks


def _images(some: int, total: int) -> str:
    if some == total:
        return "Images were"
    return f"{some:,} of {total:,} images {'was' if some == 1 else 'were'}"
