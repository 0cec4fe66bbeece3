"""A sweep of tiny runs, some of which exist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganctl.requests.budget import Progress
from ganctl.runs.evaluation.confusion import Confusion
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import JudgeResult, Measurements
from ganctl.sweeps.members import Member, State
from ganctl.sweeps.plan import plan_sweep
from ganctl.sweeps.sweep import Sweep, new_sweep


@pytest.fixture
def sweep(tiny_data: Path) -> Sweep:
    """Two batches with two seeds each; nothing is written."""
    plan = plan_sweep(["batch=8,16"], "1-2", {"data": str(tiny_data), "steps": 3})
    return new_sweep(plan, name="demo")


def evaluation(right: int, distance: float, *, n: int = 100, step: int = 3) -> Evaluation:
    """Return an evaluation with ``right`` of 100 labels right, by a judge whose floor is 2."""

    def measured(right: int, distance: float) -> Measurements:
        confusion = Confusion.of([[right, 100 - right], [0, 0]])
        values = {"feature_distance": distance, "density": 0.9, "coverage": right / 100}
        return Measurements(confusion, values)

    judge = JudgeResult("strided", "0" * 64, measured(right, distance), measured(99, 2.0))
    return Evaluation(
        run="lines", step=step, n=n, judges=(judge,), split="test", seconds=1.0, model="cgan",
        data="lines", fingerprint="f" * 64, classes=("across", "down"), ganctl_version="0.1.0",
    )  # fmt: skip


@pytest.fixture
def members_with(sweep: Sweep) -> Callable[..., list[Member]]:
    """A function that returns the members of the sweep as if they were done with evaluations."""

    def call(*evaluations: Evaluation | State) -> list[Member]:
        found = []
        for training, one in zip(sweep.trainings, evaluations, strict=True):
            member = Member(training, sweep.run_folder(training))
            if isinstance(one, State):
                member.state = one
            else:
                member.state, member.evaluation = State.DONE, one
                member.progress = Progress(3, 3 * training.request.batch, 1.5)
            found.append(member)
        return found

    return call
