"""What must be unchanged for a resumed run to equal an uninterrupted one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.same_data import differences
from ganctl.errors import RunError
from ganctl.requests.recipes import Recipe
from ganctl.runs.checkpoint_header import CheckpointHeader, read_checkpoint_header
from ganctl.runs.run import Run

_STORED_AS_OPTIONS = ("summary", "model", "batch", "budget", "preview_every", "checkpoint_every")
_HARMLESS = ("log_every",)


def numbers_of(recipe: Recipe) -> dict[str, Any]:
    """Return the numbers of a recipe that make a run what it is, as JSON has them.

    What the run's own options say, such as the batch, is left out.
    """
    left_out = _STORED_AS_OPTIONS + _HARMLESS
    values = {name: value for name, value in asdict(recipe).items() if name not in left_out}
    return {name: _plain(value) for name, value in values.items()}


def check_unchanged(run: Run, dataset: Dataset, recipe: Recipe, header: CheckpointHeader) -> None:
    """Refuse to resume a run on other data, by another recipe, or from another's checkpoint.

    Args:
        run: what it was.
        dataset: the data as they are now.
        recipe: the recipe as this ganctl has it, before ``--lr-scale``.
        header: that of the checkpoint to resume from.

    Raises:
        RunError: something differs; all that does is listed.
    """
    _refuse(
        run,
        dataset,
        [
            *differences(dataset, run.data),
            *_of_recipe(run.recipe, numbers_of(recipe)),
            *_of_checkpoint(run, header),
        ],
    )


def check_resumable(run: Run, dataset: Dataset, recipe: Recipe) -> None:
    """Refuse to resume a run on other data or by another recipe, before its state is loaded.

    Args:
        run: what it was; a new run has nothing that could differ.
        dataset: the data as they are now.
        recipe: the recipe as this ganctl has it.

    Raises:
        RunError: something differs, all of which is listed, or the run's checkpoints are gone.
        CheckpointError: the latest checkpoint is damaged.
    """
    if run.checkpoints():
        check_unchanged(run, dataset, recipe, read_checkpoint_header(run.latest_checkpoint()))
    elif run.progress.step:
        raise RunError(
            f"The run {run.name} got to step {run.progress.step}, and its checkpoints are gone.",
            "Restore its folder checkpoints/, or start a new run without --resume.",
        )
    else:
        _refuse(run, dataset, [*differences(dataset, run.data)])


def _refuse(run: Run, dataset: Dataset, found: Sequence[str]) -> None:
    if found:
        raise RunError(
            f"The run {run.name} cannot be resumed on {dataset.name}: {'; '.join(found)}.",
            f"Restore what it began with (it was written by ganctl {run.ganctl_version}), say "
            "with --data PATH where its data lie now, or start a new run without --resume.",
        )


def _of_recipe(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, value in then.items():
        if name not in now:
            yield f"the recipe's {name} was {_shown(value)}, and is gone"
        elif value != now[name]:
            yield f"the recipe's {name} was {_shown(value)}, not {_shown(now[name])}"


def _of_checkpoint(run: Run, header: CheckpointHeader) -> Iterator[str]:
    for name in ("model", "recipe"):
        ours, theirs = getattr(run.config, name), getattr(header, name)
        if theirs != ours:
            yield f"the {name} of its checkpoint is {theirs}, not {ours}"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
