"""Each loss equals its equation, worked out by hand on small numbers."""

import math
from dataclasses import dataclass, replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ganctl.engine.models import objectives
from ganctl.engine.models.base import Discriminator
from ganctl.engine.models.objectives import (
    CGAN,
    CGANAC,
    GAN,
    GANCLS,
    GANINT,
    GANINTCLS,
    OBJECTIVES,
    InfoGAN,
    StepInputs,
    other_labels,
)
from ganctl.errors import DataError
from ganctl.requests.recipes import Model
from ganctl.runs.checkpoint_header import NetworkSpec

TWO_CLASSES = NetworkSpec("modern", 8, 1, classes=2, latent_size=4)


class FixedScores(Discriminator):
    """Its score is the image's only pixel times the weight of its class (1 and -2), or times 3.

    The classifier's logits are (pixel, 0); Q guesses logits (pixel, 0) of two categories and the
    means pixel and -pixel.
    """

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.tensor([1.0, -2.0]))

    def features(self, x, y):
        return x.flatten(1)

    def score(self, features, y):
        return features[:, 0] * (y @ self.gain if y.shape[1] else 3.0)

    def class_logits(self, features):
        return torch.stack([features[:, 0], 0 * features[:, 0]], dim=1)

    def codes(self, features):
        pixel = features[:, 0]
        return torch.stack([pixel, 0 * pixel, pixel, -pixel], dim=1)


class FixedImages(nn.Module):
    """Its image is one pixel: the latent's first number, plus 10 times the weight of class 1."""

    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(()))

    def forward(self, z, condition):
        pixel = z[:, 0] + 10 * condition[:, 1] + self.shift
        return pixel[:, None, None, None]


@dataclass
class Pair:
    generator: nn.Module
    discriminator: nn.Module


def pair():
    return Pair(FixedImages(), FixedScores())


def images(values):
    return torch.tensor(values).reshape(-1, 1, 1, 1)


def inputs(real, fake, condition, z=None, progress=0.5):
    z = torch.zeros(len(real), 1) if z is None else torch.tensor(z).reshape(-1, 1)
    rng = torch.Generator().manual_seed(0)
    return StepInputs(images(real), images(fake), z, torch.tensor(condition), rng, progress)


def nothing(count):
    return [[]] * count


def softplus(score):
    return math.log(1 + math.exp(score))


def mean(*values):
    return sum(values) / len(values)


ACROSS, DOWN = [1.0, 0.0], [0.0, 1.0]


def test_every_model_has_an_objective():
    assert set(OBJECTIVES) == set(Model)


def test_an_undecided_discriminator_scores_two_log_two():
    loss = CGAN().discriminator_loss(pair(), inputs([0.0, 0.0], [0.0, 0.0], [ACROSS, DOWN]))
    assert loss.total.item() == pytest.approx(2 * math.log(2))


def test_gan_losses():
    the_turn = inputs([0.5, 2.0], [-0.25, -1.0], nothing(2))
    # Scores: real 1.5 and 6, fake -0.75 and -3.
    loss = GAN().discriminator_loss(pair(), the_turn)
    expected = mean(softplus(-1.5), softplus(-6)) + mean(softplus(-0.75), softplus(-3))
    assert loss.total.item() == pytest.approx(expected)
    loss = GAN().generator_loss(pair(), the_turn)
    assert loss.total.item() == pytest.approx(mean(softplus(0.75), softplus(3)))


def test_gan_tells_nobody_the_label():
    gan = GAN()
    y = torch.eye(2)
    assert gan.condition(y, torch.Generator()).shape == (2, 0)
    assert gan.adapt(TWO_CLASSES).condition_size == gan.adapt(TWO_CLASSES).classes == 0


def test_cgan_discriminator_loss():
    # Scores: real 0.5 and -2·2 = -4, fake -0.25 and -2·(-3) = 6.
    loss = CGAN().discriminator_loss(pair(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN]))
    expected = mean(softplus(-0.5), softplus(4)) + mean(softplus(-0.25), softplus(6))
    assert loss.total.item() == pytest.approx(expected)
    assert loss.losses["discriminator_loss"].item() == pytest.approx(expected)
    assert loss.losses["real_score"].item() == pytest.approx(-1.75)
    assert loss.losses["fake_score"].item() == pytest.approx(2.875)


def test_cgan_generator_loss():
    loss = CGAN().generator_loss(pair(), inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN]))
    assert loss.total.item() == pytest.approx(mean(softplus(0.25), softplus(-6)))
    assert set(loss.losses) == {"generator_loss"}


def test_the_generator_is_pushed_hardest_where_it_is_found_out():
    fake = images([-8.0, 8.0]).requires_grad_()
    the_turn = StepInputs(fake, fake, torch.zeros(2, 1), torch.tensor([ACROSS, ACROSS]), None, 0.5)
    CGAN().generator_loss(pair(), the_turn).total.backward()
    found_out, fooled = fake.grad.flatten().abs().tolist()
    assert found_out == pytest.approx(0.5, abs=1e-3)
    assert fooled < 1e-3


def test_the_classifier_learns_from_real_images_alone():
    objective = CGANAC(classifier_weight=0.25)
    loss = objective.discriminator_loss(pair(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN]))
    # Logits (0.5, 0) and (2, 0): -log C is softplus(-0.5) for class 0 and softplus(2) for class 1.
    class_loss = mean(softplus(-0.5), softplus(2))
    game = CGAN().discriminator_loss(pair(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN]))
    assert loss.total.item() == pytest.approx(game.total.item() + class_loss / 4)
    assert loss.losses["class_loss"].item() == pytest.approx(class_loss)
    assert loss.losses["discriminator_loss"].item() == pytest.approx(game.total.item())


def test_the_generator_wants_its_fakes_named_rightly():
    objective = CGANAC(classifier_weight=0.25)
    loss = objective.generator_loss(pair(), inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN]))
    expected = mean(softplus(0.25), softplus(-6)) + mean(softplus(0.25), softplus(-3)) / 4
    assert loss.total.item() == pytest.approx(expected)


def test_the_classifiers_networks_have_a_classifier():
    assert CGANAC().adapt(TWO_CLASSES).classifier
    assert not CGAN().adapt(TWO_CLASSES).classifier


@pytest.mark.parametrize("objective", [GANCLS(), GANINTCLS()])
def test_gan_cls_counts_real_images_with_the_other_label_half(objective):
    # Scores: real 0.5 and -4; with the other of two labels -1 and 2; fake -0.25 and 6.
    loss = objective.discriminator_loss(pair(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN]))
    expected = (
        mean(softplus(-0.5), softplus(4))
        + mean(softplus(-1), softplus(2)) / 2
        + mean(softplus(-0.25), softplus(6)) / 2
    )
    assert loss.total.item() == pytest.approx(expected)
    assert loss.losses["wrong_score"].item() == pytest.approx(0.5)


def test_gan_cls_generator_loss_is_cgans():
    the_turn = inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN])
    ours = GANCLS().generator_loss(pair(), the_turn).total
    assert ours.item() == CGAN().generator_loss(pair(), the_turn).total.item()


def test_gan_int_discriminator_loss_is_cgans():
    the_turn = inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    ours = GANINT().discriminator_loss(pair(), the_turn).total
    assert ours.item() == CGAN().discriminator_loss(pair(), the_turn).total.item()


@pytest.mark.parametrize("objective", [GANINT(), GANINTCLS()])
def test_gan_int_adds_fakes_halfway_between_two_labels(objective):
    # Of two classes every blend is (½, ½): its image is z + 5, its score (½ - 1) times that.
    the_turn = inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN], z=[1.0, -3.0])
    loss = objective.generator_loss(pair(), the_turn)
    blends = mean(softplus(3), softplus(1))
    assert loss.total.item() == pytest.approx(mean(softplus(0.25), softplus(-6)) + blends)
    assert loss.losses["blend_loss"].item() == pytest.approx(blends)


@pytest.mark.parametrize("objective", [GANINT(), GANINTCLS()])
def test_the_discriminator_is_not_trained_on_blends(objective):
    seen = []

    class Watched(FixedImages):
        def forward(self, z, condition):
            seen.append(condition)
            return super().forward(z, condition)

    networks = Pair(Watched(), FixedScores())
    the_turn = inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    objective.discriminator_loss(networks, the_turn).total.backward()
    assert seen == []
    assert networks.generator.shift.grad is None
    objective.generator_loss(networks, the_turn)
    assert [blend.tolist() for blend in seen] == [[[0.5, 0.5], [0.5, 0.5]]]


def test_infogan_information_loss():
    # Codes: c0 = first and second category, c1 = 0.5 and -1, c2 = 0 and 1. Q guesses
    # logits (pixel, 0) and means (pixel, -pixel) for the pixels 2 and -1.
    codes = [[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, -1.0, 1.0]]
    the_turn = inputs([1.0, 1.0], [2.0, -1.0], codes)
    objective = InfoGAN(distortion=0.0, noise=0.0)
    category = mean(softplus(-2), softplus(-1))
    continuous = mean((1.5**2 + 2**2) / 2, (0**2 + 0**2) / 2)
    information = objective.category_weight * category + objective.continuous_weight * continuous

    loss = objective.discriminator_loss(pair(), the_turn)
    adversarial = softplus(-3) + mean(softplus(6), softplus(-3))
    assert loss.total.item() == pytest.approx(adversarial + information)
    assert loss.losses["category_loss"].item() == pytest.approx(category)
    assert loss.losses["continuous_loss"].item() == pytest.approx(continuous)

    loss = objective.generator_loss(pair(), the_turn)
    assert loss.total.item() == pytest.approx(mean(softplus(-6), softplus(3)) + information)


def test_infogan_draws_codes_and_never_takes_labels():
    y = torch.eye(4)[torch.zeros(4000, dtype=torch.int64)]
    codes = InfoGAN().condition(y, torch.Generator().manual_seed(0))
    categories, continuous = codes[:, :4], codes[:, 4:]
    assert continuous.shape == (4000, 2)
    assert (categories.sum(dim=1) == 1).all()
    assert categories.mean(dim=0).tolist() == pytest.approx([0.25] * 4, abs=0.03)
    assert continuous.abs().max() <= 1
    assert continuous.var(dim=0).tolist() == pytest.approx([1 / 3] * 2, abs=0.02)
    spec = InfoGAN().adapt(TWO_CLASSES)
    assert (spec.classes, spec.categories, spec.continuous) == (0, 2, 2)


@pytest.mark.parametrize(
    ("progress", "share"), [(0.0, 0), (0.1, 0), (0.2, 0.5), (0.3, 1), (0.9, 1)]
)
def test_the_guess_of_q_pulls_on_the_image_once_there_are_strokes(progress, share):
    def pull(objective):
        the_turn = inputs([0.0], [2.0], [[1.0, 0.0, 0.5, 0.0]], progress=progress)
        the_turn.fake.requires_grad_()
        objective.generator_loss(pair(), the_turn).total.backward()
        return the_turn.fake.grad.item()

    objective = InfoGAN(distortion=0.0, noise=0.0, rise=(0.1, 0.3))
    deaf = replace(objective, category_weight=0.0, continuous_weight=0.0)
    # d/dp of -log σ(p) is -σ(-p), and of ½((p - ½)² + p²) is 2p - ½.
    full = -objective.category_weight / (1 + math.exp(2)) + objective.continuous_weight * 3.5
    assert pull(objective) - pull(deaf) == pytest.approx(share * full, abs=1e-6)


@pytest.mark.parametrize(("progress", "deviation"), [(0.0, 0.3), (0.3, 0.15), (0.4, 0.0)])
def test_infogans_networks_look_through_noise_until_that_fades(progress, deviation):
    seen = []

    class Watched(FixedScores):
        def features(self, x, y):
            seen.append(x)
            return super().features(x, y)

    codes = [[1.0, 0.0, 0.5, 0.0]] * 4000
    the_turn = inputs([0.5] * 4000, [-0.5] * 4000, codes, progress=progress)
    networks = Pair(FixedImages(), Watched())
    objective = InfoGAN(distortion=0.0, noise=0.3, fade=(0.2, 0.4))
    objective.discriminator_loss(networks, the_turn)
    objective.generator_loss(networks, the_turn)
    assert [x.mean().item() for x in seen] == pytest.approx([0.5, -0.5, -0.5], abs=0.02)
    assert [x.std().item() for x in seen] == pytest.approx([deviation] * 3, abs=0.01)


@pytest.mark.parametrize(
    ("progress", "strength"), [(0.0, 0.9), (0.2, 0.9), (0.3, 0.45), (0.4, 0), (0.9, 0)]
)
def test_infogans_networks_see_distorted_images_until_that_fades(progress, strength, monkeypatch):
    asked = []

    def spy(images, strength, rng):
        asked.append((images.flatten().tolist(), strength))
        return images

    monkeypatch.setattr(objectives, "augment", spy)
    the_turn = inputs([0.5], [-0.5], [[1.0, 0.0, 0.5, 0.0]], progress=progress)
    objective = InfoGAN(distortion=0.9, noise=0.0, fade=(0.2, 0.4))
    objective.discriminator_loss(pair(), the_turn)
    objective.generator_loss(pair(), the_turn)
    assert [pixels for pixels, _ in asked] == [[0.5], [-0.5], [-0.5]]
    assert [sampled for _, sampled in asked] == pytest.approx([strength] * 3)


@pytest.mark.parametrize("model", OBJECTIVES)
def test_terms_are_detached_and_totals_are_not(model):
    codes = [[1.0, 0.0, 0.5, 0.0]] if model is Model.INFOGAN else [ACROSS]
    the_turn = inputs([0.5], [0.1], nothing(1) if model is Model.GAN else codes)
    objective, networks = OBJECTIVES[model], pair()
    the_turn.fake.requires_grad_()
    for loss in (
        objective.discriminator_loss(networks, the_turn),
        objective.generator_loss(networks, the_turn),
    ):
        assert loss.total.requires_grad
        assert not any(term.requires_grad for term in loss.losses.values())


@given(
    st.integers(2, 30).flatmap(
        lambda classes: st.tuples(
            st.just(classes), st.lists(st.integers(0, classes - 1), min_size=1)
        )
    ),
    st.integers(0, 2**32),
)
def test_the_wrong_label_is_never_the_right_one(sampled, seed):
    classes, labels = sampled
    y = torch.eye(classes)[torch.tensor(labels)]
    wrong = other_labels(y, torch.Generator().manual_seed(seed))
    assert (wrong.sum(dim=1) == 1).all()
    assert ((wrong == 0) | (wrong == 1)).all()
    assert not (wrong * y).any()


def test_wrong_labels_are_drawn_evenly():
    y = torch.eye(4)[torch.full((6000,), 2)]
    shares = other_labels(y, torch.Generator().manual_seed(1)).mean(dim=0)
    assert shares.tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.02)


@pytest.mark.parametrize("objective", [GANCLS(), GANINT(), GANINTCLS()])
def test_models_with_wrong_labels_need_two_classes(objective):
    assert objective.adapt(TWO_CLASSES) == TWO_CLASSES
    with pytest.raises(DataError, match="single class"):
        objective.adapt(NetworkSpec("modern", 8, 1, classes=1, latent_size=4))
