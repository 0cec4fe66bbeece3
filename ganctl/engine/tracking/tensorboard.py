"""A run's figures and previews for TensorBoard, in the folder ``tensorboard`` of the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ganctl.pictures.images import Images
from ganctl.runs.run import Run

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class TensorBoard:
    """Writes event files, which ``tensorboard --logdir`` shows while the run trains.

    Args:
        run: where to.
        first_step: the first step of this process: TensorBoard forgets events from there on, which
            an earlier process wrote after the checkpoint that the run is resumed from.
    """

    name = "TensorBoard"

    def __init__(self, run: Run, first_step: int) -> None:
        # The extra that brings tensorboard is not always there.
        from torch.utils.tensorboard import SummaryWriter

        folder = run.folder / "tensorboard"
        purge_step = first_step if folder.is_dir() else None
        self._writer: SummaryWriter = SummaryWriter(str(folder), purge_step=purge_step)

    def log(self, step: int, figures: Mapping[str, float], picture: Images | None) -> None:
        """Write each figure by its name, and the picture of a preview, so that they can be seen."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)
        if picture is not None:
            formats = "HW" if picture.ndim == 2 else "HWC"
            self._writer.add_image("preview", picture, step, dataformats=formats)
        self._writer.flush()

    def close(self) -> None:
        """End the event file."""
        self._writer.close()
