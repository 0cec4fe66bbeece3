"""What ``import ganctl`` offers: training and sampling from Python."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import UsageError
from ganctl.requests.codes import Codes, label_of_category, parse_codes
from ganctl.requests.labels import UNLABELLED, Label, check_seed, parse_labels
from ganctl.requests.training import check_amount, check_count, train_config
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import find_source
from ganctl.runs.run import Run, new_run
from ganctl.signals import stop_on_signals

if TYPE_CHECKING:
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.engine.training.loop import StepReport


def train(
    *,
    name: str | None = None,
    out: str | Path | None = None,
    on_report: Callable[[StepReport], None] = lambda _report: None,
    **options: Any,
) -> Run:
    """Train a conditional GAN from start to end.

    Ctrl-C (an interrupted notebook) and SIGTERM end it after the step: everything
    is saved, and ``ganctl train --resume`` goes on. Outside of the main thread,
    where Python hears no signals, the last checkpoint is what stays.

    Args:
        name: the run's name below the home; by date and time if not given.
        out: the run's folder, instead of one below the home.
        on_report: called with each ``StepReport``.
        options: those of ``ganctl train``, with underscores: ``data``, ``model``, ``recipe``,
            ``epochs`` or ``steps`` or ``minutes``, ``batch``, ``seed``, ``device``,
            ``precision``, ``image_size``, ``preview_every``, ``checkpoint_every``, ``keep``,
            ``lr_scale``.

    Returns:
        The run, finished.

    Raises:
        GanctlError: an option, the data or the disk is not as it should be.
        KeyboardInterrupt: after Ctrl-C; the run is saved.
        SystemExit: after SIGTERM or a hangup; the run is saved.
    """
    from ganctl.engine.training.loop import train as train_steps

    run = new_run(train_config(**options), name=name, out=None if out is None else Path(out))
    with stop_on_signals(say=lambda _text: None) as should_stop:
        for report in train_steps(run, should_stop=should_stop):
            on_report(report)
    if should_stop.number == signal.SIGINT:
        raise KeyboardInterrupt(f"saved: {run.resume_command}")
    if should_stop():
        raise SystemExit(should_stop.exit_code)
    return run


def load(run: str | Path | None = None) -> Generator:
    """Return the generator of a run, a ``.safetensors`` file, or ``pretrained/NAME``.

    Args:
        run: as RUN on the command line; None means ``latest``.

    Raises:
        GanctlError: there is none, or it cannot be read.
    """
    from ganctl.engine.sampling.sampler import Sampler

    return Generator(Sampler.of(find_source(None if run is None else str(run))))


class Generator:
    """A trained generator: labels and seeds in, pixels out."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler

    @property
    def header(self) -> CheckpointHeader:
        """What it was trained on, and for how long."""
        return self._sampler.header

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in order of their index."""
        return self._sampler.header.classes

    def sample(
        self,
        label: int | str | None = None,
        n: int | None = None,
        *,
        seed: int | None = None,
        seeds: Iterable[int] | None = None,
        truncation: float = 1.0,
        codes: Mapping[str, float] | None = None,
    ) -> NDArray[np.uint8]:
        """Draw images of one class, or of each class for ``"all"``.

        Args:
            label: an index, a class name, ``"all"``, or a blend such as ``"3:0.7,8:0.3"``;
                None for a generator that knows no labels, or where ``codes`` has c0.
            n: how many of each class, from ``seed`` on; one if not given.
            seed: the first seed; 0 if not given.
            seeds: which seeds exactly, instead of ``n`` and ``seed``.
            truncation: in [0, 2]; below 1 the images are more typical and less varied.
            codes: the codes of InfoGAN to hold, such as ``{"c1": -1.5}``; ``{"c0": 3}`` is a
                category instead of a label.

        Returns:
            uint8 [N, H, W], or [N, H, W, 3] for colour; the same seed gives the same pixels.

        Raises:
            UsageError: an unknown class or code, a number out of range, a label that is missing,
                or one for a generator that knows none, or beside c0.
        """
        check_amount("truncation", truncation, least=0, most=2)
        texts = [f"{name}={value}" for name, value in (codes or {}).items()]
        held = parse_codes(texts, self.header.network)
        labels = self._labels(label, held)
        if seeds is None:
            first = 0 if seed is None else seed
            seeds = range(first, first + check_count("n", 1 if n is None else n))
        elif n is not None or seed is not None:
            raise UsageError("seeds excludes n and seed.", "Give either the seeds or how many.")
        chosen = [check_seed(int(number), "seed") for number in seeds]
        check_count("the number of seeds", len(chosen))
        return self._sampler.draw(labels, chosen, truncation=truncation, codes=held)

    def _labels(self, label: int | str | None, codes: Codes) -> tuple[Label, ...]:
        if codes.category is not None:
            if label is not None:
                raise UsageError("The code c0 and a label exclude each other.", "Give one of them.")
            return (label_of_category(codes.category, self.header),)
        if self.classes and label is not None:
            return parse_labels([str(label)], self.classes).labels
        if self.classes:
            raise UsageError("sample needs a label.", "Give a class, a blend, or 'all'.")
        if label is not None:
            raise UsageError("This generator was trained without labels.", "Give none.")
        return (UNLABELLED,)
