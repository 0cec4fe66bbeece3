"""Make a small file of a run's averaged generator, in half precision, to hand on or to bundle.

    python scripts/bundle_generator.py RUN FILE.safetensors

``ganctl sample FILE.safetensors`` draws from it; it holds no more than that needs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ganctl.engine.exporting.formats import export
from ganctl.files.atomic import write_atomically
from ganctl.requests.generators.exports import ExportFormat, ExportRequest
from ganctl.runs.locate import find_source


def bundle(run: str, path: Path) -> int:
    """Write the file and return its size in bytes.

    Args:
        run: as RUN on the command line.
        path: where to, replacing what is there.

    Raises:
        GanctlError: there is no such run, or the file cannot be written.
    """
    request = ExportRequest(format=ExportFormat.SAFETENSORS, half=True)
    write_atomically(path, export(find_source(run), request).content)
    return path.stat().st_size


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("file", type=Path, metavar="FILE.safetensors")
    arguments = parser.parse_args()
    size = bundle(arguments.run, arguments.file)
    sys.stdout.write(f"{arguments.file}: {size:,} bytes\n")
