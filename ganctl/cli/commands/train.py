"""``ganctl train``."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from ganctl.cli import console
from ganctl.cli.options import JsonOption, complete_from, complete_run, read_out
from ganctl.errors import GanctlWarning, Stopped, UsageError
from ganctl.requests.recipes import MODEL_SUMMARIES, RECIPES, Model, RecipeName, recipe_for
from ganctl.requests.training import (
    DataName,
    Device,
    Precision,
    resumed_config,
    train_config,
    values,
)
from ganctl.runs import locate
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import LATEST, NEW, Run, new_run
from ganctl.runs.world import World, this_world
from ganctl.signals import stop_on_signals

MAIN_PROCESS_SECONDS = 10.0  # seconds

_RECIPES_HELP = "; ".join(f"{name.value}: {recipe.summary}" for name, recipe in RECIPES.items())
_MODELS_HELP = "; ".join(f"{name.value}: {text}" for name, text in MODEL_SUMMARIES.items())


def _defaults(field: str) -> str:
    """Return the default of an option, and those of the models and recipes that have another."""
    recipes = {model.value: recipe_for(RecipeName.MODERN, model) for model in Model}
    recipes |= {name.value: recipe for name, recipe in RECIPES.items()}
    usual = str(getattr(RECIPES[RecipeName.MODERN], field))
    others: dict[str, list[str]] = {}
    for name, recipe in recipes.items():
        others.setdefault(str(getattr(recipe, field)), []).append(name)
    del others[usual]
    return "; ".join([usual, *(f"{', '.join(names)}: {value}" for value, names in others.items())])


def _default_models() -> str:
    """Return the default model, and those of the recipes that have another."""
    usual = RECIPES[RecipeName.MODERN].model
    others = [f"{name.value}: {r.model.value}" for name, r in RECIPES.items() if r.model != usual]
    return "; ".join([usual.value, *others])


def train(
    context: typer.Context,
    data: Annotated[
        str | None,
        typer.Option(
            help=f"{', '.join(values(DataName))}, or a path: a folder of class folders of images, "
            "a folder of IDX files, or an .npz.",
            show_default=DataName.MNIST.value,
            autocompletion=complete_from(values(DataName)),
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help=_MODELS_HELP + ".",
            show_default=_default_models(),
            autocompletion=complete_from(values(Model)),
        ),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            help=_RECIPES_HELP + ".",
            show_default=RecipeName.MODERN.value,
            autocompletion=complete_from(values(RecipeName)),
        ),
    ] = None,
    epochs: Annotated[
        float | None,
        typer.Option(
            help="Train this many times through the data.", show_default=_defaults("budget")
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(help="Train this many steps.", show_default=False),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(help="Train this many minutes.", show_default=False),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(help="Images in a step.", show_default=_defaults("batch")),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Same seed, same run.", show_default="0"),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="The run's name.", show_default="by date and time"),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="[RUN]",
            help="Go on with a run; budgets count from its start.",
            show_default="latest",
            autocompletion=complete_run,
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            help=", ".join(values(Device)) + ".",
            show_default=Device.AUTO.value,
            autocompletion=complete_from(values(Device)),
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            help=", ".join(values(Precision)) + ".",
            show_default=Precision.AUTO.value,
            autocompletion=complete_from(values(Precision)),
        ),
    ] = None,
    image_size: Annotated[
        int | None,
        typer.Option(help="Resize images to this many pixels square.", show_default="as they are"),
    ] = None,
    preview_every: Annotated[
        int | None,
        typer.Option(help="Steps between previews.", show_default=_defaults("preview_every")),
    ] = None,
    checkpoint_every: Annotated[
        int | None,
        typer.Option(help="Steps between checkpoints.", show_default=_defaults("checkpoint_every")),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(help="Checkpoints to keep beside the latest.", show_default="2"),
    ] = None,
    lr_scale: Annotated[
        float | None,
        typer.Option(
            "--lr-scale",
            help="Multiply both learning rates; below 1 where a training broke down.",
            show_default="1",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="PATH",
            help="The run's folder.",
            show_default="below the home",
            parser=read_out,
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No bars, no words.")] = False,
    json: JsonOption = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be done; write nothing.")
    ] = False,
) -> None:
    """Train a conditional GAN; Ctrl-C saves it and says how to go on.

    Prints the run's folder.
    """
    options: dict[str, Any] = {
        "data": data,
        "model": model,
        "recipe": recipe,
        "epochs": epochs,
        "steps": steps,
        "minutes": minutes,
        "batch": batch,
        "seed": seed,
        "device": device,
        "precision": precision,
        "image_size": image_size,
        "preview_every": preview_every,
        "checkpoint_every": checkpoint_every,
        "keep": keep,
        "lr_scale": lr_scale,
    }
    given = {option: value for option, value in options.items() if value is not None}
    world = this_world()
    try:
        if resume is not None:
            run = _resumed_run(resume, given, name, out)
        else:
            run = new_run(train_config(**given), name=name, out=out, is_main=world.is_main)
        world.shard(run.config.batch)
    except UsageError as error:
        if world.is_main:
            raise
        # The leader has found the same and says so, unless torchrun ends it since this one left.
        time.sleep(MAIN_PROCESS_SECONDS)
        raise typer.Exit(error.exit_code) from None
    if dry_run:
        if world.is_main:
            _print_plan(run, json=json)
    elif not world.is_main:
        _train_along(run, world)
    else:
        _train(run, world, context.obj, quiet=quiet, json=json)


def with_resume_value(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ``latest`` after a ``--resume`` that names no run.

    Typer has no options whose value may be left out.
    """
    completed = list(arguments)
    for index in range(len(completed) - 1, -1, -1):
        following = completed[index + 1 : index + 2]
        if completed[index] == "--resume" and (not following or following[0].startswith("-")):
            completed.insert(index + 1, LATEST)
    return completed


def _resumed_run(reference: str, given: dict[str, Any], name: str | None, out: Path | None) -> Run:
    if name is not None or out is not None:
        raise UsageError("--resume goes on with a run where it is.", "Leave out --name and --out.")
    run = locate.find_run(reference)
    # The defaults of this command line must not count as a wish to change the run.
    asked = train_config(**given)
    fields = [option for option in given if option not in ("epochs", "steps", "minutes")]
    if len(fields) < len(given):
        fields.append("budget")
    run.config = resumed_config(run.config, {field: getattr(asked, field) for field in fields})
    if run.is_complete():
        raise UsageError(
            f"The run {run.name} has spent its budget of {run.config.budget}.",
            "To train it further, give a larger --epochs, --steps or --minutes, counted from its "
            "start.",
        )
    return run


def _print_plan(run: Run, *, json: bool) -> None:
    plan = {"run": str(run.folder), **run.config.as_json()}
    if json:
        console.print_json(plan)
        return
    plan["budget"] = str(run.config.budget)
    console.print_facts({key: "auto" if v is None else str(v) for key, v in plan.items()})


def _train_along(run: Run, world: World) -> None:
    """Train with a leader, which writes and says everything."""
    with stop_on_signals(say=lambda _text: None) as should_stop:
        from ganctl.engine.training.loop import train as train_steps

        for _ in train_steps(run, should_stop=should_stop, world=world):
            pass


def _train(run: Run, world: World, arguments: Sequence[str], *, quiet: bool, json: bool) -> None:
    from ganctl.cli.progress_view import training_view

    config = run.config
    images_before = run.progress.get("images_seen", 0)
    seconds_before = run.progress.get("seconds", 0.0)
    title = f"{run.name}: {config.model.value} on {_short(config.data)}, {config.budget}"
    # The panel shows before torch is imported, which takes seconds.
    with (
        closing(training_view(title, quiet=quiet)) as view,
        stop_on_signals(view.note) as should_stop,
        _warnings_said(view.note),
    ):

        def check() -> None:
            if should_stop():
                raise _stopped_before_the_first_step(run, arguments, should_stop.exit_code)

        def prepare(what: str, done: int, total: int | None) -> None:
            check()
            view.prepare(what, done, total)

        from ganctl.engine.training.loop import train as train_steps

        check()
        for report in train_steps(run, should_stop=should_stop, on_progress=prepare, world=world):
            view.update(report)

    if run.status == "stopped":
        with suppress(OSError):  # A terminal that was closed, which is what asked to stop.
            _print_result(run, images_before, seconds_before, json=json)
        raise Stopped(
            f"Stopped at step {run.progress['step']}; everything is saved.",
            f"Go on with: {_resume_command(run)}",
            should_stop.exit_code,
        )
    _print_result(run, images_before, seconds_before, json=json)
    if not quiet:
        _say_what_comes_next(run)


@contextmanager
def _warnings_said(say: Callable[[str], None]) -> Iterator[None]:
    """Let what a training can do without, and fails to write, be said like anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", GanctlWarning)
        show_others = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, GanctlWarning):
                say(str(message))
            else:
                show_others(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


def _print_result(run: Run, images_before: int, seconds_before: float, *, json: bool) -> None:
    images, seconds = run.progress["images_seen"], run.progress["seconds"]
    if json:
        speed = (images - images_before) / max(seconds - seconds_before, 1e-9)
        console.print_json(
            {
                "run": str(run.folder),
                "steps": run.progress["step"],
                "images_seen": images,
                "seconds": round(seconds, 3),
                "images_per_second": round(speed, 1),
                "quality": run.last_quality(),
                "best": run.best,
            }
        )
    else:
        console.print_path(run.folder)


def _say_what_comes_next(run: Run) -> None:
    header = read_checkpoint_header(run.latest_checkpoint())
    chosen = f"--class {shlex.quote(header.classes[-1])} " if header.classes else ""
    commands = [f"sample {chosen}--n 100", "montage", "gif"]
    if run.last_quality():
        commands.append("evaluate")
    else:
        console.note("the data have too few images to judge by, so quality was not watched")
    images, seconds = run.progress["images_seen"], run.progress["seconds"]
    console.say(f"Trained on {images:,} images in {seconds:.0f} s. Next:")
    program = _program()
    for command in commands:
        console.say(f"  {program} {command}")


def _stopped_before_the_first_step(run: Run, arguments: Sequence[str], exit_code: int) -> Stopped:
    begun = run.status != NEW
    again = _resume_command(run) if begun else f"{_program()} {shlex.join(arguments)}"
    return Stopped("Stopped before the first step.", f"Start again with: {again}", exit_code)


def _resume_command(run: Run) -> str:
    """Return what goes on with a run by this very ganctl."""
    return f"{_program()}{run.resume_command.removeprefix('ganctl')}"


def _program() -> str:
    """Return what starts this ganctl again: its name, or where the shell would find another."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m ganctl"
    found = shutil.which("ganctl")
    if called.stem != "ganctl" or (found and called.exists() and called.samefile(found)):
        return "ganctl"
    return shlex.quote(str(called.absolute()))


def _short(data: str) -> str:
    return data if data in values(DataName) else Path(data).name
