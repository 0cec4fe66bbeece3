"""What a run's ``run.json`` says, checked: it may come from a stranger. No torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganctl.errors import FileError, RunError
from ganctl.files.atomic import read_file
from ganctl.files.limits import JSON_BYTES
from ganctl.files.untrusted_json import as_count, as_number, as_text, parse
from ganctl.requests.labels import check_class_names
from ganctl.requests.training import TrainConfig
from ganctl.runs.migrations import RUN_MIGRATIONS, migrated

FORMAT_VERSION = 2


def read_header(folder: Path) -> dict[str, Any]:
    """Return the fields of the ``Run`` in ``folder``, by their names.

    Raises:
        RunError: its ``run.json`` is missing, damaged or of another format version.
    """
    header = _in_this_format(folder)
    try:
        if header["progress"] and not header["data"]:
            raise ValueError("data")
        return {
            "config": TrainConfig.from_json(header["config"]),
            "recipe": dict(header["recipe"]),
            "created": as_text(header["created"]),
            "ganctl_version": as_text(header["ganctl_version"]),
            "status": as_text(header["status"]),
            "data": _checked_data(header["data"]),
            "progress": _checked_progress(header["progress"]),
            "parameters": _checked_parameters(header["parameters"]),
            "best": _checked_best(header["best"]),
            "alarms": _checked_alarms(header["alarms"]),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _damaged(folder, f"it lacks a valid {error}") from error


def _in_this_format(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    try:
        header = parse(read_file(path, JSON_BYTES))
    except FileError as error:
        raise RunError(
            f"{folder} is not a run.", f"It has no readable run.json. {error}"
        ) from error
    except ValueError as error:
        raise _damaged(folder, f"it is not JSON that ganctl writes ({error})") from error
    if not isinstance(header, dict) or header.get("format") != "ganctl-run":
        raise _damaged(folder, "ganctl did not write it")
    version = header.get("format_version")
    if version not in (*RUN_MIGRATIONS, FORMAT_VERSION):
        raise RunError(
            f"{folder} has run format {version}, and this ganctl reads {FORMAT_VERSION}.",
            f"It was written by ganctl {header.get('ganctl_version', 'of another version')}: "
            "use that one.",
        )
    try:
        return migrated(header, version, RUN_MIGRATIONS)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(folder, f"it lacks a valid {error}") from error


def _checked_data(data: dict[str, Any]) -> dict[str, Any]:
    """Return a run's description of its data, if it is empty or has what others rely on."""
    if data == {}:
        return {}
    checks: dict[str, Callable[[Any], Any]] = {
        "name": as_text,
        "classes": lambda names: list(check_class_names(names)),
        "count": as_count,
        "shape": lambda sizes: [as_count(size) for size in sizes],
        "fingerprint": as_text,
    }
    checked = {name: check(data[name]) for name, check in checks.items() if name in data}
    if not checked["count"] or "classes" not in checked:
        raise ValueError("data")
    return {**data, **checked}


def _checked_progress(progress: dict[str, Any]) -> dict[str, Any]:
    """Return how far a run got, if it is empty or has what others rely on."""
    if progress == {}:
        return {}
    seconds = as_number(progress["seconds"])
    if seconds < 0:
        raise ValueError("progress")
    counts = {name: as_count(progress[name]) for name in ("step", "images_seen")}
    return {**progress, **counts, "seconds": seconds}


def _checked_parameters(parameters: dict[str, Any]) -> dict[str, int]:
    return {name: as_count(number) for name, number in parameters.items()}


def _checked_best(best: dict[str, Any]) -> dict[str, float]:
    """Return the best step and its quality, if it is empty or has what others rely on."""
    if not isinstance(best, dict):
        raise TypeError("best")
    if not best:
        return {}
    numbers = {name: as_number(number) for name, number in best.items()}
    return {
        **numbers,
        "step": as_count(best["step"]),
        "feature_distance": numbers["feature_distance"],
    }


def _checked_alarms(alarms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what went wrong, if each says what and when."""
    return [
        {"step": as_count(a["step"]), "kind": as_text(a["kind"]), "message": as_text(a["message"])}
        for a in alarms
    ]


def _damaged(folder: Path, why: str) -> RunError:
    return RunError(
        f"{folder / 'run.json'} cannot be read: {why}.",
        "Restore it from a copy, or sample from a file of its checkpoints/ folder.",
    )
