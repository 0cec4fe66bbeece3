"""What the losses of one step get to see."""

from dataclasses import replace
from functools import partial
from unittest.mock import patch

import pytest
import torch

from ganctl.engine.hardware.devices import autocast
from ganctl.engine.models.base import StepInputs
from ganctl.engine.models.objectives import CGAN, GANINT, RPGAN, InfoGAN
from ganctl.engine.training.batches import Batch
from ganctl.engine.training.state import new_state
from ganctl.engine.training.step import Step
from ganctl.requests.budget import Progress
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.requests.training import Precision
from ganctl.runs.world import World

CPU = torch.device("cpu")
QUICK = RECIPES[RecipeName.QUICK]


def step_of(objective, recipe=QUICK):
    """Return a step on networks for 8×8 images of two classes."""
    spec = NetworkSpec(recipe.network, 8, 1, 2, recipe.latent_size, contrast=recipe.contrast)
    state = new_state(objective.adapt(spec), recipe, seed=0, device=CPU)
    return Step(state, objective, recipe, autocast(Precision.FP32, CPU), World())


def batch(recipe=QUICK, count=16):
    rng = torch.Generator().manual_seed(0)
    y = torch.eye(2)[torch.arange(count) % 2]
    return Batch(torch.zeros(count, 1, 8, 8), y, torch.randn(count, recipe.latent_size), rng)


def watched(objective, seen):
    """Return an objective like another one, which keeps what its losses get, by their network."""

    def loss_of(network):
        loss = getattr(objective, f"{network}_loss")

        def keep_and_compute(_self, discriminator, inputs):
            seen.append((network, inputs))
            return loss(discriminator, inputs)

        return keep_and_compute

    methods = {f"{network}_loss": loss_of(network) for network in ("discriminator", "generator")}
    return type("Watched", (type(objective),), methods)()


@pytest.mark.parametrize("progress", [0.0, 0.7, 0.9])
def test_infogans_images_are_distorted_and_noisy_until_that_fades(progress):
    seen: list[tuple[str, StepInputs]] = []
    step_of(watched(InfoGAN(), seen))(batch(), progress)
    (_, first), (_, second) = seen
    assert not first.fake.requires_grad
    assert second.fake.requires_grad
    # All of the real images are grey, and outside of a distorted one it is black.
    strength = min(1.0, (0.85 - progress) / 0.25) if progress < 0.85 else 0.0
    centre = first.real[:, :, 3:5, 3:5]
    assert centre.std().item() == pytest.approx(strength * 0.5, rel=0.25)
    assert torch.equal(first.fake, second.fake) is (strength == 0)


def test_the_generators_first_update_has_the_fakes_of_the_discriminators():
    seen: list[tuple[str, StepInputs]] = []
    recipe = replace(QUICK, generator_updates=2)
    step_of(watched(CGAN(), seen), recipe)(batch(recipe), 0.0)
    assert [network for network, _ in seen] == ["discriminator", "generator", "generator"]
    fakes = [inputs.fake for _, inputs in seen]
    assert torch.equal(fakes[0], fakes[1])
    assert not torch.equal(fakes[1], fakes[2])


def test_blends_pass_through_the_augmentation_too():
    seen: list[tuple[str, StepInputs]] = []
    recipe = replace(QUICK, noise=0.5)
    step = step_of(watched(GANINT(), seen), recipe)
    step(batch(recipe), 0.0)
    step.state.generator.eval()
    _, inputs = seen[-1]
    halfway = torch.full((16, 2), 0.5)
    first, second = inputs.generate(halfway), inputs.generate(halfway)
    assert (first - second).std().item() == pytest.approx(0.5 * 2**0.5, rel=0.1)


@pytest.mark.parametrize("every", [1, 2, 3])
def test_r1_is_laid_on_every_few_steps(every):
    recipe = replace(RECIPES[RecipeName.MODERN], r1=0.5, r1_every=every)
    step, take = step_of(CGAN(), recipe), partial(batch, recipe)
    for number in range(1, 7):
        assert ("gradient_penalty" in step(take(), 0.0)) is (number % every == 0)
        step.state.progress = Progress(number, 0, 0.0)


@pytest.mark.parametrize(("one_in", "looked_at"), [(1, 16), (2, 8), (3, 6), (99, 1)])
def test_r1_looks_at_some_of_the_real_images(one_in, looked_at):
    recipe = replace(RECIPES[RecipeName.MODERN], r1=0.5, r1_every=1, r1_one_in=one_in)
    assert passes_of(RPGAN(), recipe) == [32, looked_at]


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0])
def test_rpgan_weighs_its_classifiers_as_the_recipe_does(weight):
    recipe = replace(RECIPES[RecipeName.SWIFT], batch=16, classifier_weight=weight)
    joint, totals = RPGAN.joint_loss, []

    def total_of(self, discriminator, inputs):
        loss = joint(self, discriminator, inputs)
        totals.append((loss.total.item(), loss.losses))
        return loss

    with patch.object(RPGAN, "joint_loss", total_of):
        step_of(RPGAN(), recipe)(batch(recipe), 0.0)
    [(total, losses)] = totals
    adversarial = losses["discriminator_loss"].item()
    classes = losses["class_loss"].item() + losses["fake_label_loss"].item()
    assert total == pytest.approx(adversarial + weight * classes)


def test_two_shards_have_r1_of_the_images_that_one_process_would_have():
    recipe = replace(RECIPES[RecipeName.MODERN], r1=0.5, r1_every=1, r1_one_in=2)
    whole = batch(recipe)
    shards = [
        replace(whole, real=whole.real[part], y=whole.y[part], z=whole.z[part])
        for part in (slice(8), slice(8, None))
    ]
    halves = [seen_by_discriminator(RPGAN(), recipe, shard)[1] for shard in shards]
    expected = seen_by_discriminator(RPGAN(), recipe, whole)[1]
    assert torch.equal(torch.cat(halves), expected)


def seen_by_discriminator(objective, recipe, taken):
    """Return the images of each pass of the discriminator in one step."""
    step, seen = step_of(objective, recipe), []
    features = step.state.discriminator.features

    def watched_features(x, y):
        seen.append(x.detach().clone())
        return features(x, y)

    step.state.discriminator.features = watched_features
    step(taken, 0.0)
    return seen


def passes_of(objective, recipe):
    """Return how many images the discriminator looks at in each pass of one step."""
    return [len(images) for images in seen_by_discriminator(objective, recipe, batch(recipe))]


MODERN_WITHOUT_R1 = replace(RECIPES[RecipeName.MODERN], r1=0.0)


def test_rpgan_looks_once_at_real_images_and_fakes_together():
    assert passes_of(RPGAN(), MODERN_WITHOUT_R1) == [32]


def test_batch_norm_never_sees_real_images_and_fakes_together():
    recipe = replace(MODERN_WITHOUT_R1, network="quick")
    assert passes_of(RPGAN(), recipe) == [16, 16, 16, 16]


def test_several_updates_of_the_generator_are_taken_in_turn():
    recipe = replace(MODERN_WITHOUT_R1, generator_updates=2)
    assert passes_of(RPGAN(), recipe) == [16] * 6
