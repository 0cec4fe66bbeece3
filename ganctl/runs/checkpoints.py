"""What the checkpoints of a run are for: to resume from, or only to sample from. No torch.

The latest has all that a resume needs, which is nineteen times what sampling needs for MNIST's
networks. Until the run has finished, so has the one before it, from which it is resumed should the
latest be damaged. The best and all others hold the averaged generator alone.
"""

from __future__ import annotations

from pathlib import Path

from safetensors.numpy import save

from ganctl.files.atomic import write_atomically
from ganctl.runs.checkpoint_header import open_checkpoint

SAMPLED = "generator_ema."
"""How the names of the tensors begin from which samples are drawn."""


def write_generator_alone(source: Path, target: Path) -> None:
    """Write what sampling needs of the checkpoint at ``source`` to ``target``, which may be it.

    Raises:
        CheckpointError: ``source`` is damaged.
        FileError: ``target`` cannot be written; what was there is still there.
    """
    with open_checkpoint(source, framework="numpy") as (header, file):
        names = file.keys()
        sampled = {name: file.get_tensor(name) for name in names if name.startswith(SAMPLED)}
        if source == target and len(sampled) == len(names):
            return
        content = save(sampled, header.as_metadata())
    write_atomically(target, content)

