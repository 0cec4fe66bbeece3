"""Batch norm over the batch of all processes, so that their number changes nothing."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class SyncedBatchNorm(_BatchNorm):
    """``nn.BatchNorm1d`` and ``nn.BatchNorm2d`` whose batch is that of all processes together.

    torch's own ``SyncBatchNorm`` takes tensors on a GPU alone. Every process
    must have as many rows as the others. The names of its tensors are those of
    the layer that it replaces, so that a checkpoint suits any number of processes.
    """

    def _check_input_dim(self, input: Tensor) -> None:  # noqa: A002
        if input.dim() not in (2, 4):
            raise ValueError(f"batch norm of {input.dim()} dimensions")

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Normalise [N, C] or [N, C, H, W]; in eval mode by the running statistics."""
        if not self.training:
            return super().forward(input)
        self._check_input_dim(input)
        processes = dist.get_world_size()
        dims = [dim for dim in range(input.dim()) if dim != 1]
        var, mean = torch.var_mean(input.float(), dims, correction=0)
        # One message for both: the whole variance is that within the processes and that between.
        moments = _mean_of_processes(torch.stack([mean, var + mean.square()]))
        mean, var = moments[0], moments[1] - moments[0].square()
        self._update_running(mean.detach(), var.detach(), processes * input.numel() // len(mean))
        shape = [1, -1] + [1] * (input.dim() - 2)
        scale = torch.rsqrt(var + self.eps)
        if self.weight is not None:
            scale = scale * self.weight
        shift = -mean * scale
        if self.bias is not None:
            shift = shift + self.bias
        normalised: Tensor = input * scale.view(shape) + shift.view(shape)
        return normalised.to(input.dtype)

    def _update_running(self, mean: Tensor, var: Tensor, count: int) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(var * count / (count - 1), self.momentum)
        self.num_batches_tracked.add_(1)


class _MeanOfProcesses(torch.autograd.Function):
    """The mean of a tensor over the processes, whose gradient is the mean of their gradients."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:  # noqa: ARG004
        return _mean(values)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ARG004
        return _mean(gradient)


def _mean_of_processes(values: Tensor) -> Tensor:
    mean: Tensor = _MeanOfProcesses.apply(values)  # type: ignore[no-untyped-call]
    return mean


def _mean(values: Tensor) -> Tensor:
    mean = values.clone(memory_format=torch.contiguous_format)
    dist.all_reduce(mean)
    return mean / dist.get_world_size()


def synchronise(network: nn.Module) -> None:
    """Replace every batch norm in ``network``, keeping its parameters and statistics."""
    for name, layer in network.named_children():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            synced = SyncedBatchNorm(layer.num_features, layer.eps, layer.momentum)
            synced.weight, synced.bias = layer.weight, layer.bias
            for buffer, value in layer.named_buffers():
                setattr(synced, buffer, value)
            setattr(network, name, synced)
        else:
            synchronise(layer)
