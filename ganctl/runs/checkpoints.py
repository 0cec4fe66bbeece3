"""What each checkpoint of a run is for: to resume from, or only to sample from. No torch.

The latest has all that a resume needs, which for MNIST's networks is nineteen times what sampling
needs. Until the run has finished, so has the one before it, from which the run is resumed should
the latest be damaged. All others hold the averaged generator alone, and so does ``best``, which is
there only while no numbered checkpoint is of the same step.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ganctl.errors import CheckpointError
from ganctl.files.atomic import explained, write_atomically
from ganctl.runs.checkpoint_header import open_checkpoint, read_checkpoint_header
from ganctl.runs.layout import by_step, checkpoint_path

SAMPLED = "generator_ema."
"""How the names of the tensors begin from which samples are drawn."""
Best = Mapping[str, "int | float"]
"""The best step and its quality; empty before there is one."""


def numbered(folder: Path) -> list[Path]:
    """Return the numbered checkpoints of the run in ``folder``, oldest first."""
    return by_step(folder / "checkpoints", ".safetensors")


def best_path(folder: Path) -> Path:
    """Return where the best checkpoint belongs if no numbered one is of the same step."""
    return folder / "checkpoints" / "best.safetensors"


def find_best(folder: Path, best: Best) -> Path | None:
    """Return the checkpoint of the best step; None if there is none."""
    if not best:
        return None
    candidates = (best_path(folder), checkpoint_path(folder, int(best["step"])))
    return next((path for path in candidates if path.is_file()), None)


def prune(folder: Path, *, keep: int, finished: bool) -> list[Path]:
    """Remove all numbered checkpoints but the latest and the ``keep`` before it.

    Until the run has finished, the one before the latest stays whatever ``keep`` is.

    Returns:
        those before the latest of which only the generator is still needed.

    Raises:
        FileError: one cannot be removed.
    """
    whole = 0 if finished else 1
    older = numbered(folder)[:-1]
    gone = max(0, len(older) - max(keep, whole))
    for path in older[:gone]:
        with explained(path):
            path.unlink(missing_ok=True)
    return older[gone : max(gone, len(older) - whole)]


def share_best(folder: Path, best: Best) -> None:
    """Remove the best checkpoint's own file where a numbered one is of the same step.

    Raises:
        FileError: it cannot be removed.
    """
    if best and checkpoint_path(folder, int(best["step"])).is_file():
        _remove_best(folder)


def rewind_best(folder: Path, best: Best, step: int) -> bool:
    """Give the best checkpoint its own file again, since the numbered one may soon go.

    It is forgotten where it is newer than ``step``, from which the run is resumed, or not what
    ``best`` says: a crash may have come after the one was replaced and before the other was.

    Returns:
        whether ``best`` still holds.

    Raises:
        CheckpointError, FileError: it cannot be read or written.
    """
    found = find_best(folder, best)
    if found is None or best["step"] > step or _step_in(found) != best["step"]:
        _remove_best(folder)
        return False
    if found != best_path(folder):
        write_generator_alone(found, best_path(folder))
    return True


def write_generator_alone(source: Path, target: Path) -> None:
    """Write what sampling needs of the checkpoint at ``source`` to ``target``, which may be it.

    Raises:
        CheckpointError: ``source`` is damaged.
        FileError: ``target`` cannot be written; what was there is still there.
    """
    from safetensors.numpy import save

    with open_checkpoint(source, framework="numpy") as (header, file):
        names = file.keys()
        sampled = {name: file.get_tensor(name) for name in names if name.startswith(SAMPLED)}
        if source == target and len(sampled) == len(names):
            return
        content = save(sampled, header.as_metadata())
    write_atomically(target, content)


def _step_in(path: Path) -> int | None:
    try:
        return read_checkpoint_header(path).progress.step
    except CheckpointError:
        return None


def _remove_best(folder: Path) -> None:
    path = best_path(folder)
    with explained(path):
        path.unlink(missing_ok=True)
