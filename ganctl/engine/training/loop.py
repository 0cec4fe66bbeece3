"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from ganctl.engine.data import dataset as data
from ganctl.engine.data.same_data import under_known_names
from ganctl.engine.hardware import devices, distributed
from ganctl.engine.models.conditions import spec_for
from ganctl.engine.models.networks import parameter_count
from ganctl.engine.models.objectives import objective_for
from ganctl.engine.tracking.trackers import Trackers
from ganctl.engine.training import checkpoint
from ganctl.engine.training.batches import Batches
from ganctl.engine.training.recorder import Recorder
from ganctl.engine.training.resume import check_resumable, check_unchanged, numbers_of
from ganctl.engine.training.schedules import ema_decay, learning_rate_schedule, update_ema
from ganctl.engine.training.speed import images_per_second
from ganctl.engine.training.state import TrainState, new_state
from ganctl.engine.training.step import check_processes, fastest_step
from ganctl.engine.training.watching.alarms import Alarm
from ganctl.engine.training.watching.monitor import Quality, quality_monitor
from ganctl.engine.training.watching.previews import EARLY_STEPS, PreviewRows, preview_rows
from ganctl.pictures.images import Images, sheet
from ganctl.pictures.lettering import Names, beside
from ganctl.readers.labelled import OnProgress
from ganctl.requests.budget import Clock, Progress, Throughput, too_short
from ganctl.requests.data import check_data_remain
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe
from ganctl.requests.suited import suited
from ganctl.requests.training import Device, TrainRequest
from ganctl.runs.header import RunStatus
from ganctl.runs.run import Run
from ganctl.runs.world import World


@dataclass(frozen=True)
class StepReport:
    """The state of a run at each log interval of its recipe, at each preview, and at the end.

    The early previews between two log intervals are for the eye alone: they are not measured, and
    no line of ``metrics.jsonl`` belongs to their reports.

    Attributes:
        step: the steps taken, those before a resume included.
        total_steps: the steps of the whole budget; None for a budget of minutes.
        images_seen: ``step`` times the batch.
        epoch: ``images_seen`` as a multiple of the data set's size.
        progress: the spent fraction of the budget, in [0, 1].
        seconds: the time trained, that before a resume included.
        images_per_second: since the report before that was logged.
        losses: the losses and mean scores of the latest step.
        preview: images of fixed latents, uint8 [rows, 10, H, W] or [rows, 10, H, W, 3]; None
            where no preview was due.
        preview_names: what each row is, such as the value of an attribute; none of classes.
        quality: what a judge measured on other samples; None where no preview was due, or where
            the data are too few.
        alarms: what has newly gone wrong.
        judge_progress: how much of the judge's training is done, in [0, 1); None once it is
            ready, or where the data are too few for one.
    """

    step: int
    total_steps: int | None
    images_seen: int
    epoch: float
    progress: float
    seconds: float
    images_per_second: float
    losses: dict[str, float]
    preview: Images | None
    preview_names: tuple[str, ...] = ()
    quality: Quality | None = None
    alarms: tuple[Alarm, ...] = ()
    judge_progress: float | None = None

    @property
    def metrics(self) -> dict[str, float]:
        """The numbers of this report by the names that they have in ``metrics.jsonl``."""
        measured = self.quality.as_metrics() if self.quality else {}
        return {"images_per_second": self.images_per_second, **self.losses, **measured}

    @property
    def sheet(self) -> Images | None:
        """The preview as one picture, uint8 [H, W] or [H, W, 3], with the names of its rows."""
        if self.preview is None:
            return None
        images = self.preview.reshape(-1, *self.preview.shape[2:])
        return beside(sheet(images, self.preview.shape[1]), Names(self.preview_names))


@dataclass(frozen=True)
class _Tell:
    """Whom to tell what happens before the first step."""

    progress: OnProgress | None
    note: Callable[[str], None]
    preview: Callable[[Images, tuple[str, ...]], None]


def train(
    run: Run,
    *,
    recipe: Recipe | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], None] = lambda _: None,
    on_preview: Callable[[Images, tuple[str, ...]], None] = lambda *_: None,
    world: World | None = None,
) -> Iterator[StepReport]:
    """Train until the run's budget is spent or ``should_stop()``, then save a last checkpoint.

    Args:
        run: a new run, or one to resume from its latest checkpoint.
        recipe: the numbers to train with; if None those of the recipe that was asked for, else of
            that which suits the data.
        should_stop: called after each step.
        on_progress: called during downloads and other preparations.
        on_note: called before the first step with the line that says what was read, and with each
            sentence about what is odd.
        on_preview: called before the first step of a new run with its first preview, images and
            names as in a report.
        world: the processes that train together; this one alone if None. Only the main process
            writes and yields.

    Yields:
        A report at each log interval, at each preview, and at the end. No other process can train
        the run until the iterator is exhausted or deleted.

    Raises:
        UsageError: the device is not available, the batch cannot be split over the processes, these
            cannot train such networks, an option does not suit the labels of the data, or a tracker
            is not installed.
        DataError: the data cannot be loaded, or are of no use to the model.
        RunError: another process trains the run, it was started on other data, or its
            checkpoints are missing.
        CheckpointError: the checkpoint to resume from is damaged.
        Diverged: a loss or a weight is NaN or infinite; the last checkpoint is finite.
        ProcessLost: another process has died; the last checkpoint is intact.
        FileError: something cannot be written; the last checkpoint is intact.
    """
    world = world or World()
    device = devices.choose_device(Device(run.config.device), world)
    try:
        tell = _Tell(on_progress, on_note, on_preview)
        with Trackers(run) as trackers, distributed.process_group(world, device):
            for report in _train(run, recipe, device, world, should_stop, tell):
                if run.config.log:  # A sheet with names takes time to draw.
                    trackers.log(report.step, report.metrics, report.sheet)
                yield report
    finally:
        run.release()


def _train(
    run: Run,
    recipe: Recipe | None,
    device: torch.device,
    world: World,
    should_stop: Callable[[], bool],
    tell: _Tell,
) -> Iterator[StepReport]:
    dataset = _load_data(run, world, tell.progress)
    if recipe is None:
        run.config = _suited(run.config, dataset, device, world)
        recipe = run.config.numbers
    config = run.config
    _say_what_was_read(tell, dataset, config, recipe)
    _check_suits(config, dataset)
    objective = objective_for(config.model, run.packages.get("model", ""))
    spec = objective.adapt(spec_for(dataset, recipe))
    check_processes(spec, recipe, world)
    batches = Batches(dataset, spec, config, recipe, device, world)
    state = _initial_state(run, dataset, recipe, spec, device)
    rows = preview_rows(dataset, spec, config)
    recorder = _recorder(run, state, dataset, rows) if world.is_main else None
    if recorder is not None and state.step == 0:
        tell.preview(recorder.preview(), rows.names)
    step = fastest_step(state, objective, recipe, config.precision, world)

    total_steps = config.budget.steps(len(dataset), config.batch)
    clock, throughput = Clock(state.progress.seconds), Throughput(state.progress)
    progress = config.budget.spent(state.progress, total_steps)
    progress, stopping = distributed.agree(world, progress, should_stop())
    while progress < 1 and not stopping:
        state.set_learning_rates(*learning_rate_schedule(recipe, progress, scale=config.lr_scale))
        losses = step(batches.at(state.step), progress)
        images_seen = state.progress.images_seen + config.batch
        state.progress = Progress(state.step + 1, images_seen, clock.seconds())
        decay = ema_decay(recipe, config.batch, images_seen)
        update_ema(state.generator_ema, state.generator, decay)
        progress = config.budget.spent(state.progress, total_steps)
        # Who looks at a report may ask to stop; of several processes all have to know before it.
        is_alone = world.size == 1
        progress, stopping = distributed.agree(world, progress, not is_alone and should_stop())
        if recorder is not None:
            recorder.advance_judge(progress)

        measuring = progress >= 1 or state.step % config.preview_every == 0
        logging = measuring or state.step % recipe.log_every == 0
        if logging or state.step in EARLY_STEPS:
            losses = distributed.mean_over_processes(world, losses)
            if recorder is not None:
                clocks = progress, total_steps, throughput
                yield _report(recorder, losses, *clocks, measuring=measuring, logging=logging)
        stopping = stopping or (is_alone and should_stop())
        if recorder is not None and state.step % config.checkpoint_every == 0 and progress < 1:
            recorder.checkpoint(RunStatus.RUNNING)

    if recorder is not None:
        recorder.checkpoint(RunStatus.FINISHED if progress >= 1 else RunStatus.STOPPED)
        recorder.curves()
    # torchrun kills the other processes when one of them ends with an error, so nobody ends early.
    distributed.barrier(world)


def _load_data(run: Run, world: World, on_progress: OnProgress | None) -> data.Dataset:
    """Return the data set; the main process is the first to lock a resumed run and to download."""
    with distributed.main_first(world):
        if run.status is not RunStatus.NEW:
            if world.is_main:
                run.hold()
            run.refresh()
        check_data_remain(run.config.data, run.packages.get("data", ""))
        dataset = data.load(run.config.data, run.config.reading, on_progress=on_progress)
        return under_known_names(dataset, run.data)


def _suited(
    config: TrainRequest, dataset: data.Dataset, device: torch.device, world: World
) -> TrainRequest:
    """Return the request with the recipe that suits data and length, unless one was asked for."""
    _check_suits(config, dataset)
    measure = partial(images_per_second, dataset=dataset, device=device, world=world)
    return suited(config, len(dataset), measure, described=bool(dataset.schema)).request


def _say_what_was_read(
    tell: _Tell, dataset: data.Dataset, config: TrainRequest, recipe: Recipe
) -> None:
    short = too_short(config.budget, recipe.budget, len(dataset), config.batch)
    for note in (dataset.summary, *dataset.remarks, *short):
        tell.note(note)


def _check_suits(config: TrainRequest, dataset: data.Dataset) -> None:
    size, classes = dataset.images.shape[-1], len(dataset.classes)
    config.check_suits(image_size=size, classes=classes, schema=dataset.schema)


def _initial_state(
    run: Run,
    dataset: data.Dataset,
    recipe: Recipe,
    spec: NetworkSpec,
    device: torch.device,
) -> TrainState:
    """Return the state of a new run, or that of the run's latest checkpoint."""
    state = new_state(spec, recipe, run.config.seed, device)
    if run.status is not RunStatus.NEW and run.checkpoints():
        check = partial(check_unchanged, run, dataset, recipe)
        checkpoint.load_state(state, run.latest_checkpoint(), check)
    else:
        check_resumable(run, dataset, recipe)
    run.recipe = numbers_of(recipe)
    return state


def _recorder(run: Run, state: TrainState, dataset: data.Dataset, rows: PreviewRows) -> Recorder:
    """Return what writes the run, which is locked and begun, or rewound to its checkpoint."""
    if run.status is RunStatus.NEW:
        run.hold()
    else:
        run.rewind(state.step)
    run.begin(
        data=dataset.describe(),
        parameters={
            "generator": parameter_count(state.generator),
            "discriminator": parameter_count(state.discriminator),
        },
    )
    return Recorder(run, state, dataset, quality_monitor(dataset), rows)


def _report(
    recorder: Recorder,
    losses: Mapping[str, Tensor],
    progress: float,
    total_steps: int | None,
    throughput: Throughput,
    *,
    measuring: bool,
    logging: bool,
) -> StepReport:
    """Return the report of the latest step, once its preview, and metrics if due, are written."""
    state = recorder.state
    values = recorder.values(losses)
    quality = recorder.quality() if measuring else None
    images_per_second = throughput.read(state.progress, new_interval=logging)
    report = StepReport(
        step=state.step,
        total_steps=total_steps,
        images_seen=state.progress.images_seen,
        epoch=state.progress.images_seen / len(recorder.dataset),
        progress=progress,
        seconds=state.progress.seconds,
        images_per_second=images_per_second,
        losses=values,
        preview=recorder.preview() if measuring or state.step in EARLY_STEPS else None,
        preview_names=recorder.preview_names,
        quality=quality,
        alarms=recorder.alarms(values, quality, progress) if logging else (),
        judge_progress=recorder.judge_progress,
    )
    if logging:
        recorder.metrics(values, images_per_second, quality)
    return report
