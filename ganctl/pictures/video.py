"""Videos, by PyAV where it is installed: H.264 in MP4, as every browser plays it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np

from ganctl.errors import UsageError
from ganctl.files.limits import JSON_BYTES
from ganctl.pictures.images import Images

CONSTANT_QUALITY = "18"
"""x264's ``crf``: 0 is lossless, 51 the worst, and 18 looks the same as the original."""
_WAY = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
"""The boxes around the comment, from the outermost."""
_EXTRA_BYTES = {b"meta": 4, b"data": 8}
"""What stands in a box before its content: a version; a type and a language."""
_MOST_BOXES = 1000


def check_video(name: str) -> None:
    """Raise ``UsageError`` unless videos can be written, of which ``name`` is to be one."""
    _pyav(name)


def video_bytes(
    frames: Sequence[Images], fps: float, hold: float, comment: str | None = None
) -> bytes:
    """Return an MP4 of H.264 (yuv420p), whose index stands at its beginning, for a web page.

    Colours are halved in resolution, and a frame of odd sides is longer by a white pixel, since
    the format has even sides alone.

    Args:
        frames: one or more uint8 [H, W] or [H, W, 3], of one size.
        fps: frames a second.
        hold: the seconds that the last frame stays at least.
        comment: a text that the file carries.

    Raises:
        UsageError: PyAV is not installed.
    """
    av = _pyav("A video")
    # FFmpeg reads by name what it wrote, to put the index first.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        _write(av, path, frames, fps, hold, comment)
        return path.read_bytes()


def _write(
    av: Any, path: Path, frames: Sequence[Images], fps: float, hold: float, comment: str | None
) -> None:
    options = {"movflags": "+faststart"}
    rate = Fraction(fps).limit_denominator(1000)
    with av.open(str(path), "w", options=options) as container:
        if comment is not None:
            container.metadata["comment"] = comment
        height, width = (side + side % 2 for side in frames[0].shape[:2])
        settings = {"crf": CONSTANT_QUALITY, "preset": "slow"}
        stream = container.add_stream("libx264", rate=rate, options=settings)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        again = max(0, round(hold * fps) - 1)
        for frame in [*frames, *[frames[-1]] * again]:
            pixels = av.VideoFrame.from_ndarray(_even(frame), format="rgb24")
            container.mux(stream.encode(pixels))
        container.mux(stream.encode(None))


def read_comment(path: Path) -> str | None:
    """Return the comment of an MP4 as ``video_bytes`` writes it; None if it has none.

    No library is asked, since the file may be a stranger's: this looks at the sizes of a few boxes
    (ISO/IEC 14496-12, section 4.2) and at nothing else.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start, end = 0, path.stat().st_size
        for name in _WAY:
            found = next((box for box in _boxes(file, start, end) if box[0] == name), None)
            if found is None:
                return None
            _, start, end = found
            start += _EXTRA_BYTES.get(name, 0)
        file.seek(start)
        content = file.read(max(0, min(end - start, JSON_BYTES)))
    return content.decode("utf-8", errors="replace")


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, the start and the end of the content of each box between two places."""
    for _ in range(_MOST_BOXES):
        file.seek(start)
        header = file.read(8)
        size = int.from_bytes(header[:4], "big")
        first = 8
        if size == 1:  # A long one has its size behind its name.
            size, first = int.from_bytes(file.read(8), "big"), 16
        if len(header) < 8 or size < first or start + size > end:
            return
        yield header[4:], start + first, start + size
        start += size


def _even(frame: Images) -> Images:
    """Return a frame in colour, of even sides."""
    colour = frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2)
    height, width = frame.shape[:2]
    edges = ((0, height % 2), (0, width % 2), (0, 0))
    return np.ascontiguousarray(np.pad(colour, edges, constant_values=255))


def _pyav(name: str) -> Any:
    try:
        return importlib.import_module("av")
    except ImportError:
        raise UsageError(
            f"{name} needs PyAV to be written.",
            "Install it: pip install 'ganctl[video]'; or end --out in .gif, .webp or .apng.",
        ) from None
