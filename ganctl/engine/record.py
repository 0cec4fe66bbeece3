"""What a training leaves in its run's folder while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganctl import images, plots
from ganctl._version import __version__
from ganctl.card import Card
from ganctl.engine import checkpoint
from ganctl.engine.sample import Sampler
from ganctl.engine.state import TrainState
from ganctl.files import write_atomically
from ganctl.labels import one_hot
from ganctl.runs import Run

PREVIEW_SEEDS = tuple(range(10))


class Recorder:
    """Writes metrics, previews, checkpoints and curves of one training.

    Args:
        run: where to.
        state: the training, as it stands whenever something is written.
    """

    def __init__(self, run: Run, state: TrainState) -> None:
        self.run = run
        self.state = state
        self._labels = [one_hot(index, run.classes) for index in range(len(run.classes))]

    def metrics(self, terms: Mapping[str, float], images_per_second: float) -> None:
        """Add a line to ``metrics.jsonl``."""
        self.run.append_metrics(
            {**self._progress(), "images_per_second": round(images_per_second, 1), **terms}
        )

    def preview(self) -> images.Images:
        """Write the averaged generator's sheet: a row for each class, a column for each seed.

        Returns:
            its images, uint8 [classes, 10, H, W] or [classes, 10, H, W, 3].
        """
        sampler = Sampler(self.state.generator_ema, self._card())
        drawn = sampler.draw(self._labels, PREVIEW_SEEDS)
        sheet = images.sheet(drawn, len(PREVIEW_SEEDS))
        metadata = {"kind": "preview", "run": self.run.name, "step": self.state.step}
        write_atomically(self.run.preview_path(self.state.step), images.png_bytes(sheet, metadata))
        return drawn.reshape(len(self._labels), len(PREVIEW_SEEDS), *drawn.shape[1:])

    def checkpoint(self, status: str) -> None:
        """Write a checkpoint and run.json, and remove the oldest checkpoints beyond ``--keep``."""
        path = self.run.checkpoint_path(self.state.step)
        checkpoint.save_state(self.state, self._card(), path)
        self.run.prune_checkpoints()
        self.run.status = status
        self.run.progress = self._progress()
        self.run.save()

    def curves(self) -> None:
        """Draw ``loss.png`` from ``metrics.jsonl``."""
        metrics = self.run.metrics()
        if metrics:
            write_atomically(self.run.loss_plot_path, plots.loss_plot(metrics, self.run.name))

    def _progress(self) -> dict[str, Any]:
        return {
            "step": self.state.step,
            "images_seen": self.state.images_seen,
            "seconds": round(self.state.seconds, 3),
        }

    def _card(self) -> Card:
        return Card(
            ganctl_version=__version__,
            model=self.run.config.model.value,
            recipe=self.run.config.recipe.value,
            data=self.run.config.data,
            classes=self.run.classes,
            network=self.state.spec,
            progress=self._progress(),
        )
