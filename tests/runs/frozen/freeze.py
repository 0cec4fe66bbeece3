"""Pack a run's folder small enough to be kept for ever: ``python freeze.py RUN DATA NAME.zip``.

Beyond the first 500, the values of a tensor repeat those: all names, shapes and
types are what that version wrote, and the zip is small. Of the checkpoints the
latest and the best are kept, and of the pictures the previews.
"""

import sys
import zipfile
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

KEPT = 500


def thinned(path: Path) -> bytes:
    """Return a checkpoint with the same header, whose tensors are repetitive."""
    with safe_open(path, "numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        header = file.metadata()
    repeated = {
        name: np.resize(value.ravel()[:KEPT], value.shape) if value.size else value
        for name, value in tensors.items()
    }
    return save(repeated, header)


def freeze(run: Path, data: Path, packed: Path) -> None:
    """Write the run, and as ``data.npz`` what it was trained on, to the file ``packed``."""
    checkpoints = sorted((run / "checkpoints").glob("step*.safetensors"))
    left_out = {*checkpoints[:-1], run / "loss.png", run / "lock"}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as file:
        for path in sorted({path for path in run.rglob("*") if path.is_file()} - left_out):
            is_checkpoint = path.suffix == ".safetensors"
            content = thinned(path) if is_checkpoint else path.read_bytes()
            file.writestr(f"run/{path.relative_to(run)}", content)
        file.write(data, "data.npz")


if __name__ == "__main__":
    freeze(*(Path(argument) for argument in sys.argv[1:]))
