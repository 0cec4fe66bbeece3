"""The report: its sections, and how they share the bytes of one page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ganctl.errors import FileError, GanctlError
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
"""Of these, at least; a generator that leaves less goes without."""


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
    # Each page of its own style would repeat these rules.
    overview = replace(overview, css=static("report/report.css"))
    before = [overview]
    after = [
        figures_section(source, evaluation, metrics),
        *([curves_section(metrics)] if run else []),
        neighbours_section(neighbours),
        about_section(source, header),
    ]
    rest = len(_page(source, header, [*before, *after]))
    generator = _generator(source, LARGEST - rest - (KEPT_FOR_PREVIEWS if run else 0))
    previews = []
    if run is not None:
        room = LARGEST - len(_page(source, header, [*before, generator, *after]))
        previews = [_previews(Previews.of(run), room)]
    sections = [*before, generator, after[0], *previews, *after[1:]]
    return Report(_page(source, header, sections), tuple(each.id for each in sections))
