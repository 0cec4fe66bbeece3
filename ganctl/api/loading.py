"""``ganctl.load``: the generator of a run, of a file, or a bundled one."""

from __future__ import annotations

import os

from ganctl.api.asking import tell
from ganctl.api.generator import Generator
from ganctl.api.run import Run, check_reference
from ganctl.api.wording import naming_arguments
from ganctl.runs.locate import find_source


def load(run: str | os.PathLike[str] | Run | None = None) -> Generator:
    """Return the generator of a run, a ``.safetensors`` file, or ``pretrained/NAME``.

    >>> ganctl.load("pretrained/mnist")
    <Generator pretrained/mnist: cgan-ac, 28×28 grey, 10 classes, step 27,003>

    Args:
        run: a run, or RUN as on the command line; None means ``latest``.

    Raises:
        GanctlError: there is none, or it cannot be read.
    """
    from ganctl.engine.sampling.sampler import Sampler

    if run is not None:
        check_reference("run", run)
    reference = run.folder if isinstance(run, Run) else run
    with naming_arguments():
        source = find_source(None if reference is None else os.fspath(reference))
        tell([source.note] if source.note else [])
        return Generator(Sampler.of(source), source)
