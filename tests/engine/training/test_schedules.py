"""The average forgets by half each half-life, counted in images."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from ganctl.engine.training.schedules import ema_decay, update_ema
from ganctl.requests.recipes import RECIPES, RecipeName

RECIPE = replace(RECIPES[RecipeName.MODERN], ema_images=1000, ema_rampup=0.1)


def test_the_half_life_is_a_half_life():
    decay = ema_decay(RECIPE, batch=100, images_seen=10**6)
    assert decay**10 == pytest.approx(0.5)


def test_early_on_the_half_life_is_a_part_of_the_images_seen():
    assert ema_decay(RECIPE, batch=100, images_seen=1000) == pytest.approx(0.5)


def test_nothing_is_kept_of_the_untrained_weights():
    assert ema_decay(RECIPE, batch=100, images_seen=0) == 0


def test_parameters_and_statistics_move_and_counters_are_copied():
    average, network = nn.BatchNorm1d(1), nn.BatchNorm1d(1)
    assert average.running_mean is not None
    assert average.num_batches_tracked is not None
    assert network.running_mean is not None
    assert network.num_batches_tracked is not None
    with torch.no_grad():
        network.weight.fill_(3.0)
        network.running_mean.fill_(2.0)
        network.num_batches_tracked.fill_(7)
    update_ema(average, network, decay=0.75)
    assert average.weight.item() == pytest.approx(1.5)
    assert average.running_mean.item() == pytest.approx(0.5)
    assert average.num_batches_tracked.item() == 7
