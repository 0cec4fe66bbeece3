"""Each loss equals its equation, worked out by hand on small numbers."""

import math
from dataclasses import replace
from functools import partial

import pytest
import torch
from hypothesis import given as drawn
from hypothesis import strategies as st
from torch import nn

from ganctl.engine.models.augment import Augmentation
from ganctl.engine.models.base import Discriminator, StepInputs
from ganctl.engine.models.conditions import caption_conditions
from ganctl.engine.models.labels import labels_for
from ganctl.engine.models.networks import build_discriminator
from ganctl.engine.models.objectives import (
    CGAN,
    CGANAC,
    GAN,
    GANCLS,
    GANINT,
    GANINTCLS,
    OBJECTIVES,
    RPGAN,
    InfoGAN,
)
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import RECIPES, Model, RecipeName, recipe_for

TWO_CLASSES = NetworkSpec("modern", 8, 1, classes=2, latent_size=4)
NAMED = replace(TWO_CLASSES, classifier=True)
PARTS = replace(TWO_CLASSES, classes=0, attributes=(2, 3), quantities=1)
CAPTIONS = replace(TWO_CLASSES, classes=0, words=7, caption_length=4, text_size=3)


class FixedScores(Discriminator):
    """Its score is the image's only pixel times the weight of its class (1 and -2), or times 3.

    The classifier's logits are (pixel, 0); Q predicts logits (pixel, 0) of two categories and the
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


def images(values):
    return torch.tensor(values).reshape(-1, 1, 1, 1)


def inputs(real, fake, condition, z=None, progress=0.5, generator=None, spec=TWO_CLASSES):
    z = torch.zeros(len(real), 1) if z is None else torch.tensor(z).reshape(-1, 1)
    return StepInputs(
        images(real),
        images(fake),
        torch.tensor(condition),
        generate=partial(generator or FixedImages(), z),
        labels=labels_for(spec),
        rng=torch.Generator().manual_seed(0),
        progress=progress,
    )


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
    loss = CGAN().discriminator_loss(FixedScores(), inputs([0.0, 0.0], [0.0, 0.0], [ACROSS, DOWN]))
    assert loss.total.item() == pytest.approx(2 * math.log(2))


def test_gan_losses():
    given = inputs([0.5, 2.0], [-0.25, -1.0], nothing(2))
    # Scores: real 1.5 and 6, fake -0.75 and -3.
    loss = GAN().discriminator_loss(FixedScores(), given)
    expected = mean(softplus(-1.5), softplus(-6)) + mean(softplus(-0.75), softplus(-3))
    assert loss.total.item() == pytest.approx(expected)
    loss = GAN().generator_loss(FixedScores(), given)
    assert loss.total.item() == pytest.approx(mean(softplus(0.75), softplus(3)))


def test_gan_gives_no_network_the_label():
    gan = GAN()
    y = torch.eye(2)
    assert gan.condition(y, torch.Generator()).shape == (2, 0)
    assert gan.adapt(TWO_CLASSES).condition_size == gan.adapt(TWO_CLASSES).classes == 0


def test_cgan_discriminator_loss():
    # Scores: real 0.5 and -2·2 = -4, fake -0.25 and -2·(-3) = 6.
    loss = CGAN().discriminator_loss(
        FixedScores(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    )
    expected = mean(softplus(-0.5), softplus(4)) + mean(softplus(-0.25), softplus(6))
    assert loss.total.item() == pytest.approx(expected)
    assert loss.losses["discriminator_loss"].item() == pytest.approx(expected)
    assert loss.losses["real_score"].item() == pytest.approx(-1.75)
    assert loss.losses["fake_score"].item() == pytest.approx(2.875)


def test_cgan_generator_loss():
    loss = CGAN().generator_loss(FixedScores(), inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN]))
    assert loss.total.item() == pytest.approx(mean(softplus(0.25), softplus(-6)))
    assert set(loss.losses) == {"generator_loss"}


def test_the_generator_is_pushed_hardest_where_it_is_found_out():
    given = inputs([0.0, 0.0], [-8.0, 8.0], [ACROSS, ACROSS])
    given.fake.requires_grad_()
    CGAN().generator_loss(FixedScores(), given).total.backward()
    found_out, fooled = given.fake.grad.flatten().abs().tolist()
    assert found_out == pytest.approx(0.5, abs=1e-3)
    assert fooled < 1e-3


def test_the_classifier_learns_from_real_images_alone():
    objective = CGANAC(classifier_weight=0.25)
    loss = objective.discriminator_loss(
        FixedScores(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN], spec=NAMED)
    )
    # Logits (0.5, 0) and (2, 0): -log C is softplus(-0.5) for class 0 and softplus(2) for class 1.
    class_loss = mean(softplus(-0.5), softplus(2))
    cgan = CGAN().discriminator_loss(
        FixedScores(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    )
    assert loss.total.item() == pytest.approx(cgan.total.item() + class_loss / 4)
    assert loss.losses["class_loss"].item() == pytest.approx(class_loss)
    assert loss.losses["discriminator_loss"].item() == pytest.approx(cgan.total.item())


def test_the_generator_is_trained_to_have_its_fakes_classified_as_their_label():
    objective = CGANAC(classifier_weight=0.25)
    loss = objective.generator_loss(
        FixedScores(), inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN], spec=NAMED)
    )
    expected = mean(softplus(0.25), softplus(-6)) + mean(softplus(0.25), softplus(-3)) / 4
    assert loss.total.item() == pytest.approx(expected)


def test_only_cgan_ac_has_a_classifier():
    assert CGANAC().adapt(TWO_CLASSES).classifier
    assert not CGAN().adapt(TWO_CLASSES).classifier
    assert not GANCLS().adapt(PARTS).classifier


@pytest.mark.parametrize("objective", [CGAN(), CGANAC(), GANCLS(), GANINT(), GANINTCLS()])
def test_on_captions_every_model_learns_which_belong_to_which_image(objective):
    spec = objective.adapt(CAPTIONS)
    assert spec.classifier

    class Reader(FixedScores):
        """A caption is its first word number, one-hot; an image's embedding its only pixel."""

        def encoded(self, y):
            return torch.eye(8)[y[:, 0, 1].long()][:, 2:5]

        def score(self, features, y):
            return 0 * features[:, 0] + 0 * y[:, 0]

        def class_logits(self, features):
            return torch.eye(8)[features[:, 0].detach().long()][:, 2:5] + 0 * features

    captions = [[[1.0, 2, 0, 0, 0]], [[1.0, 3, 0, 0, 0]]]
    given = inputs([3.0, 2.0], [2.0, 3.0], captions, spec=spec)
    loss = objective.discriminator_loss(Reader(), given)
    # Each real image has the other's word: cosines of 0 with its own, of 1 with the other.
    assert loss.losses["class_loss"].item() == pytest.approx(softplus(10))
    assert loss.total.item() == pytest.approx(2 * math.log(2) + softplus(10))
    if not isinstance(objective, GANINT):
        loss = objective.generator_loss(Reader(), given)
        assert loss.losses["fake_class_loss"].item() == pytest.approx(softplus(-10), rel=1e-3)
        assert loss.total.item() == pytest.approx(math.log(2) + softplus(-10) / 2)
        given = replace(given, real_class_loss=torch.tensor(0.1))
        assert objective.generator_loss(Reader(), given).total.item() == pytest.approx(math.log(2))


def test_rpgan_compares_each_real_image_with_the_fake_of_its_label():
    given = inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    # Scores: real 0.5 and -4, fake -0.25 and 6, so that the pairs are 0.75 and -10 apart.
    loss = RPGAN().discriminator_loss(FixedScores(), given)
    assert loss.total.item() == pytest.approx(mean(softplus(-0.75), softplus(10)))
    assert loss.losses["real_score"].item() == pytest.approx(-1.75)
    loss = RPGAN().generator_loss(FixedScores(), given)
    assert loss.total.item() == pytest.approx(mean(softplus(0.75), softplus(-10)))


def test_the_labels_part_of_rpgans_score_is_a_classifier_of_real_images():
    class Projection(FixedScores):
        def label_logits(self, features):
            return features * self.gain

    given = inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    loss = RPGAN(classifier_weight=0.25).discriminator_loss(Projection(), given)
    # Logits (0.5, -1) of class 0 and (2, -4) of class 1.
    class_loss = mean(softplus(-1.5), softplus(6))
    assert loss.losses["class_loss"].item() == pytest.approx(class_loss)
    adversarial = mean(softplus(-0.75), softplus(10))
    assert loss.total.item() == pytest.approx(adversarial + class_loss / 4)


def test_a_second_part_of_rpgans_score_is_a_classifier_of_fakes_that_only_itself_learns_from():
    class TwoProjections(FixedScores):
        def fake_label_logits(self, features):
            return features * self.gain

    given = inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    given.fake.requires_grad_()
    objective, discriminator = RPGAN(classifier_weight=0.25), TwoProjections()
    loss = objective.discriminator_loss(discriminator, given)
    # Logits (-0.25, 0.5) of class 0 and (-3, 6) of class 1.
    class_loss = mean(softplus(0.75), softplus(-9))
    assert loss.losses["fake_label_loss"].item() == pytest.approx(class_loss)
    adversarial = mean(softplus(-0.75), softplus(10))
    assert loss.total.item() == pytest.approx(adversarial + class_loss / 4)
    joint = objective.joint_loss(discriminator, given).total
    assert joint.item() == pytest.approx(loss.total.item())
    # What the generator learns is what it learns without that part.
    (of_joint,) = torch.autograd.grad(joint, given.fake)
    (alone,) = torch.autograd.grad(RPGAN().generator_loss(FixedScores(), given).total, given.fake)
    torch.testing.assert_close(of_joint, alone)


@drawn(
    reals=st.lists(st.floats(-15, 15), min_size=2, max_size=2),
    fakes=st.lists(st.floats(-15, 15), min_size=2, max_size=2),
)
def test_rpgans_joint_loss_trains_each_network_as_its_own_loss_does(reals, fakes):
    def with_gradient():
        given = inputs(reals, fakes, [ACROSS, DOWN])
        given.fake.requires_grad_()
        return FixedScores(), given

    discriminator, given = with_gradient()
    joint = RPGAN().joint_loss(discriminator, given)
    joint.total.backward()
    alone, separate = with_gradient()
    of_discriminator = RPGAN().discriminator_loss(alone, separate)
    of_discriminator.total.backward(inputs=[alone.gain])
    of_generator = RPGAN().generator_loss(alone, separate)
    of_generator.total.backward(inputs=[separate.fake])
    torch.testing.assert_close(discriminator.gain.grad, alone.gain.grad)
    torch.testing.assert_close(given.fake.grad, separate.fake.grad)
    assert joint.losses["generator_loss"].item() == pytest.approx(of_generator.total.item())
    assert joint.total.item() == pytest.approx(of_discriminator.total.item())


@pytest.mark.parametrize("margin", [-1e4, -5.0, 80.0, 110.0, 1e4])
def test_from_scores_that_are_far_apart_the_generator_learns_as_by_its_own_loss(margin):
    given = inputs([margin], [0.0], [ACROSS])
    given.fake.requires_grad_()
    joint, alone = (
        torch.autograd.grad(loss(FixedScores(), given).total, given.fake)
        for loss in (RPGAN().joint_loss, RPGAN().generator_loss)
    )
    torch.testing.assert_close(joint, alone)


@pytest.mark.parametrize("spec", [PARTS, CAPTIONS])
def test_of_several_parts_and_of_captions_rpgan_is_cgan_ac(spec):
    spec = RPGAN().adapt(spec)
    assert spec == CGANAC().adapt(spec)
    assert not RPGAN().trains_in_one_pass(spec)
    discriminator = build_discriminator(spec)
    y = torch.tensor([[1.0, 0, 0, 1, 0, 0.5, 1], [0, 1.0, 1, 0, 0, -0.5, 1]])
    if spec.words:
        y = caption_conditions(torch.tensor([[2, 3, 0, 0], [4, 5, 6, 0]]))
    real, fake = torch.rand(2, 2, 1, 8, 8)

    def recorded(objective):
        rng = torch.Generator().manual_seed(0)
        given = StepInputs(real, fake, y, lambda _: fake, labels_for(spec), rng, 0.5)
        of_both = [objective.discriminator_loss, objective.generator_loss]
        return [
            (loss.total, loss.losses) for each in of_both for loss in [each(discriminator, given)]
        ]

    assert recorded(RPGAN()) == recorded(CGANAC())


@pytest.mark.parametrize("objective", [GANCLS(), GANINTCLS()])
def test_gan_cls_counts_real_images_with_the_other_label_half(objective):
    # Scores: real 0.5 and -4; with the other of two labels -1 and 2; fake -0.25 and 6.
    loss = objective.discriminator_loss(
        FixedScores(), inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    )
    expected = (
        mean(softplus(-0.5), softplus(4))
        + mean(softplus(-1), softplus(2)) / 2
        + mean(softplus(-0.25), softplus(6)) / 2
    )
    assert loss.total.item() == pytest.approx(expected)
    assert loss.losses["wrong_score"].item() == pytest.approx(0.5)


@pytest.mark.parametrize("spec", [TWO_CLASSES, PARTS, replace(CAPTIONS, mixed=4)])
def test_gan_gets_nothing_of_a_label(spec):
    adapted = GAN().adapt(spec)
    assert adapted.condition_size == adapted.words == adapted.mixed == 0


def test_cgan_ac_is_gan_cls_on_captions_alone():
    spec = CGANAC().adapt(CAPTIONS)
    discriminator = build_discriminator(spec)
    captions = caption_conditions(torch.tensor([[2, 3, 0, 0], [4, 5, 6, 0], [6, 2, 0, 0]]))
    real, fake = torch.rand(2, 3, 1, 8, 8)

    def recorded(objective):
        rng = torch.Generator().manual_seed(0)
        given = StepInputs(real, fake, captions, lambda _: fake, labels_for(spec), rng, 0.5)
        return objective.discriminator_loss(discriminator, given).losses

    assert recorded(CGANAC()) == recorded(GANCLS())
    assert recorded(CGANAC()).keys() - recorded(CGAN()).keys() == {"wrong_score"}


def test_gan_cls_generator_loss_is_cgans():
    given = inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN])
    ours = GANCLS().generator_loss(FixedScores(), given).total
    assert ours.item() == CGAN().generator_loss(FixedScores(), given).total.item()


def test_gan_int_discriminator_loss_is_cgans():
    given = inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN])
    ours = GANINT().discriminator_loss(FixedScores(), given).total
    assert ours.item() == CGAN().discriminator_loss(FixedScores(), given).total.item()


@pytest.mark.parametrize("objective", [GANINT(), GANINTCLS()])
def test_gan_int_adds_fakes_halfway_between_two_labels(objective):
    # Of two classes every blend is (½, ½): its image is z + 5, its score (½ - 1) times that.
    given = inputs([0.0, 0.0], [-0.25, -3.0], [ACROSS, DOWN], z=[1.0, -3.0])
    loss = objective.generator_loss(FixedScores(), given)
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

    generator = Watched()
    given = inputs([0.5, 2.0], [-0.25, -3.0], [ACROSS, DOWN], generator=generator)
    objective.discriminator_loss(FixedScores(), given).total.backward()
    assert seen == []
    assert generator.shift.grad is None
    objective.generator_loss(FixedScores(), given)
    assert [blend.tolist() for blend in seen] == [[[0.5, 0.5], [0.5, 0.5]]]


def test_infogan_information_loss():
    # Codes: c0 = first and second category, c1 = 0.5 and -1, c2 = 0 and 1. Q predicts
    # logits (pixel, 0) and means (pixel, -pixel) for the pixels 2 and -1.
    codes = [[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, -1.0, 1.0]]
    given = inputs([1.0, 1.0], [2.0, -1.0], codes)
    objective = InfoGAN()
    category = mean(softplus(-2), softplus(-1))
    continuous = mean((1.5**2 + 2**2) / 2, (0**2 + 0**2) / 2)
    information = objective.category_weight * category + objective.continuous_weight * continuous

    loss = objective.discriminator_loss(FixedScores(), given)
    adversarial = softplus(-3) + mean(softplus(6), softplus(-3))
    assert loss.total.item() == pytest.approx(adversarial + information)
    assert loss.losses["category_loss"].item() == pytest.approx(category)
    assert loss.losses["continuous_loss"].item() == pytest.approx(continuous)

    loss = objective.generator_loss(FixedScores(), given)
    assert loss.total.item() == pytest.approx(mean(softplus(-6), softplus(3)) + information)


def test_infogan_draws_codes_and_ignores_labels():
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
def test_the_information_loss_rises_from_zero(progress, share):
    def pull(objective):
        given = inputs([0.0], [2.0], [[1.0, 0.0, 0.5, 0.0]], progress=progress)
        given.fake.requires_grad_()
        objective.generator_loss(FixedScores(), given).total.backward()
        return given.fake.grad.item()

    objective = InfoGAN(rise=(0.1, 0.3))
    deaf = replace(objective, category_weight=0.0, continuous_weight=0.0)
    # d/dp of -log σ(p) is -σ(-p), and of ½((p - ½)² + p²) is 2p - ½.
    full = -objective.category_weight / (1 + math.exp(2)) + objective.continuous_weight * 3.5
    assert pull(objective) - pull(deaf) == pytest.approx(share * full, abs=1e-6)


def test_infogan_has_its_own_augmentation_whatever_the_recipe():
    objective = InfoGAN(distortion=0.9, noise=0.3, fade=(0.2, 0.4))
    for recipe in RecipeName:
        augmentation = objective.augmentation(recipe_for(recipe, Model.INFOGAN))
        assert augmentation == Augmentation(0.3, 0.9, (0.2, 0.4), redraw=True)


@pytest.mark.parametrize("model", [model for model in Model if model is not Model.INFOGAN])
def test_other_models_have_the_noise_of_the_recipe(model):
    recipe = replace(RECIPES[RecipeName.MODERN], noise=0.3, noise_fade=(0.2, 0.4))
    assert OBJECTIVES[model].augmentation(recipe) == Augmentation(noise=0.3, fade=(0.2, 0.4))


@pytest.mark.parametrize("model", OBJECTIVES)
def test_losses_are_detached_and_totals_are_not(model):
    codes = [[1.0, 0.0, 0.5, 0.0]] if model is Model.INFOGAN else [ACROSS]
    spec = OBJECTIVES[model].adapt(TWO_CLASSES)
    given = inputs([0.5], [0.1], nothing(1) if model is Model.GAN else codes, spec=spec)
    objective, discriminator = OBJECTIVES[model], FixedScores()
    given.fake.requires_grad_()
    for loss in (
        objective.discriminator_loss(discriminator, given),
        objective.generator_loss(discriminator, given),
    ):
        assert loss.total.requires_grad
        assert not any(value.requires_grad for value in loss.losses.values())


class ByParts(Discriminator):
    """Its features are the image's only pixel p; its score is p times the first part's value 1.

    The heads predict logits (p, 0) and (0, p, 0) of two attributes, and the number p.
    """

    def features(self, x, y):
        return x.flatten(1)

    def score(self, features, y):
        return features[:, 0] * y[:, 1]

    def class_logits(self, features):
        p, zero = features[:, 0], 0 * features[:, 0]
        return torch.stack([p, zero, zero, p, zero, p], dim=1)


def test_each_part_has_a_head_of_its_own_and_adds_nothing_where_it_is_not_known():
    known = [1.0, 0.0, 0.0, 1.0, 0.0, -0.5, 1.0]
    partly = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    given = inputs([2.0, -1.0], [2.0, -1.0], [known, partly], spec=replace(PARTS, classifier=True))
    first = mean(softplus(-2), 0)
    second = mean(math.log(2 + math.exp(2)) - 2, math.log(2 + math.exp(-1)))
    number = mean(2.5**2 / 2, 0)
    expected = 1.5 * (first + second + number)
    loss = CGANAC().discriminator_loss(ByParts(), given)
    assert loss.losses["class_loss"].item() == pytest.approx(expected)
    assert loss.total.item() == pytest.approx(
        loss.losses["discriminator_loss"].item() + expected / 2
    )
    loss = CGANAC().generator_loss(ByParts(), given)
    assert loss.losses["fake_class_loss"].item() == pytest.approx(expected)


def test_a_real_image_of_which_nothing_is_known_has_no_wrong_label():
    nothing_known = [0.0] * 7
    given = inputs([2.0, -1.0], [0.5, 0.5], [[0.0, 1.0, *[0.0] * 5], nothing_known], spec=PARTS)
    # The one known part becomes wrong: its score is 0 then.
    loss = GANCLS().discriminator_loss(ByParts(), given)
    expected = (
        mean(softplus(-2), math.log(2))
        + mean(math.log(2), 0) / 2
        + mean(softplus(0.5), math.log(2)) / 2
    )
    assert loss.total.item() == pytest.approx(expected)
    assert loss.losses["wrong_score"].item() == 0


def test_gan_int_blends_whole_labels():
    one, other = [1.0, 0, 0, 1, 0, -0.5, 1], [0.0, 1, 0, 0, 1, 1.0, 1]
    seen = []

    class Watched(FixedImages):
        def forward(self, z, condition):
            seen.append(condition)
            return super().forward(z, condition)

    given = inputs([0.0, 0.0], [1.0, 1.0], [one, other], generator=Watched(), spec=PARTS)
    GANINT().generator_loss(ByParts(), given)
    assert [halfway.tolist() for halfway in seen] == [[[0.5, 0.5, 0, 0.5, 0.5, 0.25, 1]] * 2]
