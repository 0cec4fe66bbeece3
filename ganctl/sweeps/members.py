"""What became of each training of a sweep, as its run and its evaluation say. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ganctl.errors import GanctlError, RunError
from ganctl.requests.budget import AT_THE_START, Progress
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.header import RunStatus
from ganctl.runs.metrics import latest_metrics
from ganctl.runs.run import Run
from ganctl.sweeps.plan import Training
from ganctl.sweeps.sweep import Sweep


class State(str, Enum):
    """How far a training of a sweep is."""

    WAITING = "waiting"
    TRAINING = "training"
    TRAINED = "trained"
    EVALUATING = "evaluating"
    DONE = "done"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"


ACTIVE = (State.TRAINING, State.EVALUATING)
_OF_RUN = {
    RunStatus.FINISHED: State.TRAINED,
    RunStatus.DIVERGED: State.DIVERGED,
}


@dataclass
class Member:
    """One training of a sweep, and what is known of it by now.

    ``spent`` is the spent fraction of its budget, in [0, 1]; ``recipe`` is empty until its data are
    read; ``why`` says what went wrong, if anything did.
    """

    training: Training
    folder: Path
    state: State = State.WAITING
    progress: Progress = AT_THE_START
    spent: float = 0.0
    images_per_second: float = 0.0
    recipe: str = ""
    why: str = ""
    evaluation: Evaluation | None = None

    @property
    def name(self) -> str:
        """The name of its run."""
        return self.training.name

    @property
    def has_begun(self) -> bool:
        """Whether there is a run to resume."""
        return (self.folder / "run.json").exists()

    def run(self) -> Run:
        """Return its run.

        Raises:
            RunError: there is none, or it cannot be read.
        """
        return Run.open(self.folder)

    def look(self) -> None:
        """See how far its run got, which another process may be training."""
        if not self.has_begun:
            return
        run = self.run()
        self.recipe = run.config.recipe if run.data else ""
        line = latest_metrics(self.folder)
        self.progress = run.progress
        if line.get("step", 0) > run.progress.step:
            images, seconds = line.get("images_seen", 0), line.get("seconds", 0.0)
            self.progress = Progress(int(line["step"]), int(images), float(seconds))
        self.images_per_second = line.get("images_per_second", 0.0)
        if run.data:
            total = run.config.budget.steps(run.data["count"], run.config.batch)
            self.spent = run.config.budget.spent(self.progress, total)

    def settle(self, *, failed: str = "") -> None:
        """Take its state from its run, once no process trains it.

        Args:
            failed: what the process that trained it said, if it failed.
        """
        try:
            self.look()
            status = self.run().live_status() if self.has_begun else None
        except (GanctlError, ValueError) as error:
            self.state, self.why = State.FAILED, f"{error}"
            return
        if failed and status is not RunStatus.DIVERGED:
            self.state, self.why = State.FAILED, failed
        elif status is None:
            self.state = State.WAITING
        else:
            self.state = _OF_RUN.get(status, State.STOPPED)
            self.why = failed


def members_of(sweep: Sweep, *, n: int | None) -> list[Member]:
    """Return every training of a sweep, and what is known of each.

    Args:
        sweep: the sweep.
        n: the number of images that an evaluation must be of; None takes any.

    Raises:
        RunError: another process trains one of them.
    """
    found = []
    for training in sweep.trainings:
        member = Member(training, sweep.run_folder(training))
        member.settle()
        if member.has_begun and member.run().live_status() is RunStatus.RUNNING:
            raise RunError(
                f"The run {member.name} of this sweep is already being trained.",
                "Wait for it, or stop it with Ctrl-C where it runs.",
            )
        if member.state is State.TRAINED:
            member.evaluation = _kept(member.run(), n)
            member.state = State.DONE if member.evaluation else State.TRAINED
        found.append(member)
    return found


def _kept(run: Run, n: int | None) -> Evaluation | None:
    """Return a run's kept evaluation, if it is what would be found again."""
    kept = run.evaluation()
    if kept is None or (n is not None and kept.n != n):
        return None
    step = read_checkpoint_header(run.best_checkpoint()).progress.step
    return kept if kept.is_of(step) else None
