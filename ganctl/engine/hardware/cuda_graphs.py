"""Work that is captured once on a GPU and then replayed: CUDA graphs.

A small network keeps a GPU waiting for the host, which launches several
hundred kernels a step, one by one. A CUDA graph launches them all at once, with
the very addresses that they had when they were captured. So everything that
differs from call to call must be in tensors that stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import torch
from torch import Tensor

WARM_UP = 3
"""Calls before the capture, in which libraries choose their kernels."""

Outputs = dict[str, Tensor]
Work = Callable[..., Outputs]
"""Called with tensors and, last, with the rng that it draws from."""


def run_on_side_stream(work: Callable[[], Outputs]) -> Outputs:
    """Return what ``work`` returns, run on another stream, as a later capture demands."""
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        outputs = work()
    torch.cuda.current_stream().wait_stream(stream)
    return outputs


def capture(work: Callable[[], Outputs], rng: torch.Generator) -> Callable[[], Outputs]:
    """Return a replay of ``work``, which is captured but not run.

    Each replay draws from ``rng`` in its state at that time, and returns the
    same tensors with new values.
    """
    graph = torch.cuda.CUDAGraph()
    graph.register_generator_state(rng)
    with torch.cuda.graph(graph):
        outputs = work()

    def replay() -> Outputs:
        graph.replay()
        return outputs

    return replay


class CudaGraphs:
    """Runs work ``WARM_UP`` times, then captures it, then replays it.

    Args:
        warm_up: runs work that is not captured yet.
        capture: returns a replay of work.
    """

    def __init__(
        self,
        warm_up: Callable[[Callable[[], Outputs]], Outputs] = run_on_side_stream,
        capture: Callable[
            [Callable[[], Outputs], torch.Generator], Callable[[], Outputs]
        ] = capture,
    ) -> None:
        self._warm_up = warm_up
        self._capture = capture
        self._inputs: tuple[tuple[Tensor, ...], torch.Generator] | None = None
        self._calls: dict[Hashable, int] = {}
        self._replays: dict[Hashable, Callable[[], Outputs]] = {}

    def __call__(
        self, variant: Hashable, work: Work, tensors: Sequence[Tensor], rng: torch.Generator
    ) -> Outputs:
        """Return what ``work(*tensors, rng)`` returns; it is overwritten by the next call.

        Args:
            variant: names the work; each variant has a graph of its own.
            work: what to do, which must be the same in each call of a variant.
            tensors: of the same shapes in every call.
            rng: a generator in its initial state.
        """
        held, held_rng = self._hold(tensors, rng)

        def on_held_inputs() -> Outputs:
            return work(*held, held_rng)

        calls = self._calls[variant] = self._calls.get(variant, 0) + 1
        if calls <= WARM_UP:
            return self._warm_up(on_held_inputs)
        if variant not in self._replays:
            self._replays[variant] = self._capture(on_held_inputs, held_rng)
        return self._replays[variant]()

    def _hold(
        self, tensors: Sequence[Tensor], rng: torch.Generator
    ) -> tuple[tuple[Tensor, ...], torch.Generator]:
        """Return the first call's tensors and rng, with the values and the seed of this call's."""
        if self._inputs is None:
            self._inputs = tuple(tensors), rng
            return self._inputs
        held, held_rng = self._inputs
        for target, source in zip(held, tensors, strict=True):
            target.copy_(source)
        held_rng.manual_seed(rng.initial_seed())
        return self._inputs
