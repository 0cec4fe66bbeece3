"""A run's previews through time: the same latents each time, as their generator learned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ganctl.errors import FileError
from ganctl.pages.document import Section, data_uri, static
from ganctl.pages.report.encoding import encoded
from ganctl.pages.report.markup import evenly, paragraph
from ganctl.pictures.images import read_image
from ganctl.runs.layout import step_of
from ganctl.runs.run import Run

MOST = 60
"""Previews that a page shows, whatever their size."""
WIDTH = 704
"""The widest that a preview is shown, in pixels of a page."""
LARGEST = 120_000
"""Bytes of a preview, beyond which its pixels are kept less exactly."""


@dataclass(frozen=True)
class Frame:
    """The picture of a step, as an address that has it inside; its width is in pixels."""

    step: int
    picture: str
    width: int


@dataclass(frozen=True)
class Previews:
    """What a run has of them.

    Args:
        frames: those that may be shown, oldest first.
        count: how many there are.
        unreadable: how many of those that were looked at cannot be read.
    """

    frames: tuple[Frame, ...] = ()
    count: int = 0
    unreadable: int = 0

    @classmethod
    def of(cls, run: Run) -> Previews:
        """Read at most ``MOST`` previews of a run, the first and the last among them."""
        paths = run.previews()
        read = [_frame(paths[place]) for place in evenly(len(paths), MOST)]
        frames = tuple(frame for frame in read if frame is not None)
        return cls(frames, len(paths), len(read) - len(frames))

    def within(self, room: int) -> Previews:
        """Return as many of them, evenly, as take at most so many bytes."""
        for wanted in range(len(self.frames), 0, -1):
            chosen = tuple(self.frames[place] for place in evenly(len(self.frames), wanted))
            if sum(len(frame.picture) for frame in chosen) <= room:
                return Previews(chosen, self.count, self.unreadable)
        return Previews((), self.count, self.unreadable)


def previews_section(found: Previews) -> Section:
    """Return previews with a slider; the newest is there without a script, too."""
    if not found.frames:
        return Section(id="previews", title=_TITLE, html=paragraph(_none(found), "note"))
    last = found.frames[-1]
    # A whole multiple of its width keeps its pixels, and its letters, square.
    width = last.width * max(1, WIDTH // last.width)
    return Section(
        id="previews",
        title=_TITLE,
        html=(
            f"{paragraph(_words(found))}\n"
            f'<div class="player"><div class="controls" hidden>'
            f'<button type="button" class="play">Play</button>'
            f'<label for="previews-step">Step</label>'
            f'<input type="range" id="previews-step" min="0" max="{len(found.frames) - 1}" '
            f'step="1" value="{len(found.frames) - 1}">'
            f'<output for="previews-step">{last.step:,}</output></div>'
            f'<img class="preview" src="{last.picture}" width="{width}" '
            f'alt="Samples at step {last.step:,}"></div>'
        ),
        script=static("report/previews.js"),
        data={
            "steps": [frame.step for frame in found.frames],
            "earlier": [frame.picture for frame in found.frames[:-1]],
        },
    )


_TITLE = "Through the training"


def _frame(path: Path) -> Frame | None:
    try:
        image = read_image(path)
    except FileError:
        return None
    return Frame(step_of(path), data_uri(*encoded(image, LARGEST)), image.shape[1])


def _none(found: Previews) -> str:
    if found.unreadable:
        return f"None of the run's {found.count:,} previews can be read."
    if found.count:
        return "The run's previews are too large for this page; they are in its folder previews/."
    return "The run has no previews: none was written yet, or they were removed."


def _words(found: Previews) -> str:
    words = "The same latents each time, drawn by the averaged generator."
    left_out = found.count - found.unreadable - len(found.frames)
    if left_out:
        words += (
            f" {left_out:,} of {found.count:,} previews were left out, to keep this page small; "
            "all are in the run's folder previews/."
        )
    if found.unreadable:
        words += f" {found.unreadable:,} cannot be read."
    return words
