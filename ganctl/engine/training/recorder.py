"""What a run leaves in its folder while it trains."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from math import inf, isfinite
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganctl._version import __version__
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.pixels import channels_last
from ganctl.engine.models.weights import save_generator
from ganctl.engine.sampling.code_map import learn_code_map
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training import checkpoint
from ganctl.engine.training.state import TrainState
from ganctl.engine.training.watching.alarms import Alarm, Alarms, number_in
from ganctl.engine.training.watching.monitor import Quality, QualityMonitor
from ganctl.engine.training.watching.previews import PreviewRows
from ganctl.errors import CheckpointError, Diverged, FileError, GanctlWarning
from ganctl.files.atomic import write_atomically
from ganctl.pictures import images, plots
from ganctl.pictures.lettering import Names
from ganctl.pictures.previews import preview_bytes
from ganctl.pictures.provenance import Origin
from ganctl.requests.budget import Progress
from ganctl.requests.conditions.labels import UNLABELLED, UNLABELLED_ROWS
from ganctl.requests.conditions.schema import NO_SCHEMA
from ganctl.requests.drawing.sample import SamplePlan
from ganctl.requests.drawing.sheets import SEED
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.checkpoints import write_generator_alone
from ganctl.runs.header import AlarmRecord, RunStatus
from ganctl.runs.layout import step_of
from ganctl.runs.run import Run

PREVIEW_COLUMNS = 10
RETRY_SECONDS = 1.0


class Recorder:
    """Writes the metrics, previews, checkpoints and curves of one run.

    A checkpoint that cannot be written, at a second try neither, stops the run. It can do
    without all else: a ``GanctlWarning`` says so, once for each kind of thing.

    Args:
        run: where to.
        state: the state of training, as it is whenever something is written.
        dataset: what it trains on.
        monitor: measures its quality; None where the data are too few for that.
        rows: what each row of a preview asks for.
    """

    def __init__(
        self,
        run: Run,
        state: TrainState,
        dataset: Dataset,
        monitor: QualityMonitor | None,
        rows: PreviewRows,
    ) -> None:
        self.run = run
        self.state = state
        self.dataset = dataset
        self._monitor = monitor
        self._rows = rows
        self._unwritten: list[dict[str, Any]] = []
        self._missing: set[str] = set()
        self._floor: float | None = None
        self._generators_alone: set[Path] = set()
        given = (alarm["kind"] for alarm in run.alarms)
        self._alarms = Alarms(given)
        self._first_step = state.step
        if rows.left_out and state.step == 0:
            warnings.warn(GanctlWarning(rows.left_out), stacklevel=2)
        for line in run.metrics():
            self._alarms.count(line, self._progress_at(line))

    def values(self, losses: Mapping[str, Tensor]) -> dict[str, float]:
        """Return losses as numbers.

        Raises:
            Diverged: one of them, or a weight, is NaN or infinite.
        """
        values = {name: loss.item() for name, loss in losses.items()}
        for name, value in values.items():
            if not isfinite(value):
                raise self._diverged(f"the {name.replace('_', ' ')}")
        if not self.state.is_finite():
            raise self._diverged("a weight")
        return values

    def metrics(
        self, losses: Mapping[str, float], images_per_second: float, quality: Quality | None
    ) -> None:
        """Add a line to ``metrics.jsonl``, after those that could not be written earlier."""
        speed = {"images_per_second": round(images_per_second, 1)}
        measured = quality.as_line() if quality else {}
        self._unwritten.append({**asdict(self.state.progress), **speed, **losses, **measured})
        self._write_metrics()

    def _write_metrics(self) -> None:
        with self._dispensable("the latest metrics"):
            while self._unwritten:
                self.run.append_metrics(self._unwritten[0])
                del self._unwritten[0]

    @property
    def judge_progress(self) -> float | None:
        """How much of the judge's training is done, in [0, 1); None if nothing is to do."""
        return self._monitor.judge_progress if self._monitor else None

    def advance_judge(self, progress: float) -> None:
        """Train the judge beside the run, a little more with each step.

        It is ready at the first preview, and by half of the budget, ``progress`` of which is
        spent. The judge is the same whatever the step.
        """
        if self._monitor is None:
            return
        every = self.run.config.preview_every
        steps = self.state.step - self._first_step
        self._monitor.advance(max(steps / (every - self._first_step % every), 2 * progress))

    def quality(self) -> Quality | None:
        """Return the averaged generator's quality, and save this state if it is the best so far.

        InfoGAN's codes become clear late, and are matched with classes at the
        end: of it the latest counts, however near the images were earlier.
        """
        if self._monitor is None:
            return None
        quality = self._monitor.measure(self.state.generator_ema, self._header())
        self._floor = quality.floor
        nearest = self.run.best.get("feature_distance", inf)
        if not self.state.spec.categories and quality.feature_distance < nearest:
            generator, header, path = self.state.generator_ema, self._header(), self.run.best_path
            self._insist(lambda: save_generator(generator, header, path, torch.float32))
            measured = {**quality.as_metrics(), "floor": quality.floor}
            self.run.best = {"step": self.state.step, **measured}
            self._insist(self.run.save)
        return quality

    def alarms(
        self, values: Mapping[str, float], quality: Quality | None, progress: float
    ) -> tuple[Alarm, ...]:
        """Return what has newly gone wrong, and note it in run.json."""
        alarms = self._alarms.check(values, quality, progress)
        if alarms:
            self.run.alarms += [
                AlarmRecord(step=self.state.step, kind=alarm.kind, message=alarm.message)
                for alarm in alarms
            ]
            self._insist(self.run.save)
        return alarms

    @property
    def preview_names(self) -> tuple[str, ...]:
        """The names of a preview's rows; none of classes."""
        return self._rows.names

    def preview(self) -> images.Images:
        """Write the averaged generator's sheet: a column for each seed, and the rows that it has.

        A row stands for a category where the model has codes, and for nothing where it has no
        labels: then every place has its own seed. What a row leaves free its seeds choose.

        Returns:
            its images, uint8 [rows, 10, H, W] or [rows, 10, H, W, 3].
        """
        rows = self._rows.rows
        seeds = range(PREVIEW_COLUMNS * (UNLABELLED_ROWS if rows == (UNLABELLED,) else 1))
        plan = SamplePlan(rows, seeds)
        samples = channels_last(Sampler(self.state.generator_ema, self._header()).draw(plan))
        titles = self._rows.titles
        names = Names(titles, [*map(str, seeds)], [SEED]) if titles else Names()
        sheet = images.sheet(samples, PREVIEW_COLUMNS)
        content = preview_bytes(sheet, names, self._preview_metadata())
        with self._dispensable("this preview"):
            write_atomically(self.run.preview_path(self.state.step), content)
        return samples.reshape(-1, PREVIEW_COLUMNS, *samples.shape[1:])

    def _preview_metadata(self) -> dict[str, Any]:
        """Return what a preview says of itself: a command, if its checkpoint is kept, or none."""
        step = self.state.step
        said = {"run": self.run.name, "step": step}
        if self._rows.options is None:
            return said
        options = {**self._rows.options, "cols": PREVIEW_COLUMNS, "scale": 1}
        origin = Origin(f"{self.run.reference}@{step}", step)
        return origin.metadata("montage", options=options) | said

    def checkpoint(self, status: RunStatus) -> None:
        """Write a checkpoint and run.json, and remove what no resume and no ``--keep`` needs.

        That of a finished run takes longer to write and less of the disk.

        Raises:
            Diverged: a weight is NaN or infinite; nothing is written then.
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
        compact = status is RunStatus.FINISHED
        self._insist(lambda: checkpoint.save_state(self.state, header, path, compact=compact))
        self.run.status = status
        self.run.progress = self.state.progress
        self._insist(self.run.save)
        with self._dispensable("the removal of old checkpoints"):
            self._tidy()

    def _tidy(self) -> None:
        """Let only those checkpoints be whole that a resume may need, and none be there twice."""
        for path in set(self.run.prune_checkpoints()) - self._generators_alone:
            with suppress(CheckpointError):  # A damaged one stays as it is.
                write_generator_alone(path, path)
            self._generators_alone.add(path)
        if self.run.status is not RunStatus.RUNNING:
            self.run.share_best()

    def curves(self) -> None:
        """Draw ``loss.png`` from ``metrics.jsonl``."""
        with self._dispensable("loss.png"):
            metrics = self.run.metrics()
            if not metrics:
                return
            origin = Origin(self.run.reference, self.state.step)
            floor = self._floor or self.run.best.get("floor")
            content = plots.loss_plot(metrics, self.run.name, origin, floor)
            write_atomically(self.run.loss_plot_path, content)

    def _insist(self, write: Callable[[], None]) -> None:
        """Write something that a resume needs; a network's disk may need a second try."""
        try:
            write()
            return
        except FileError:
            time.sleep(RETRY_SECONDS)
        try:
            write()
        except FileError as error:
            kept = self.run.checkpoints()
            where = f"; the checkpoint of step {step_of(kept[-1])} is whole" if kept else ""
            raise FileError(
                f"{error} The run has stopped at step {self.state.step}{where}.",
                f"{error.hint} Then resume with: {self.run.resume_command}",
            ) from error

    @contextmanager
    def _dispensable(self, what: str) -> Iterator[None]:
        """Let the run continue without something that cannot be written or removed."""
        try:
            yield
        except FileError as error:
            if what not in self._missing:
                self._missing.add(what)
                text = f"{error} The run continues without {what}. {error.hint}"
                warnings.warn(GanctlWarning(text), stacklevel=3)

    def _diverged(self, what: str) -> Diverged:
        """Return the error for something that is NaN or infinite, and note it in run.json."""
        self.run.status = RunStatus.DIVERGED
        with self._dispensable("a note of the divergence"):
            self.run.save()
        self.curves()
        gentler = f"--lr-scale {self.run.config.lr_scale / 2:g}"
        otherwise = "another --seed, a larger --batch, or --precision fp32."
        checkpoints = self.run.checkpoints()
        if checkpoints:
            hint = (
                f"Resume from the last finite checkpoint, {checkpoints[-1]}, with half the "
                f"learning rate: {self.run.resume_command} {gentler}; or start again with "
                f"{otherwise}"
            )
        else:
            hint = f"Start again with {gentler}, {otherwise}"
        return Diverged(
            f"The run has diverged: at step {self.state.step} {what} is NaN or infinite.", hint
        )

    def _progress_at(self, line: Mapping[str, Any]) -> float:
        """Return the fraction of the budget that was spent when a line of metrics was written."""
        config = self.run.config
        total_steps = config.budget.steps(len(self.dataset), config.batch)
        then = Progress(line["step"], 0, number_in(line, "seconds") or 0.0)
        return config.budget.spent(then, total_steps)

    def _header(self) -> CheckpointHeader:
        spec = self.state.spec
        described = spec.label_size > 0 and not spec.classes
        return CheckpointHeader(
            ganctl_version=__version__,
            model=self.run.config.model,
            recipe=self.run.config.recipe,
            data=self.run.config.data,
            classes=self.run.classes if spec.classes or spec.categories else (),
            network=spec,
            progress=self.state.progress,
            schema=self.dataset.schema if described else NO_SCHEMA,
            packages=self.run.packages,
        )
