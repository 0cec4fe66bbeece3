"""``ganctl info``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.options import INPUT, JsonOption, complete_run
from ganctl.errors import CheckpointError, FileError, RunError, UsageError
from ganctl.requests.training_metrics import Group, of_group
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.locate import RunSource, all_runs, find, known_names, read_source
from ganctl.runs.run import Run

EXAMPLES = (
    "ganctl info",
    "ganctl info --all",
    "ganctl info samples/pretrained-mnist/7/seed0003.png",
)


SubjectArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN | FILE.png",
        help="A run, a .safetensors file, pretrained/NAME, or a picture that ganctl made. Default: "
        "latest.",
        show_default=False,
        autocompletion=complete_run,
        rich_help_panel=INPUT,
    ),
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Show a table of all runs.", rich_help_panel=INPUT)
]


def info(
    run: SubjectArgument = None, all_runs_: AllOption = False, json: JsonOption = False
) -> None:
    """Show a run's options and progress, or the command that makes a picture again."""
    if all_runs_:
        if run is not None:
            raise UsageError("--all shows every run.", f"Leave out --all, or {run}.")
        _show_all(json=json)
        return
    if run is not None and run.lower().endswith(".png") and run not in known_names():
        facts = _picture_facts(Path(run))
    else:
        found = find(run)
        if isinstance(found, RunSource) and found.note:
            console.note(found.note)
        facts = _weights_facts(found) if isinstance(found, RunSource) else _run_facts(found)
    if json:
        console.print_json(facts)
    else:
        console.print_facts(_readable(facts))


def _picture_facts(path: Path) -> dict[str, Any]:
    from ganctl.pictures.images import read_metadata

    if not path.is_file():
        raise FileError(f"There is no file {path}.", "Check the path.")
    metadata = read_metadata(path)
    command = {"command": metadata.pop("command")} if "command" in metadata else {}
    return command | metadata


def _weights_facts(source: RunSource) -> dict[str, Any]:
    header = asdict(read_source(source, read_checkpoint_header))
    progress = header.pop("progress")
    return {
        "weights": source.reference,
        **header,
        **progress,
        "bytes": source.checkpoint.stat().st_size,
    }


def _run_facts(run: Run) -> dict[str, Any]:
    config = run.config
    last = (run.metrics() or [{}])[-1]
    checkpoints, evaluation = run.checkpoints(), run.evaluation()
    return {
        "run": run.name,
        "folder": str(run.folder),
        "status": run.live_status(),
        "created": run.created,
        "ganctl": run.ganctl_version,
        "model": config.model,
        "recipe": config.recipe,
        "budget": str(config.budget),
        "batch": config.batch,
        "seed": config.seed,
        "data": config.data,
        "classes": list(run.classes),
        "image_shape": run.data.get("shape"),
        "parameters": run.parameters,
        **asdict(run.progress),
        "images_per_second": _speed(run),
        **{metric.key: last.get(metric.key) for metric in of_group(Group.LOSS)},
        "last_quality": run.last_quality(),
        "best": run.best,
        "used": _used(run),
        "evaluation": evaluation.summary() if evaluation else {},
        "alarms": [f"{alarm['kind']} (step {alarm['step']})" for alarm in run.alarms],
        "code_map": _code_map(checkpoints),
        "checkpoints": [path.name for path in checkpoints],
        "previews": len(run.previews()),
        "bytes": run.size(),
    }


def _speed(run: Run) -> float | None:
    """Return the images a second of the whole run, with its measurements and previews."""
    progress = run.progress
    return round(progress.images_seen / progress.seconds, 1) if progress.seconds else None


def _used(run: Run) -> str | None:
    """Return the name of the checkpoint that sampling uses; None if there is none yet."""
    try:
        return run.best_checkpoint().name
    except RunError:
        return None


def _code_map(checkpoints: Sequence[Path]) -> dict[str, Any] | None:
    """Return what InfoGAN's categories mean; None if the checkpoint cannot be read."""
    try:
        code_map = read_checkpoint_header(checkpoints[-1]).code_map if checkpoints else None
    except CheckpointError:
        return None
    return asdict(code_map) if code_map else None


def _show_all(*, json: bool) -> None:
    runs = []
    for run in all_runs(on_damaged=_say_damaged):
        try:
            runs.append(_run_facts(run))
        except FileError as error:
            _say_damaged(error)
    if json:
        console.print_json(runs)
        return
    if not runs:
        console.note("there is no run yet; make one with: ganctl train")
        return
    shown = [
        "run", "status", "model", "recipe", "data", "step", "images_seen", "seconds", "bytes"
    ]  # fmt: skip
    rows = [[_text(key, facts[key]) for key in shown] for facts in runs]
    console.print_table([key.replace("_", " ") for key in shown], rows)


def _say_damaged(error: RunError | FileError) -> None:
    console.note(f"left out: {error}")


def _readable(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts that are known, as text."""
    return {
        key.replace("_", " "): _text(key, value)
        for key, value in facts.items()
        if value not in (None, [], {})
    }


def _text(key: str, value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(name, part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return _number_text(key, value)


def _number_text(key: str, value: float) -> str:
    if key == "bytes":
        return f"{value / 1e6:.1f} MB"
    if key == "seconds":
        return f"{value:.1f}"
    if isinstance(value, int):
        return str(value) if key in ("seed", "image_size") else f"{value:,}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
