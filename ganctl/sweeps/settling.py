"""Which recipe the trainings of a sweep have where none was asked for: one for all seeds. No torch.

A run in minutes measures for itself on how many images it will train. Near the bound between two
recipes the seeds of one combination could get one each.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace

from ganctl.files.untrusted_json import as_shape, parse
from ganctl.requests.recipes import Model, RecipeName
from ganctl.requests.training import TrainRequest
from ganctl.sweeps.conductor import environment_for
from ganctl.sweeps.members import Member
from ganctl.sweeps.plan import Training


@dataclass(frozen=True)
class _Planned:
    """What is asked of a dry run: the recipe, None where that waits for a download."""

    recipe: str | None


def settle_recipes(
    members: Iterable[Member], jobs: int, should_stop: Callable[[], bool] = lambda: False
) -> None:
    """Give trainings that have not begun the recipe of those that have, or else measure.

    Args:
        members: every training of a sweep; those whose recipe is open are changed.
        jobs: how many train at a time, each with its share of the processor's cores.
        should_stop: called before each measurement; what is open then stays so.
    """
    open_ones = [each for each in members if not each.training.request.is_settled]
    chosen: dict[Hashable, str | None] = {
        _alike(each): each.recipe for each in open_ones if each.recipe
    }
    for member in open_ones:
        if should_stop():
            return
        training = member.training
        if _alike(member) not in chosen and _is_measured(training.request):
            chosen[_alike(member)] = _measured(training, jobs)
        recipe = chosen.get(_alike(member))
        if recipe is not None:
            request, asked = training.request.by(recipe), (*training.asked, "recipe")
            member.training = replace(training, request=request, asked=asked)


def _alike(member: Member) -> Hashable:
    """Return what the choice depends on."""
    request = member.training.request
    how = request.model, request.batch, request.networks, request.device, request.precision
    return request.data, request.reading, request.budget, *how


def _is_measured(request: TrainRequest) -> bool:
    """Return whether a run of its own would measure how fast it trains."""
    return request.minutes is not None and request.by(RecipeName.SWIFT).model == Model.RPGAN


def _measured(training: Training, jobs: int) -> str | None:
    """Return the recipe that a dry run says; None where it fails, as the training then does."""
    program = [sys.executable, "-m", "ganctl", "train", *training.words]
    done = subprocess.run(
        [*program, "--dry-run", "--json", "--quiet"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment_for(jobs),
    )
    if done.returncode:
        return None
    # Before it a plug-in may have printed something of its own.
    last_line = done.stdout.strip().rpartition(b"\n")[2]
    try:
        return as_shape(parse(last_line), _Planned).recipe
    except ValueError:
        return None
