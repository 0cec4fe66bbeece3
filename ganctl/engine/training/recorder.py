"""What a training leaves in its run's folder while it goes on."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from math import inf, isfinite
from typing import Any

from torch import Tensor

from ganctl._version import __version__
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.sampling.code_map import learn_code_map
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training import checkpoint
from ganctl.engine.training.alarms import Alarm, Alarms, number_in
from ganctl.engine.training.monitor import Quality, QualityMonitor
from ganctl.engine.training.state import TrainState
from ganctl.errors import Diverged, FileError, GanctlWarning
from ganctl.files.atomic import write_atomically
from ganctl.pictures import images, plots
from ganctl.requests.labels import UNLABELLED, UNLABELLED_ROWS, one_hot
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.run import Run, step_of

PREVIEW_COLUMNS = 10
RETRY_AFTER = 1.0  # seconds


class Recorder:
    """Writes metrics, previews, checkpoints and curves of one training.

    A checkpoint that cannot be written, at a second try neither, ends the
    training. It can do without all else: a ``GanctlWarning`` says so, once for
    each kind of thing.

    Args:
        run: where to.
        state: the training, as it stands whenever something is written.
        dataset: what it trains on.
        watch: looks at its quality; None where the data are too few for that.
    """

    def __init__(
        self, run: Run, state: TrainState, dataset: Dataset, monitor: QualityMonitor | None
    ) -> None:
        self.run = run
        self.state = state
        self.dataset = dataset
        self._monitor = monitor
        self._unwritten: list[dict[str, Any]] = []
        self._done_without: set[str] = set()
        raised = (alarm["kind"] for alarm in run.alarms)
        self._alarms = Alarms(raised, monitor.judge_accuracy if monitor else 0.0)
        for line in run.metrics():
            self._alarms.count(line, self._progress_at(line))

    def values(self, losses: Mapping[str, Tensor]) -> dict[str, float]:
        """Return the terms of a loss as numbers.

        Raises:
            Diverged: one of them, or a weight, is not a number.
        """
        values = {name: term.item() for name, term in losses.items()}
        for name, value in values.items():
            if not isfinite(value):
                raise self._diverged(f"the {name.replace('_', ' ')}")
        if not self.state.is_finite():
            raise self._diverged("a weight")
        return values

    def metrics(
        self, losses: Mapping[str, float], images_per_second: float, quality: Quality | None
    ) -> None:
        """Add a line to ``metrics.jsonl``, behind those that could not be written earlier."""
        speed = {"images_per_second": round(images_per_second, 1)}
        seen = quality.as_metrics() if quality else {}
        self._unwritten.append({**self._progress(), **speed, **losses, **seen})
        self._write_metrics()

    def _write_metrics(self) -> None:
        with self._dispensable("the latest metrics"):
            while self._unwritten:
                self.run.append_metrics(self._unwritten[0])
                del self._unwritten[0]

    def look(self) -> Quality | None:
        """Return the averaged generator's quality, and keep this state if it is the best so far.

        InfoGAN's codes become clear late, and are matched with classes at the
        end: of it the latest counts, however near the images were earlier.
        """
        if self._monitor is None:
            return None
        quality = self._monitor.measure(self.state.generator_ema, self._header())
        nearest = self.run.best.get("feature_distance", inf)
        if not self.state.spec.categories and quality.feature_distance < nearest:
            self._insist(
                lambda: checkpoint.save_state(self.state, self._header(), self.run.best_path)
            )
            self.run.best = {"step": self.state.step, **quality.as_metrics()}
            self._insist(self.run.save)
        return quality

    def alarms(
        self, values: Mapping[str, float], quality: Quality | None, progress: float
    ) -> tuple[Alarm, ...]:
        """Return what has just gone wrong, and note it in run.json."""
        alarms = self._alarms.check(values, quality, progress)
        if alarms:
            self.run.alarms += [
                {"step": self.state.step, "kind": alarm.kind, "message": alarm.message}
                for alarm in alarms
            ]
            self._insist(self.run.save)
        return alarms

    def preview(self) -> images.Images:
        """Write the averaged generator's sheet: a row for each class, a column for each seed.

        A row stands for a category where the model has codes, and for nothing
        where it has no labels: then every place has its own seed.

        Returns:
            its images, uint8 [rows, 10, H, W] or [rows, 10, H, W, 3].
        """
        header = self._header()
        labels = [one_hot(index, header.classes) for index in range(len(header.classes))]
        seeds = range(PREVIEW_COLUMNS * (1 if labels else UNLABELLED_ROWS))
        sampled = Sampler(self.state.generator_ema, header).draw(labels or [UNLABELLED], seeds)
        sheet = images.sheet(sampled, PREVIEW_COLUMNS)
        metadata = {"kind": "preview", "run": self.run.name, "step": self.state.step}
        path = self.run.preview_path(self.state.step)
        with self._dispensable("this preview"):
            write_atomically(path, images.png_bytes(sheet, metadata))
        return sampled.reshape(-1, PREVIEW_COLUMNS, *sampled.shape[1:])

    def checkpoint(self, status: str) -> None:
        """Write a checkpoint and run.json, and remove the oldest checkpoints beyond ``--keep``.

        Raises:
            Diverged: a weight is not a number; nothing is written then.
            FileError: it cannot be written; the last checkpoint is whole.
        """
        if not self.state.is_finite():
            raise self._diverged("a weight")
        self._write_metrics()
        path = self.run.checkpoint_path(self.state.step)
        header = self._header()
        if self.state.spec.categories:
            code_map = learn_code_map(self.state.discriminator, self.dataset)
            header = replace(header, code_map=code_map)
        self._insist(lambda: checkpoint.save_state(self.state, header, path))
        with self._dispensable("the removal of old checkpoints"):
            self.run.prune_checkpoints()
        self.run.status = status
        self.run.progress = self._progress()
        self._insist(self.run.save)

    def _insist(self, write: Callable[[], None]) -> None:
        """Write something that a resumed training needs; a network's disk may need a second try."""
        try:
            write()
            return
        except FileError:
            time.sleep(RETRY_AFTER)
        try:
            write()
        except FileError as error:
            kept = self.run.checkpoints()
            where = f"; the checkpoint of step {step_of(kept[-1])} is whole" if kept else ""
            raise FileError(
                f"{error} The training has stopped at step {self.state.step}{where}.",
                f"{error.hint} Then go on with: {self.run.resume_command}",
            ) from error

    @contextmanager
    def _dispensable(self, what: str) -> Iterator[None]:
        """Let the training go on without something that cannot be written or removed."""
        try:
            yield
        except FileError as error:
            if what not in self._done_without:
                self._done_without.add(what)
                text = f"{error} The training goes on without {what}. {error.hint}"
                warnings.warn(GanctlWarning(text), stacklevel=3)

    def _diverged(self, what: str) -> Diverged:
        """Return the error for something that is not a number, and note it in run.json."""
        self.run.status = "diverged"
        with self._dispensable("a note of the breakdown"):
            self.run.save()
        self.curves()
        lower = f"--lr-scale {self.run.config.lr_scale / 2:g}"
        otherwise = "another --seed, a larger --batch, or --precision fp32."
        checkpoints = self.run.checkpoints()
        if checkpoints:
            hint = (
                f"Go on from the last sound checkpoint, {checkpoints[-1]}, with half the learning "
                f"rate: {self.run.resume_command} {lower}; or start again with {otherwise}"
            )
        else:
            hint = f"Start again with {lower}, {otherwise}"
        return Diverged(
            f"The training has broken down: at step {self.state.step} {what} is not a number.", hint
        )

    def curves(self) -> None:
        """Draw ``loss.png`` from ``metrics.jsonl``."""
        with self._dispensable("loss.png"):
            metrics = self.run.metrics()
            if not metrics:
                return
            write_atomically(self.run.loss_plot_path, plots.loss_plot(metrics, self.run.name))

    def _progress(self) -> dict[str, Any]:
        return {
            "step": self.state.step,
            "images_seen": self.state.images_seen,
            "seconds": self.state.seconds,
        }

    def _progress_at(self, line: Mapping[str, Any]) -> float:
        """Return the part of the budget that was spent when a line of metrics was written."""
        config = self.run.config
        total_steps = config.budget.steps(len(self.dataset), config.batch)
        seconds = number_in(line, "seconds") or 0.0
        return config.budget.progress(line["step"], seconds, total_steps)

    def _header(self) -> CheckpointHeader:
        labelled = self.state.spec.classes or self.state.spec.categories
        return CheckpointHeader(
            ganctl_version=__version__,
            model=self.run.config.model.value,
            recipe=self.run.config.recipe.value,
            data=self.run.config.data,
            classes=self.run.classes if labelled else (),
            network=self.state.spec,
            progress=self._progress(),
        )
