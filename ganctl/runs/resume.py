"""What may be resumed, and with which options. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganctl.errors import UsageError
from ganctl.requests.data import check_data_exists, check_data_remain
from ganctl.runs.locate import find_run
from ganctl.runs.run import Run


def resumed_run(reference: str | None, given: Mapping[str, Any]) -> Run:
    """Return a run that resumes with options, which are checked; nothing is written.

    Args:
        reference: RUN; None means ``latest``.
        given: the options of ``train`` that are named this time.

    Raises:
        RunNotFound, RunError: there is none, or it cannot be read.
        UsageError: an option would make it another run, or its budget is spent.
        DataError: its data are gone.
    """
    run = find_run(reference)
    if "data" in given:
        check_data_exists(given["data"])
    run.config = run.config.resumed(**given)
    check_data_remain(run.config.data, run.packages.get("data", ""))
    if run.is_complete():
        raise UsageError(
            f"The run {run.name} has spent its budget of {run.config.budget}: it is at step "
            f"{run.progress.step:,}.",
            "To train it further, give a larger --epochs, --steps or --minutes, counted from its "
            "start.",
        )
    return run
