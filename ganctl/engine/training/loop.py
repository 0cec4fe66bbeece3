"""The training loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.data.labelled import OnProgress
from ganctl.engine.hardware import devices
from ganctl.engine.hardware.cuda_graphs import CudaTape, RecordedStep
from ganctl.engine.hardware.distributed import Team, joined
from ganctl.engine.models.networks import parameter_count
from ganctl.engine.models.objectives import OBJECTIVES, Objective
from ganctl.engine.training import checkpoint
from ganctl.engine.training.alarms import Alarm
from ganctl.engine.training.batches import Batch, Batches
from ganctl.engine.training.ema import ema_decay, update_ema
from ganctl.engine.training.game import Game
from ganctl.engine.training.monitor import Quality, quality_monitor
from ganctl.engine.training.recorder import Recorder
from ganctl.engine.training.resume import check_unchanged, numbers_of
from ganctl.engine.training.state import TrainState, new_state
from ganctl.engine.training.step import Losses, Step
from ganctl.errors import RunError
from ganctl.pictures.images import Images
from ganctl.requests.recipes import Recipe, recipe_for
from ganctl.runs.checkpoint_header import NetworkSpec, read_checkpoint_header
from ganctl.runs.run import NEW, Run
from ganctl.runs.world import World

_NANOSECONDS = 10**9


@dataclass(frozen=True)
class StepReport:
    """How the training stands, at every log interval of the recipe, at previews and at the end.

    ``progress`` is the part of the budget that is spent, in [0, 1];
    ``total_steps`` is None where the budget is minutes; ``seconds`` counts
    earlier parts of a resumed training too; ``losses`` holds the losses and
    mean scores of the latest step; ``preview`` the images of fixed latents,
    uint8 [rows, 10, H, W] or [rows, 10, H, W, 3], where one was made, and
    ``quality`` what a judge then said of others; ``alarms`` is what has just
    gone wrong.
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
    quality: Quality | None = None
    alarms: tuple[Alarm, ...] = ()


def train(
    run: Run,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: OnProgress | None = None,
    world: World | None = None,
) -> Iterator[StepReport]:
    """Train until the run's budget is spent or ``should_stop()``, then save the last step.

    Args:
        run: a new run, or one with a checkpoint to go on from.
        should_stop: asked after each step.
        on_progress: told of downloads and other preparations.
        world: the processes that train together; this one alone if None. Only the one that leads
            writes and yields.

    Yields:
        A report at each log interval, each preview, and the end. No other process can train
        the run until the iterator has ended or is gone.

    Raises:
        UsageError: the device is not there, or the batch cannot be shared by the processes.
        DataError: the data cannot be loaded.
        RunError: another process trains the run, it was started on other data, or its
            checkpoints are gone.
        CheckpointError: the checkpoint to go on from is damaged.
        Diverged: the losses or weights are no numbers any more; the last checkpoint is sound.
        ProcessLost: another process is gone; the last checkpoint is whole.
        FileError: something cannot be written; the last checkpoint is whole.
    """
    world = world or World()
    device = devices.choose_device(run.config.device, world)
    try:
        with joined(world, device) as team:
            yield from _train(run, device, team, should_stop, on_progress)
    finally:
        run.release()


def _train(
    run: Run,
    device: torch.device,
    team: Team,
    should_stop: Callable[[], bool],
    on_progress: OnProgress | None,
) -> Iterator[StepReport]:
    config = run.config
    recipe = recipe_for(config.recipe, config.model)
    autocast = devices.autocast(devices.choose_precision(config.precision, device), device)
    with team.main_first():
        if run.status != NEW:
            if team.world.is_main:
                run.hold()
            run.refresh()
        dataset = data.load(config.data, image_size=config.image_size, on_progress=on_progress)
    batches = Batches(dataset, config, recipe, device, team.world)
    total_steps = config.budget.steps(len(dataset), config.batch)
    objective = OBJECTIVES[config.model]
    state = _start(run, dataset, recipe, objective, device)
    recipe = _scaled(recipe, config.lr_scale)
    recorder = None
    if team.world.is_main:
        recorder = _recorder(run, state, dataset, on_progress)
    step = _stepper(Step(state, Game.of(objective, state, recipe, team), recipe, autocast), team)

    clock = _Clock(state.seconds)
    speedometer = _Speedometer(clock, state.images_seen)
    progress = config.budget.progress(state.step, state.seconds, total_steps)
    progress, stopping = team.agree(progress, should_stop())
    while progress < 1 and not stopping:
        _set_learning_rates(state, recipe, progress)
        losses = step(batches.at(state.step), progress)
        state.step += 1
        state.images_seen += config.batch
        state.seconds = clock.seconds()
        decay = ema_decay(recipe, config.batch, state.images_seen)
        update_ema(state.generator_ema, state.generator, decay)
        progress = config.budget.progress(state.step, state.seconds, total_steps)
        progress, stopping = team.agree(progress, should_stop())

        previewing = progress >= 1 or state.step % config.preview_every == 0
        if previewing or state.step % recipe.log_every == 0:
            losses = team.mean(losses)
            if recorder is not None:
                values = recorder.values(losses)
                quality = recorder.look() if previewing else None
                report = StepReport(
                    step=state.step,
                    total_steps=total_steps,
                    images_seen=state.images_seen,
                    epoch=state.images_seen / len(dataset),
                    progress=progress,
                    seconds=state.seconds,
                    images_per_second=speedometer.read(state.images_seen),
                    losses=values,
                    preview=recorder.preview() if previewing else None,
                    quality=quality,
                    alarms=recorder.alarms(values, quality, progress),
                )
                recorder.metrics(values, report.images_per_second, quality)
                yield report
        if recorder is not None and state.step % config.checkpoint_every == 0 and progress < 1:
            recorder.checkpoint("running")

    if recorder is not None:
        recorder.checkpoint("finished" if progress >= 1 else "stopped")
        recorder.curves()
    team.part()


def _stepper(step: Step, team: Team) -> Callable[[Batch, float], Losses]:
    """Return the step as it is, or on a GPU that trains alone, where it can be, a recorded one."""
    device = next(step.state.generator.parameters()).device
    if device.type == "cuda" and step.is_static and team.world.size == 1:
        return RecordedStep(step, CudaTape())
    return step


def _scaled(recipe: Recipe, lr_scale: float) -> Recipe:
    """Return a recipe with both learning rates multiplied."""
    return replace(
        recipe,
        generator_lr=lr_scale * recipe.generator_lr,
        discriminator_lr=lr_scale * recipe.discriminator_lr,
    )


def _set_learning_rates(state: TrainState, recipe: Recipe, progress: float) -> None:
    """Keep both learning rates full at first, then let them fall in a straight line to zero."""
    factor = min(1.0, (1 - progress) / (1 - recipe.decay_from)) if recipe.decay_from < 1 else 1.0
    state.set_learning_rates(factor * recipe.generator_lr, factor * recipe.discriminator_lr)


def _start(
    run: Run,
    dataset: data.Dataset,
    recipe: Recipe,
    objective: Objective,
    device: torch.device,
) -> TrainState:
    """Return the state of a new training, or of the run's latest checkpoint."""
    spec = NetworkSpec(
        name=recipe.network,
        image_size=dataset.images.shape[-1],
        channels=dataset.images.shape[1],
        classes=len(dataset.classes),
        latent_size=recipe.latent_size,
        latent=recipe.latent,
    )
    state = new_state(objective.adapt(spec), recipe, run.config.seed, device)
    if run.status != NEW and run.checkpoints():
        latest = run.latest_checkpoint()
        check_unchanged(run, dataset, recipe, read_checkpoint_header(latest))
        checkpoint.load_state(state, latest)
    elif run.progress:
        raise RunError(
            f"The run {run.name} got to step {run.progress['step']}, and its checkpoints are gone.",
            "Restore its folder checkpoints/, or start a new run without --resume.",
        )
    run.recipe = numbers_of(recipe)
    return state


def _recorder(
    run: Run, state: TrainState, dataset: data.Dataset, on_progress: OnProgress | None
) -> Recorder:
    """Begin the run, or go on with it, and return what writes it."""
    if run.status == NEW:
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
    recorder = Recorder(run, state, dataset, quality_monitor(dataset, on_progress))
    if state.step == 0:
        recorder.preview()
    return recorder


class _Clock:
    """Seconds trained, going on from ``earlier``.

    It counts whole nanoseconds, so that the sum of two parts is that of the whole.
    """

    def __init__(self, earlier: float) -> None:
        self._start = time.monotonic_ns() - round(earlier * _NANOSECONDS)

    def seconds(self) -> float:
        return (time.monotonic_ns() - self._start) / _NANOSECONDS


class _Speedometer:
    """Images a second since it was last read."""

    def __init__(self, clock: _Clock, images_seen: int) -> None:
        self._clock = clock
        self._last = clock.seconds(), images_seen

    def read(self, images_seen: int) -> float:
        now = self._clock.seconds(), images_seen
        (then, seen), self._last = self._last, now
        return (images_seen - seen) / max(now[0] - then, 1e-9)
