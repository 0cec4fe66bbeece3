"""One process alone waits for nobody; what several processes cannot do is refused."""

import pytest
import torch
from torch import nn

from ganctl.engine.hardware import distributed
from ganctl.errors import UsageError
from ganctl.runs.world import World

ALONE, CPU = World(), torch.device("cpu")


def test_a_single_process_needs_no_process_group():
    network, losses = nn.BatchNorm1d(2), {"loss": torch.ones(())}

    def loss(inputs):
        return inputs

    with distributed.process_group(ALONE, CPU), distributed.main_first(ALONE):
        assert not torch.distributed.is_initialized()
        assert distributed.agree(ALONE, 0.25, True) == (0.25, True)
        assert distributed.mean_over_processes(ALONE, losses) == losses
        assert distributed.average_gradients(ALONE, network, loss) is loss
        distributed.share_batch_norm(ALONE, nn.Sequential(network))
        distributed.barrier(ALONE)
    assert type(network) is nn.BatchNorm1d


def test_several_processes_cannot_train_on_mps():
    world = World(size=2)
    with (
        pytest.raises(UsageError, match="cannot train on mps"),
        distributed.process_group(world, torch.device("mps")),
    ):
        pass


def test_a_world_that_nobody_started_is_refused(monkeypatch):
    for variable in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(variable, raising=False)
    with (
        pytest.raises(UsageError, match="WORLD_SIZE says that 2 processes"),
        distributed.process_group(World(size=2), CPU),
    ):
        pass
