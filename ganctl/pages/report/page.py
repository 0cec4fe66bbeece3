"""The report: its sections, and how they share the bytes of one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from ganctl.errors import UsageError
from ganctl.files.text import printable
from ganctl.pages.document import Section, document, static
from ganctl.pages.generator import generator_section
from ganctl.pages.report.about import about_section, one_line
from ganctl.pages.report.curves import Lines, curves_section
from ganctl.pages.report.figures import figures_section, tiles
from ganctl.pages.report.markup import paragraph
from ganctl.pages.report.previews import Previews, previews_section
from ganctl.pages.report.samples import (
    Neighbours,
    Sheet,
    neighbours_section,
    overview_section,
)
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

LARGEST = 3_000_000
"""Bytes of a page that is read on a phone, too."""
KEPT_FOR_PREVIEWS = 400_000
"""Of these, at least; a generator that leaves less is left out."""
FRAME = 8_000
"""Bytes of previews' section beside the pictures."""


@dataclass(frozen=True)
class Report:
    """A page, and the names of its sections."""

    content: bytes
    sections: tuple[str, ...]


def report_on(
    source: RunSource, header: CheckpointHeader, samples: Sheet, neighbours: Neighbours | str
) -> Report:
    """Return the report on a generator, at most ``LARGEST`` bytes of HTML.

    Args:
        source: the generator; its run, if it has one, tells how it came to be.
        header: of its checkpoint.
        samples: what it draws.
        neighbours: the training images nearest to some samples, or why there are none.

    Raises:
        FileError: the run's ``metrics.jsonl`` cannot be read.
        CheckpointError: its checkpoint cannot be read.
    """
    run = source.run
    metrics: Lines = run.metrics() if run else []
    evaluation = run.evaluation() if run else None
    overview = overview_section(samples, tiles(evaluation, metrics))
    first = replace(overview, css=static("report/report.css"))  # The rules of all sections.
    figures = figures_section(source, evaluation, metrics)
    last = [neighbours_section(neighbours), about_section(source, header)]
    if run is None:
        room = LARGEST - len(_page(source, header, [first, figures, *last]))
        sections = [first, _generator(source, room), figures, *last]
        return Report(_page(source, header, sections), _names(sections))
    curves = curves_section(metrics)
    room = LARGEST - len(_page(source, header, [first, figures, curves, *last]))
    generator = _generator(source, room - KEPT_FOR_PREVIEWS)
    room = LARGEST - len(_page(source, header, [first, generator, figures, curves, *last]))
    previews = previews_section(Previews.of(run).within(room - FRAME))
    sections = [first, generator, figures, previews, curves, *last]
    return Report(_page(source, header, sections), _names(sections))


def _page(source: RunSource, header: CheckpointHeader, sections: Sequence[Section]) -> bytes:
    return document(_title(source), sections, description=one_line(header))


def _title(source: RunSource) -> str:
    if source.run is None:
        name = source.reference
        return printable(Path(name).name if Path(name).is_absolute() else name)
    return printable(f"{source.run.name}@{source.which}" if source.which else source.run.name)


def _names(sections: Sequence[Section]) -> tuple[str, ...]:
    return tuple(each.id for each in sections)


def _generator(source: RunSource, room: int) -> Section:
    """Return the generator to play with, or a sentence that says why it is not there."""
    try:
        section = generator_section(source)
    except UsageError as error:
        return _without_generator(f"{error} {error.hint}")
    size = len(document("", [section], description=""))
    if size <= room:
        return section
    page = f"ganctl export {quote(source.reference)} --format html"
    return _without_generator(
        f"It takes {size / 1e6:.1f} MB, and a report takes {LARGEST / 1e6:.0f} MB at most. "
        f"A page of its own comes from: {page}"
    )


def _without_generator(why: str) -> Section:
    html = paragraph(f"The generator itself is not in this page. {why}", "note")
    return Section(id="generator", title="The generator", html=html)
