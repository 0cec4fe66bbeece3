"""Each loss equals its equation, worked out by hand on small numbers."""

import math

import pytest
import torch
from torch import nn

from ganctl.config import Model
from ganctl.engine.objectives import CGAN, OBJECTIVES, Turn


class FixedScores(nn.Module):
    """A discriminator whose score is the image's first pixel times the weight of its class."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor([1.0, -2.0]))

    def forward(self, x, y):
        return x[:, 0, 0, 0] * (y @ self.gain)


def turn(real, fake, classes):
    y = torch.eye(2)[torch.tensor(classes)]
    as_images = [torch.tensor(values).reshape(-1, 1, 1, 1) for values in (real, fake)]
    return Turn(*as_images, y)


def test_every_model_has_an_objective():
    assert set(OBJECTIVES) == set(Model)


def test_cgan_discriminator_loss():
    # Scores: real 0.5 and -2·2 = -4, fake -0.25 and -2·(-3) = 6.
    real = (math.log(1 + math.exp(-0.5)) + math.log(1 + math.exp(4))) / 2
    fake = (math.log(1 + math.exp(-0.25)) + math.log(1 + math.exp(6))) / 2
    loss = CGAN().discriminator_loss(FixedScores(), turn([0.5, 2.0], [-0.25, -3.0], [0, 1]))
    assert loss.total.item() == pytest.approx(real + fake)
    assert loss.terms["discriminator_loss"].item() == pytest.approx(real + fake)
    assert loss.terms["real_score"].item() == pytest.approx(-1.75)
    assert loss.terms["fake_score"].item() == pytest.approx(2.875)


def test_an_undecided_discriminator_scores_two_log_two():
    loss = CGAN().discriminator_loss(FixedScores(), turn([0.0, 0.0], [0.0, 0.0], [0, 1]))
    assert loss.total.item() == pytest.approx(2 * math.log(2))


def test_the_generator_is_pushed_hardest_where_it_is_found_out():
    images = torch.tensor([-8.0, 8.0]).reshape(2, 1, 1, 1).requires_grad_()
    y = torch.eye(2)[torch.tensor([0, 0])]
    CGAN().generator_loss(FixedScores(), Turn(images, images, y)).total.backward()
    found_out, fooled = images.grad.flatten().abs().tolist()
    assert found_out == pytest.approx(0.5, abs=1e-3)
    assert fooled < 1e-3


def test_cgan_generator_loss():
    loss = CGAN().generator_loss(FixedScores(), turn([0.0, 0.0], [-0.25, -3.0], [0, 1]))
    expected = (math.log(1 + math.exp(0.25)) + math.log(1 + math.exp(-6))) / 2
    assert loss.total.item() == pytest.approx(expected)
    assert loss.terms == {"generator_loss": loss.terms["generator_loss"]}


def test_terms_are_detached():
    scores = FixedScores()
    for loss in (
        CGAN().discriminator_loss(scores, turn([0.5], [0.1], [0])),
        CGAN().generator_loss(scores, turn([0.5], [0.1], [0])),
    ):
        assert loss.total.requires_grad
        assert not any(term.requires_grad for term in loss.terms.values())
