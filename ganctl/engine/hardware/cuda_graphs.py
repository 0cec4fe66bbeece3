"""A step recorded once on a GPU and played again: CUDA graphs.

A small network keeps a GPU waiting for the host, which launches several
hundred kernels a step, one by one. A CUDA graph launches them all at once, with
the very addresses that they had when they were recorded. So all that differs
from step to step must lie in tensors that stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch

from ganctl.engine.training.batches import Batch
from ganctl.engine.training.step import Losses, Step

WARM_UP = 3
"""Steps that are played before one is recorded, in which libraries choose their kernels."""

Play = Callable[[], Losses]


class Tape(Protocol):
    """What records a function's work on a device."""

    def warm_up(self, play: Play) -> Losses:
        """Return what ``play`` gives, called as recording needs it to have been."""
        ...

    def record(self, play: Play, rng: torch.Generator) -> Play:
        """Return what does the work of ``play`` again.

        Recording does no work. ``random`` is what ``play`` draws from; its state at the time of
        each call counts. What is returned gives the same tensors each time, with new values.
        """
        ...


class CudaTape:
    """Records CUDA graphs (``torch.cuda.CUDAGraph``)."""

    def warm_up(self, play: Play) -> Losses:
        """Return what ``play`` gives, on a stream beside the current one."""
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            losses = play()
        torch.cuda.current_stream().wait_stream(stream)
        return losses

    def record(self, play: Play, rng: torch.Generator) -> Play:
        """Return what replays the graph of ``play``."""
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(rng)
        with torch.cuda.graph(graph):
            losses = play()

        def replay() -> Losses:
            graph.replay()
            return losses

        return replay


class RecordedStep:
    """A steady ``Step`` that is recorded once it has warmed up: a tape each with and without R1.

    Args:
        step: the step; its learning rates are tensors.
        tape: what records it.
    """

    def __init__(self, step: Step, tape: Tape) -> None:
        self._step = step
        self._tape = tape
        self._held: Batch | None = None
        self._played = {False: 0, True: 0}
        self._recorded: dict[bool, Play] = {}

    def __call__(self, batch: Batch, progress: float) -> Losses:
        """Train on ``batch``; the terms keep their values until the next call alone."""
        held = self._hold(batch)
        kind = self._step.penalised

        def play() -> Losses:
            return self._step(held, progress)

        if self._played[kind] < WARM_UP:
            self._played[kind] += 1
            return self._tape.warm_up(play)
        if kind not in self._recorded:
            self._recorded[kind] = self._tape.record(play, held.rng)
        return self._recorded[kind]()

    def _hold(self, batch: Batch) -> Batch:
        """Return the batch in the tensors, and with the generator, of the first one."""
        if self._held is None:
            self._held = batch
            return batch
        self._held.real.copy_(batch.real)
        self._held.y.copy_(batch.y)
        self._held.z.copy_(batch.z)
        self._held.rng.manual_seed(batch.rng.initial_seed())
        return self._held
