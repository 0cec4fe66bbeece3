"""The gradient penalty equals its equation, and so does its gradient."""

import pytest
import torch
from torch import nn

from ganctl.engine.models.base import Discriminator
from ganctl.engine.models.penalty import r1_penalty


class Bowl(Discriminator):
    """Its score is a/2 ‖x‖² + b Σ_k y_k, whose slope at x is a·x."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(a))
        self.b = nn.Parameter(torch.tensor(1.0))

    def features(self, x, y):
        return x.flatten(1)

    def score(self, features, y):
        return self.a / 2 * features.square().sum(dim=1) + self.b * y.sum(dim=1)


REAL = torch.tensor([[1.0, 2.0], [3.0, 0.0], [0.0, 0.0]]).reshape(3, 1, 1, 2)
Y = torch.eye(3)


def test_it_is_half_the_mean_squared_slope():
    # ‖x‖² is 5, 9 and 0, and the slope 2x.
    assert r1_penalty(Bowl(2.0), REAL, Y).item() == pytest.approx((20 + 36 + 0) / 3 / 2)


def test_it_flattens_the_discriminator_and_leaves_the_rest_alone():
    bowl = Bowl(2.0)
    # d/da of a²/2 · mean ‖x‖² is a · 14/3.
    (slope,) = torch.autograd.grad(r1_penalty(bowl, REAL, Y), [bowl.a])
    assert slope.item() == pytest.approx(2 * 14 / 3)
    (slope,) = torch.autograd.grad(r1_penalty(bowl, REAL, Y), [bowl.b], allow_unused=True)
    assert slope is None


def test_the_images_are_not_changed():
    real = REAL.clone()
    r1_penalty(Bowl(2.0), real, Y)
    assert not real.requires_grad
    assert torch.equal(real, REAL)
