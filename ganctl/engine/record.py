"""What a training leaves in its run's folder while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ganctl import images, plots
from ganctl._version import __version__
from ganctl.card import Card
from ganctl.engine import checkpoint
from ganctl.engine.code_map import learn_code_map
from ganctl.engine.data import Dataset
from ganctl.engine.sample import Sampler
from ganctl.engine.state import TrainState
from ganctl.files import write_atomically
from ganctl.labels import UNLABELLED, UNLABELLED_ROWS, one_hot
from ganctl.runs import Run

PREVIEW_COLUMNS = 10


class Recorder:
    """Writes metrics, previews, checkpoints and curves of one training.

    Args:
        run: where to.
        state: the training, as it stands whenever something is written.
        dataset: what it trains on.
    """

    def __init__(self, run: Run, state: TrainState, dataset: Dataset) -> None:
        self.run = run
        self.state = state
        self.dataset = dataset

    def metrics(self, terms: Mapping[str, float], images_per_second: float) -> None:
        """Add a line to ``metrics.jsonl``."""
        self.run.append_metrics(
            {**self._progress(), "images_per_second": round(images_per_second, 1), **terms}
        )

    def preview(self) -> images.Images:
        """Write the averaged generator's sheet: a row for each class, a column for each seed.

        A row stands for a category where the model has codes, and for nothing
        where it has no labels: then every place has its own seed.

        Returns:
            its images, uint8 [rows, 10, H, W] or [rows, 10, H, W, 3].
        """
        card = self._card()
        labels = [one_hot(index, card.classes) for index in range(len(card.classes))]
        seeds = range(PREVIEW_COLUMNS * (1 if labels else UNLABELLED_ROWS))
        drawn = Sampler(self.state.generator_ema, card).draw(labels or [UNLABELLED], seeds)
        sheet = images.sheet(drawn, PREVIEW_COLUMNS)
        metadata = {"kind": "preview", "run": self.run.name, "step": self.state.step}
        write_atomically(self.run.preview_path(self.state.step), images.png_bytes(sheet, metadata))
        return drawn.reshape(-1, PREVIEW_COLUMNS, *drawn.shape[1:])

    def checkpoint(self, status: str) -> None:
        """Write a checkpoint and run.json, and remove the oldest checkpoints beyond ``--keep``."""
        path = self.run.checkpoint_path(self.state.step)
        card = self._card()
        if self.state.spec.categories:
            code_map = learn_code_map(self.state.discriminator, self.dataset)
            card = replace(card, code_map=code_map)
        checkpoint.save_state(self.state, card, path)
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
        labelled = self.state.spec.classes or self.state.spec.categories
        return Card(
            ganctl_version=__version__,
            model=self.run.config.model.value,
            recipe=self.run.config.recipe.value,
            data=self.run.config.data,
            classes=self.run.classes if labelled else (),
            network=self.state.spec,
            progress=self._progress(),
        )
