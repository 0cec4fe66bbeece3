"""Batch norm of two processes is batch norm of their whole batch."""

from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.multiprocessing.spawn import spawn

from ganctl.engine.hardware.sync_batch_norm import SyncedBatchNorm, convert_sync_batch_norm

SHAPES = {"1d": (8, 3), "2d": (8, 3, 4, 4), "2d in bfloat16": (8, 3, 4, 4)}


def network(kind):
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(3) if kind == "1d" else nn.BatchNorm2d(3, eps=1e-3)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    return nn.Sequential(nn.Identity(), nn.Sequential(norm))


def batch(kind):
    torch.manual_seed(1)
    dtype = torch.bfloat16 if kind.endswith("bfloat16") else torch.float32
    return 3 + 2 * torch.randn(SHAPES[kind], dtype=dtype), torch.randn(SHAPES[kind], dtype=dtype)


def results(net, x, weights):
    """Return the output, the gradient of its weighted sum by every input, and the statistics."""
    x = x.clone().requires_grad_()
    out = net(x)
    (out * weights).sum().backward()
    statistics = {name: value.double() for name, value in net.named_buffers()}
    gradients = {name: value.grad for name, value in net.named_parameters()}
    return {"out": out.detach(), "x": x.grad, **gradients}, statistics


def in_one_of_two_processes(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    found = {}
    for kind in SHAPES:
        net = network(kind)
        convert_sync_batch_norm(net)
        assert isinstance(net[1][0], SyncedBatchNorm)
        x, weights = (part.chunk(2)[rank] for part in batch(kind))
        found[kind] = results(net, x, weights)
    torch.save(found, f"{folder}/{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    spawn(in_one_of_two_processes, (str(folder),), nprocs=2)
    return [torch.load(folder / f"{rank}.pt") for rank in range(2)]


@pytest.mark.process
@pytest.mark.parametrize("kind", SHAPES)
def test_it_equals_batch_norm_over_both(halves, kind):
    whole, statistics = results(network(kind), *batch(kind))
    # What comes out near zero is a difference of numbers with three digits.
    rounding: dict[str, Any] = {"rtol": 0.02, "atol": 0.02} if kind.endswith("bfloat16") else {}
    (first, one), (second, two) = halves[0][kind], halves[1][kind]
    for name in ("out", "x"):
        torch.testing.assert_close(torch.cat([first[name], second[name]]), whole[name], **rounding)
    for name in set(whole) - {"out", "x"}:
        # Each process has the part of its own rows.
        torch.testing.assert_close(first[name] + second[name], whole[name], **rounding)
    for name, value in statistics.items():
        torch.testing.assert_close(one[name], value)
        assert torch.equal(one[name], two[name])


def test_names_and_objects_stay_the_same():
    net = network("2d")
    before, names = list(net.parameters()), list(net.state_dict())
    convert_sync_batch_norm(net)
    assert all(a is b for a, b in zip(net.parameters(), before, strict=True))
    assert list(net.state_dict()) == names


@pytest.mark.parametrize("kind", SHAPES)
def test_in_eval_mode_it_needs_no_other_process(kind):
    plain, synced = network(kind).eval(), network(kind)
    convert_sync_batch_norm(synced)
    x, _ = batch(kind)
    assert torch.equal(synced.eval()(x), plain(x))
