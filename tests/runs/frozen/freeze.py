"""Pack a run's folder small enough to be kept for ever: ``python freeze.py RUN DATA NAME.zip``.

Beyond the first 500, the values of a tensor repeat those: all names, shapes and
types are what that version wrote, and the zip is small. Of the checkpoints the
latest and the best are kept, and of the pictures the previews.
"""

import contextlib
import sys
import zipfile
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from ganctl.files.packed_floats import pack, unpack

KEPT = 500
ZLIB = b"\x78\x01"


def thinned(path: Path) -> bytes:
    """Return a checkpoint with the same header, whose tensors are repetitive."""
    with safe_open(path, "numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        header = file.metadata()
    repeated = {
        name: repetitive_pack(value) if name.endswith(".packed") else repetitive(value)
        for name, value in tensors.items()
    }
    return save(repeated, header)


def repetitive(value: np.ndarray) -> np.ndarray:
    """Return numbers of the same shape that repeat the first ones."""
    return np.resize(value.ravel()[:KEPT], value.shape) if value.size else value


def repetitive_pack(packed: np.ndarray) -> np.ndarray:
    """Return packed numbers, as many as before, that repeat the first ones without their signs.

    Some are the mean squares of gradients, which cannot be negative.
    """
    content, start = packed.tobytes(), -1
    while True:  # The stream of exponents begins behind three bytes of each number.
        start = content.index(ZLIB, start + 1)
        if start % 3 == 0:
            with contextlib.suppress(ValueError):
                return pack(abs(repetitive(unpack(packed, start // 3))))


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
