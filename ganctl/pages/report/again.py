"""The commands that make a run again, and take it further."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import fields

from ganctl.requests.budget import LENGTHS
from ganctl.requests.training import TrainRequest, flag_of
from ganctl.runs.run import Run


def train_command(request: TrainRequest) -> str:
    """Return what trains the same again, typed in any shell: the data, and what is no default."""
    return shlex.join(["ganctl", "train", *_words(request)])


def further_command(run: Run) -> str:
    """Return what resumes a run; one that is complete becomes twice as long."""
    if not run.is_complete():
        return run.resume_command
    budget = run.config.budget
    return f"{run.resume_command} --{budget.unit.value} {2 * budget.amount:.10g}"


def _words(request: TrainRequest) -> Iterator[str]:
    usual = TrainRequest(model=request.model, recipe=request.recipe)
    plain = TrainRequest(recipe=request.recipe)
    yield from ("--data", request.data)
    for each in fields(request):
        value = getattr(request, each.name)
        default = plain.model if each.name == "model" else getattr(usual, each.name)
        if each.name == "recipe":
            default = TrainRequest().recipe
        if each.name == "data" or value is None or value == default:
            continue
        for part in value if isinstance(value, tuple) else (value,):
            yield flag_of(each.name)
            if part is not True:
                yield f"{part:.10g}" if each.name in LENGTHS else str(part)
