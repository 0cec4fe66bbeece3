"""``ganctl runs list``."""

from __future__ import annotations

from typing import Annotated

import typer

from ganctl.cli import console
from ganctl.cli.options import INPUT, JsonOption
from ganctl.cli.views.runs import print_kept, print_removed, print_runs
from ganctl.runs.tidying import trash
from ganctl.runs.tidying.overview import data_from_memory, overviews

TrashOption = Annotated[
    bool,
    typer.Option("--trash", help="List what is in the trash instead.", rich_help_panel=INPUT),
]


def list_runs(trash_: TrashOption = False, json: JsonOption = False) -> None:
    """List all runs, and how much of the disk they take.

    Best is the feature distance and the labels right that the run itself measured at its best
    step, beside the feature distance of real images; ganctl evaluate measures them with more
    images. Where a terminal is narrow, columns are left out.
    """
    removed = [(each, each.size()) for each in trash.contents()]
    if trash_:
        if json:
            console.print_json({"trash": [_facts(each, size) for each, size in removed]})
        else:
            print_removed(removed)
        return
    found = overviews()
    kept = [path.stat().st_size for path in data_from_memory()]
    if not json:
        print_runs(found, removed)
        print_kept(kept)
        return
    console.print_json(
        {
            "runs": [run.as_json() for run in found],
            "bytes": sum(run.bytes for run in found),
            "trash": {"runs": len(removed), "bytes": sum(size for _, size in removed)},
            "data_from_memory": {"files": len(kept), "bytes": sum(kept)},
        }
    )


def _facts(removed: trash.Removed, size: int) -> dict[str, str | int]:
    return {
        "name": removed.name,
        "reference": removed.reference,
        "folder": str(removed.folder),
        "bytes": size,
    }
