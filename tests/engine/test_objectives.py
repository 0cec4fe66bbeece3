"""Each loss equals its equation, worked out by hand on small numbers."""

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
    # Real: (max(0, 0.5) + max(0, 5)) / 2 = 2.75; fake: (max(0, 0.75) + max(0, 7)) / 2 = 3.875.
    loss = CGAN().discriminator_loss(FixedScores(), turn([0.5, 2.0], [-0.25, -3.0], [0, 1]))
    assert loss.total.item() == pytest.approx(6.625)
    assert loss.terms["discriminator_loss"].item() == pytest.approx(6.625)
    assert loss.terms["real_score"].item() == pytest.approx(-1.75)
    assert loss.terms["fake_score"].item() == pytest.approx(2.875)


def test_cgan_discriminator_loss_is_flat_beyond_the_margin():
    loss = CGAN().discriminator_loss(FixedScores(), turn([1.5, -1.0], [-1.5, 1.0], [0, 1]))
    assert loss.total.item() == 0


def test_cgan_generator_loss():
    loss = CGAN().generator_loss(FixedScores(), turn([0.0, 0.0], [-0.25, -3.0], [0, 1]))
    assert loss.total.item() == pytest.approx(-2.875)
    assert loss.terms == {"generator_loss": loss.terms["generator_loss"]}


def test_terms_are_detached():
    scores = FixedScores()
    for loss in (
        CGAN().discriminator_loss(scores, turn([0.5], [0.1], [0])),
        CGAN().generator_loss(scores, turn([0.5], [0.1], [0])),
    ):
        assert loss.total.requires_grad
        assert not any(term.requires_grad for term in loss.terms.values())
