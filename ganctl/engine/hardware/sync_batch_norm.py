"""Batch norm over the batch of all processes, so that their number does not change the result."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.modules.batchnorm import _BatchNorm


class SyncedBatchNorm(_BatchNorm):
    """``nn.BatchNorm1d`` and ``nn.BatchNorm2d`` whose batch is that of all processes together.

    torch's own ``SyncBatchNorm`` takes only tensors on a GPU. All processes must
    have the same number of rows. Its parameters and buffers have the names of
    the layer that it replaces, so that a checkpoint fits any number of processes.
    """

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        if input.dim() not in (2, 4):
            raise ValueError(f"batch norm of {input.dim()} dimensions")

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Normalise [N, C] or [N, C, H, W]; in eval mode by the running statistics."""
        if not self.training:
            return super().forward(input)
        self._check_input_dim(input)
        # Without a scale torch has no gradient of the shift on CUDA, where channels lie last.
        weight = torch.ones_like(self.running_mean) if self.weight is None else self.weight
        output: Tensor
        output, mean, var = _Normalise.apply(input, weight, self.bias, self.eps)  # type: ignore[no-untyped-call]
        self._update_running(mean, var, dist.get_world_size() * input.numel() // len(mean))
        return output

    def _update_running(self, mean: Tensor, var: Tensor, count: int) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(var * count / (count - 1), self.momentum)
        self.num_batches_tracked.add_(1)


class _Normalise(torch.autograd.Function):
    """Batch norm with the statistics of all processes, which are returned too.

    Batch norm in eval mode is one fused kernel forward and one backward, which
    treats the statistics as constants. Since they depend on the input, its
    gradient lacks two terms (Ioffe & Szegedy 2015, section 3): one that is
    constant in each channel, and one along the normalised input.
    """

    @staticmethod
    def forward(
        ctx: Any, rows: Tensor, weight: Tensor, bias: Tensor | None, eps: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        # With running statistics in float32, those of bfloat16 rows are computed in float32 too.
        unused = rows.new_zeros(rows.shape[1], dtype=torch.float32)
        mean, var = torch.batch_norm_update_stats(rows, unused, unused, 0.0)
        # One message for both: the variance is that within the processes plus that between them.
        mean, square = _mean_of_processes(mean, var + mean.square())
        var = square - mean.square()
        ctx.save_for_backward(rows, weight, bias, mean, var)
        ctx.eps = eps
        ctx.mark_non_differentiable(mean, var)
        return _by_statistics(rows, weight, bias, mean, var, eps), mean, var

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        rows, weight, bias, mean, var = ctx.saved_tensors
        inverse = torch.rsqrt(var + ctx.eps)
        # Beside given statistics these are not read, but CUDA wants tensors.
        unsaved = mean.new_empty(0)
        of_rows, along, total = torch.ops.aten.native_batch_norm_backward(
            gradient, rows, weight, mean, var, unsaved, unsaved, False, ctx.eps, [True, True, True]
        )
        if ctx.needs_input_grad[0]:
            count = rows.numel() // len(mean)
            scale = weight * inverse
            slope, level = _mean_of_processes(scale * along / count, scale * total / count)
            of_rows = of_rows - _by_statistics(rows, slope, level, mean, var, ctx.eps)
        return of_rows, along, None if bias is None else total, None


def _by_statistics(
    rows: Tensor, weight: Tensor | None, bias: Tensor | None, mean: Tensor, var: Tensor, eps: float
) -> Tensor:
    return torch.batch_norm(rows, weight, bias, mean, var, False, 0.0, eps, False)


def _mean_of_processes(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Return the means of two tensors over the processes, by one message."""
    both = torch.stack([first, second])
    dist.all_reduce(both)
    both /= dist.get_world_size()
    return both[0], both[1]


def convert_sync_batch_norm(network: nn.Module) -> None:
    """Replace every batch norm in ``network`` by ``SyncedBatchNorm``, in place.

    Parameters and statistics are the same objects as before.
    """
    for name, layer in network.named_children():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            synced = SyncedBatchNorm(layer.num_features)
            vars(synced).update(vars(layer))
            setattr(network, name, synced)
        else:
            convert_sync_batch_norm(layer)
