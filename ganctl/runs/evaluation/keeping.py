"""Which evaluation a run keeps: that of its best checkpoint which says most."""

from __future__ import annotations

from ganctl.errors import CheckpointError, FileError, RunError
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.tables import page
from ganctl.runs.locate import RunSource, read_source
from ganctl.runs.run import Run


def keep(run: Run, evaluation: Evaluation) -> str | None:
    """Keep an evaluation of a run's best checkpoint, unless the kept one says more.

    Returns:
        why it is not kept; None if it is.
    """
    try:
        best = RunSource(run.reference, run.best_checkpoint(), run)
        step = read_source(best, read_checkpoint_header).progress.step
        if evaluation.step != step:
            return f"not kept in the run, which keeps that of its best step, {step}"
        kept = run.evaluation()
        if kept is not None and kept.says_more_than(evaluation):
            return f"not kept in the run, whose evaluation of {kept.n:,} images says more"
        run.keep_evaluation(evaluation, page(evaluation))
    except (CheckpointError, FileError, RunError) as error:
        return f"the result is not kept: {error}"
    return None
